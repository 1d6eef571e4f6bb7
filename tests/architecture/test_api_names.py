"""Bodies and answers of the API have names of their own."""

import ast

from tests.architecture import tree


def test_two_bodies_of_the_api_never_share_a_name() -> None:
    """Ninja files them under their class names in the description; the second of a name would replace the first."""
    places: dict[str, list[str]] = {}
    for path in tree.SOURCE.glob("*/http/**/*.py"):
        for node in tree.syntax_tree(path).body:
            bases = (
                [base.id for base in node.bases if isinstance(base, ast.Name)] if isinstance(node, ast.ClassDef) else []
            )
            if isinstance(node, ast.ClassDef) and any(
                b.endswith(("Schema", "Body", "Changes", "Query")) for b in bases
            ):
                places.setdefault(node.name, []).append(tree.shown(path))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
