"""What the linters do not catch in the text of the source."""

import ast
import re

from tests.architecture import tree

HIDDEN_COUPLING = {"get_model", "import_string"}
REGISTRY_HOSTS = re.compile(
    "|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "registry" + r"\.npm", "npm" + r"mirror"))
)
MACHINE_PATHS = re.compile(r"(?<![\w./~-])/(?:work|root|Users|home)/\w")
TEXT = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".json", ".html", ".ts", ".css", ".mjml", ".cfg", "", ".sh"}


def test_nothing_is_looked_up_by_a_name_in_a_string() -> None:
    found = [
        f"{tree.shown(path)}:{node.lineno}"
        for path in tree.python_files()
        if path.is_relative_to(tree.SOURCE)
        for node in ast.walk(tree.syntax_tree(path))
        if isinstance(node, ast.Call)
        if (getattr(node.func, "attr", None) or getattr(node.func, "id", None)) in HIDDEN_COUPLING
    ]
    assert not found, "import it, or publish an event"


def test_no_registry_host_and_no_path_of_a_machine_is_written_down() -> None:
    found = [
        f"{tree.shown(path)}:{number}: {line.strip()[:80]}"
        for path in tree.tracked_files()
        if path.suffix in TEXT and path.name != "LICENSE"
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1)
        if REGISTRY_HOSTS.search(line) or MACHINE_PATHS.search(line)
    ]
    assert not found


def test_the_law_of_imports_has_no_exception() -> None:
    law = tree.import_law()
    assert not [section for section in law.sections() if law.has_option(section, "ignore_imports")]
