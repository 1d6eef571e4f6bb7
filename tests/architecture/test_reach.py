"""What a domain offers is used by the product, not by its tests alone."""

import ast
import re
from collections import Counter

from tests.architecture import tree

WORD = re.compile(r"\w+")
OFFERED = ("contracts", "queries", "operations", "rules", "permissions")


def test_nothing_is_there_for_tests_alone() -> None:
    words = Counter(word for path in tree.product_files() for word in WORD.findall(path.read_text()))
    found = [
        f"{tree.shown(path)}: {name}"
        for domain in tree.domains()
        for file in OFFERED
        for path in tree.modules_of(domain, file)
        for name in _offered(tree.syntax_tree(path))
        if words[name] < 2
    ]
    assert not found, "use it, or take it out"


def _offered(module: ast.Module) -> list[str]:
    """Functions, classes and constants of a module, by name."""
    found = []
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [target.id for target in targets if isinstance(target, ast.Name) and target.id != "__all__"]
    return found
