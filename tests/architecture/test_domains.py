"""Every domain has the same shape, and says what is private."""

import ast
import re

import pytest

from tests.architecture import tree

MIRRORED_FILES = ("rules", "operations", "queries")
TESTED_THROUGH_THEIR_PAGES = {"desk", "portal"}


@pytest.mark.parametrize("domain", tree.domains())
def test_the_stanza_of_a_domain_names_exactly_its_private_files(domain: str) -> None:
    folder = tree.SOURCE / domain
    existing = {
        f"firstwin.{domain}.{name}"
        for name in tree.PRIVATE_FILES
        if (folder / f"{name}.py").is_file() or (folder / name / "__init__.py").is_file()
    }
    section = f"importlinter:contract:a5-{domain}"
    listed = set(tree.lines_of(section, "protected_modules")) if tree.import_law().has_section(section) else set()
    assert listed == existing, f"[{section}] in .importlinter"


@pytest.mark.parametrize("domain", tree.domains())
def test_every_domain_introduces_itself_on_one_page(domain: str) -> None:
    lines = (tree.SOURCE / domain / "README.md").read_text().splitlines()
    assert lines[0].startswith("# ")
    assert 8 <= len(lines) <= 80


@pytest.mark.parametrize("domain", tree.domains())
def test_every_domain_is_tested_in_its_own_folder(domain: str) -> None:
    tests = sorted((tree.ROOT / "tests" / domain).rglob("test_*.py"))
    text = "\n".join(path.read_text() for path in tests)
    untested = [
        file
        for file in MIRRORED_FILES
        if tree.modules_of(domain, file)
        if f"firstwin.{domain}.{file}" not in text and not re.search(rf"firstwin\.{domain} import .*\b{file}\b", text)
    ]
    assert tests
    assert not untested or domain in TESTED_THROUGH_THEIR_PAGES, f"nothing in tests/{domain} imports these"


@pytest.mark.parametrize("domain", tree.domains())
def test_every_domain_obeys_the_law_of_files(domain: str) -> None:
    assert f"firstwin.{domain}" in tree.lines_of("importlinter:contract:a2", "containers")


@pytest.mark.parametrize("domain", tree.domains())
def test_public_functions_and_classes_say_what_they_do(domain: str) -> None:
    silent = [
        f"{tree.shown(path)}:{node.lineno} {node.name}"
        for file in (*tree.PUBLIC_FILES, "rules")
        for path in tree.modules_of(domain, file)
        for node in tree.syntax_tree(path).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if not node.name.startswith("_") and not ast.get_docstring(node)
    ]
    assert not silent


@pytest.mark.parametrize("domain", tree.domains())
def test_operations_take_keywords_and_queries_say_what_they_return(domain: str) -> None:
    wrong = [
        f"{tree.shown(path)}:{node.lineno} {node.name}: takes keywords only"
        for path in tree.modules_of(domain, "operations")
        for node in tree.syntax_tree(path).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if "actor" in [argument.arg for argument in node.args.args]
    ]
    assert not wrong
