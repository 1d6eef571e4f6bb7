"""What a domain offers is used by the product, not by its tests alone."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import tree

OFFERED = ("contracts", "queries", "operations", "rules", "permissions")
Aliases = dict[str, str]


def test_nothing_is_there_for_tests_alone() -> None:
    offered = {
        f"{_module(path)}.{name}": path
        for domain in tree.domains()
        for file in OFFERED
        for path in tree.modules_of(domain, file)
        for name in _own(path)
    }
    used = {name for path in _modules().values() for name in _used(path)}
    assert not {name for name in offered if name not in used}, "use it, or take it out"


def test_a_use_is_found_by_whatever_name_it_goes() -> None:
    path = tree.SOURCE / "projects" / "operations" / "tasks.py"
    used = set(_used(path))
    assert "firstwin.projects.operations.settling.settle" in used  # an attribute of a module
    assert "firstwin.shared.errors.Problem" in used  # a name
    assert "firstwin.projects.operations.tasks.apply_start" in used  # its own
    assert "firstwin.projects.operations.tasks.note_meeting" not in used  # defined there, not used
    assert (
        _origin("firstwin.shared.bulk.read_rows") == "firstwin.shared.bulk.reading.read_rows"
    )  # handed on by a package


@functools.cache
def _modules() -> dict[str, Path]:
    """The Python files of the product, and of what measures it, by their dotted names."""
    return {_module(path): path for path in tree.product_files() if path.suffix == ".py"}


def _module(path: Path) -> str:
    inside = path.relative_to(tree.SOURCE.parent if path.is_relative_to(tree.SOURCE) else tree.ROOT).with_suffix("")
    return ".".join(inside.parts[:-1] if inside.name == "__init__" else inside.parts)


def _own(path: Path) -> list[str]:
    """Functions, classes and constants of a module, by name."""
    found = []
    for node in tree.syntax_tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found += [target.id for target in targets if isinstance(target, ast.Name) and target.id != "__all__"]
    return found


@functools.cache
def _aliases(path: Path) -> Aliases:
    """What the names that a module imports stand for."""
    found: Aliases = {}
    for node in ast.walk(tree.syntax_tree(path)):
        if isinstance(node, ast.Import):
            found |= {name.asname: name.name for name in node.names if name.asname}
            found |= {(top := name.name.split(".")[0]): top for name in node.names if not name.asname}
        elif isinstance(node, ast.ImportFrom):
            found |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
    return found


def _origin(name: str) -> str:
    """Where something is defined that packages hand on by importing it."""
    module, _, last = name.rpartition(".")
    handed_on = _aliases(_modules()[module]).get(last) if module in _modules() else None
    return name if handed_on in (None, name) else _origin(handed_on)


def _used(path: Path) -> Iterator[str]:
    """Everything that a module names beyond importing it, but for what names only itself."""
    aliases, own, module = _aliases(path), set(_own(path)), _module(path)
    for part in tree.syntax_tree(path).body:
        for node in ast.walk(part):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
                if node.id in aliases:
                    yield _origin(aliases[node.id])
                elif node.id in own and node.id != getattr(part, "name", None):
                    yield f"{module}.{node.id}"
            elif isinstance(node, ast.Attribute) and (name := _dotted(node, aliases)):
                yield name
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("firstwin."):
                yield node.value  # as settings name a class


def _dotted(node: ast.expr, aliases: Aliases) -> str | None:
    if isinstance(node, ast.Name):
        return aliases.get(node.id)
    if isinstance(node, ast.Attribute) and (before := _dotted(node.value, aliases)):
        return _origin(f"{before}.{node.attr}")
    return None
