"""Write docs/rules.md and docs/events.md from the docstrings of the rules and events."""

import ast
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "firstwin"
RULES_HEAD = """# The rules

What the product promises, in the words of a customer. Written by `make docs` from the docstrings of the pure rules;
each links to the file that keeps the promise.
"""
EVENTS_HEAD = """# The events

Every fact that the journal records: its name, what happened, its fields, and who reacts. Written by `make docs` from
the event classes. Every entry also has an id, an instant, an author (and on whose behalf), and its workspace.
"""


def modules_of(folder: Path, file: str) -> list[Path]:
    """Return the modules of one file of a domain, a package or a single file."""
    single = folder / f"{file}.py"
    return [single] if single.is_file() else sorted((folder / file).rglob("*.py"))


def domains() -> list[Path]:
    """Return the domain folders."""
    return sorted(path for path in SOURCE.iterdir() if (path / "apps.py").is_file())


def one_line(text: str | None) -> str:
    """Return a docstring as one line of a Markdown table."""
    return " ".join((text or "").split()).replace("|", "\\|")


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Return the public functions and classes of a module."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def rules_paper() -> str:
    """Return docs/rules.md."""
    parts = [RULES_HEAD]
    for folder in domains():
        rows = []
        for path in modules_of(folder, "rules"):
            place = os.path.relpath(path, ROOT / "docs")
            rows += [
                f"| [`{node.name}`]({place}) | {one_line(ast.get_docstring(node))} |"
                for node in public(ast.parse(path.read_text()))
                if isinstance(node, ast.FunctionDef)
            ]
        if rows:
            parts.append("\n".join([f"## {folder.name}\n", "| Rule | Says |", "|---|---|", *rows]) + "\n")
    return "\n".join(parts)


def class_variable(node: ast.ClassDef, name: str) -> str | None:
    """Return the text assigned to a class variable in the class itself."""
    for line in node.body:
        is_it = isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.target.id == name
        if is_it and isinstance(line.value, ast.Constant):  # type: ignore[attr-defined]
            return str(line.value.value)  # type: ignore[attr-defined]
    return None


def fields_of(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> list[str]:
    """Return the fields of an event class, those it inherits within its module first."""
    inherited = [
        name
        for base in node.bases
        if isinstance(base, ast.Name) and base.id in classes
        for name in fields_of(classes[base.id], classes)
    ]
    own = [
        line.target.id
        for line in node.body
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
        if "ClassVar" not in ast.unparse(line.annotation)
    ]
    return [*inherited, *own]


def subscribers() -> dict[str, list[str]]:
    """Return the domains that react, by event class."""
    found: dict[str, list[str]] = {}
    for folder in domains():
        for path in modules_of(folder, "subscribers"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.FunctionDef):
                    continue
                for decorator in node.decorator_list:
                    if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).split(".")[-1] == "on":
                        event = ast.unparse(decorator.args[0]).split(".")[-1]
                        found.setdefault(event, [])
                        if folder.name not in found[event]:
                            found[event].append(folder.name)
    return found


def events_paper() -> str:
    """Return docs/events.md."""
    reactions = subscribers()
    parts = [EVENTS_HEAD]
    for folder in domains():
        rows = []
        for path in modules_of(folder, "events"):
            classes = {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.ClassDef)}
            for node in classes.values():
                name = class_variable(node, "name")
                if name is None:
                    continue
                fields = ", ".join(f"`{field}`" for field in fields_of(node, classes))
                reacting = ", ".join(reactions.get(node.name, []))
                rows.append(f"| `{name}` | {one_line(ast.get_docstring(node))} | {fields} | {reacting} |")
        if rows:
            head = ["| Event | What happened | Fields | Who reacts |", "|---|---|---|---|"]
            parts.append("\n".join([f"## {folder.name}\n", *head, *rows]) + "\n")
    return "\n".join(parts)


PAPERS = {"docs/rules.md": rules_paper, "docs/events.md": events_paper}


def main() -> None:
    """Write the papers."""
    for name, paper in PAPERS.items():
        (ROOT / name).write_text(paper())
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
