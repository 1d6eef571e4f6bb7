"""The guide and the published schema say what the code does; REWRITE=1 writes them anew."""

import json
import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from ruamel.yaml import YAML

from firstwin.playbooks.contracts import MESSAGE_PLACEHOLDERS, PlaybookDefinition, TaskSpec
from firstwin.playbooks.rules import facts, linting, manual, reading, schema, shapes, writing
from tests.playbooks.strategies import DEFINITIONS
from tests.playbooks.test_linting import BUILTIN, CLEAN

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide"
PAPER = GUIDE / "playbooks-as-code.md"
SCHEMA = GUIDE / "playbook.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(schema.playbook_schema())


def section(name: str) -> str:
    return PAPER.read_text().split(f"<!-- {name} -->\n")[1].split(f"<!-- /{name} -->")[0]


def placeholders() -> str:
    rows = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in MESSAGE_PLACEHOLDERS.items())
    return f"| Placeholder | Becomes |\n|---|---|\n{rows}\n"


@pytest.fixture(autouse=True, scope="module")
def _rewritten() -> None:
    if os.environ.get("REWRITE"):
        SCHEMA.write_text(json.dumps(schema.playbook_schema(), indent=2) + "\n")
        text = PAPER.read_text()
        for name, content in (("reference", manual.reference()), ("placeholders", placeholders())):
            before, _, rest = text.partition(f"<!-- {name} -->\n")
            text = f"{before}<!-- {name} -->\n{content}<!-- /{name} -->{rest.partition(f'<!-- /{name} -->')[2]}"
        PAPER.write_text(text)


def test_the_guide_holds_the_reference_and_the_placeholders() -> None:
    assert section("reference") == manual.reference()
    assert section("placeholders") == placeholders()


def test_the_published_schema_is_that_of_the_code() -> None:
    assert json.loads(SCHEMA.read_text()) == schema.playbook_schema()
    assert schema.playbook_schema()["$id"] == SCHEMA.name


def test_every_key_is_explained() -> None:
    for cls, keys in manual.KEYS.items():
        names = [shape.name for shape in shapes.fields_of(cls)]
        assert list(keys) == [name for name in names if not (cls is TaskSpec and name == "settings")]
    assert set(manual.TITLES) == set(manual.KEYS)


def test_the_guide_names_every_field_of_an_account() -> None:
    text = PAPER.read_text()
    assert [field.name for field in facts.ACCOUNT_FIELDS if f"`{field.name}`" not in text] == []


def test_the_first_example_has_no_problem() -> None:
    example = re.findall(r"```yaml\n(firstwin.*?)```", PAPER.read_text(), flags=re.DOTALL)[0]
    assert linting.lint_text(example) == ()


def plain(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


@pytest.mark.parametrize("file", sorted(BUILTIN.glob("*.yaml")), ids=lambda file: file.stem)
def test_the_builtin_playbooks_fit_the_schema(file: Path) -> None:
    VALIDATOR.validate(plain(file.read_text(encoding="utf-8")))


@given(DEFINITIONS)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_whatever_is_written_fits_the_schema(definition: PlaybookDefinition) -> None:
    VALIDATOR.validate({"firstwin": "playbook/1", **writing.to_plain(definition)})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("language: en", "languages: en"),
        ("name: Clean\n", ""),
        ("minutes: 45", "minutes: soon"),
        ("anchors: kickoff", "anchors: kickof"),
        ("offset: 24h", "offset: soon"),
        ("attendees: [csm, owner]", "attendees: csm"),
        ("firstwin: playbook/1\n", ""),
    ],
)
def test_what_the_schema_refuses_the_reader_refuses(old: str, new: str) -> None:
    text = CLEAN.replace(old, new, 1)
    assert list(VALIDATOR.iter_errors(plain(text)))
    assert reading.read_yaml(text).problems
