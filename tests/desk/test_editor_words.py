"""What is wrong with a draft is said in the words of the editor, not of the YAML form."""

import ast
import re
from pathlib import Path

import pytest

from firstwin.desk.http.playbooks import remedies
from firstwin.playbooks.contracts import PlaybookProblem, ProblemLevel
from firstwin.playbooks.rules import checks

CHECKS = Path(checks.__file__).parent
YAML = re.compile(r"'\w+: ?[^']*'|'(?:after|automatic|visibility)\b|YAML")


def said(code: str, remedy: str) -> str:
    problem = PlaybookProblem(code=code, level=ProblemLevel.ERROR, message="It is wrong.", remedy=remedy)
    return remedies.remedy_of(problem)


@pytest.mark.parametrize(
    ("code", "remedy", "words"),
    [
        ("no_owner", "Name a role under 'owner:', so that somebody answers for it.", "under “Done by”"),
        ("survey_without_audience", "List roles under 'audience:'.", "List roles under “Asked of”."),
        ("file_request_without_files", "List them under 'files:'.", "List them under “Files”."),
        ("message_without_text", "Write a 'body:'.", "Fill in “Text”."),
        ("approval_without_statement", "Write a 'statement:' that somebody agrees to.", "Fill in “What is approved”"),
        ("condition_unknown_field", "Declare the question under 'fields:' first.", "under “Questions at the start”"),
        ("anchor_never_set", "Write 'anchors: go_live' on the meeting.", "Choose “Go live” under “Sets the date of”"),
        ("unknown_role", "Did you mean csm?", "Did you mean csm?"),
    ],
)
def test_a_remedy_names_what_the_page_shows(code: str, remedy: str, words: str) -> None:
    assert words in said(code, remedy)


def test_no_remedy_speaks_of_the_yaml_form() -> None:
    written = [
        node.value
        for path in CHECKS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and YAML.search(node.value)
    ]
    assert written
    assert not [text for text in written if YAML.search(said("message_without_text", text))]
