"""Every statement of the five documents stands in a playbook, or is named with the area of the product it belongs to."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.rules import linting, mermaid, reading
from tests.playbooks.seeds import agency, b2b, enterprise, mutual, self_serve
from tests.playbooks.seeds.walking import AREAS, Statement, element, texts

DOCUMENTS = Path(__file__).parent / "seeds" / "documents"
BUILTIN = Path(reading.__file__).parents[1] / "builtin"
SEEDS = (agency, b2b, enterprise, mutual, self_serve)


@cache
def definition_of(key: str) -> PlaybookDefinition:
    read = reading.read_yaml((BUILTIN / f"{key}.yaml").read_text(), file=f"{key}.yaml")
    assert read.definition is not None
    assert not read.problems
    return read.definition


def name_of(seed: ModuleType) -> str:
    return seed.__name__.rpartition(".")[2]


def lines_of(seed: ModuleType) -> list[str]:
    return (DOCUMENTS / f"{name_of(seed)}.txt").read_text().splitlines()


WALK = [
    pytest.param(seed, said, id=f"{name_of(seed)}: {said.quote[:50]}") for seed in SEEDS for said in seed.STATEMENTS
]


@pytest.mark.parametrize(("seed", "said"), WALK)
def test_the_playbook_does_what_the_document_says(seed: ModuleType, said: Statement) -> None:
    definition = definition_of(seed.PLAYBOOK)
    for place in said.places:
        part = element(definition, place.path)
        for fact in place.facts:
            fact(part)
    assert not said.area or said.area in AREAS


@pytest.mark.parametrize("seed", SEEDS, ids=name_of)
def test_no_statement_of_the_document_is_missing_from_the_walk(seed: ModuleType) -> None:
    lines = lines_of(seed)
    quotes = [said.quote for said in seed.STATEMENTS]
    for line, quote in zip(lines, quotes, strict=False):
        assert line.startswith(quote)
    assert len(lines) == len(quotes)


@pytest.mark.parametrize("seed", SEEDS, ids=name_of)
def test_most_of_what_the_document_says_is_in_the_playbook_itself(seed: ModuleType) -> None:
    carried_out = sum(1 for said in seed.STATEMENTS if said.places)
    left_to_others = sum(1 for said in seed.STATEMENTS if said.area)
    assert carried_out > 3 * left_to_others


@pytest.mark.parametrize("path", sorted(BUILTIN.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_built_in_playbooks_have_no_problem_at_all(path: Path) -> None:
    assert linting.lint_text(path.read_text(), file=path.name) == ()
    assert path.stem in {seed.PLAYBOOK for seed in SEEDS}


def test_the_agency_playbook_has_the_phases_and_steps_of_its_flowchart() -> None:
    drawn = mermaid.draft_from_flowchart((DOCUMENTS.parents[1] / "flowcharts" / "agency.mmd").read_text())
    written = definition_of(agency.PLAYBOOK)
    assert [stage.name.lower().replace("&", "and") for stage in drawn.stages] == [
        stage.name.lower() for stage in written.stages
    ]
    for phase, stage in zip(drawn.stages, written.stages, strict=True):
        names = {task.name.lower() for task in stage.tasks}
        assert {task.name.lower() for task in phase.tasks} <= names


def test_every_overlay_of_an_industry_has_its_four_considerations() -> None:
    overlays = definition_of("enterprise-success").overlays
    assert {overlay.industry.value for overlay in overlays if overlay.industry} == {
        "healthcare",
        "financial_services",
        "ecommerce",
        "professional_services",
        "saas",
    }
    for overlay in overlays:
        assert sum(len(addition.tasks) for addition in overlay.add) >= 4


@pytest.mark.parametrize("seed", SEEDS, ids=name_of)
def test_nobody_is_shouted_at_but_for_the_first_win(seed: ModuleType) -> None:
    definition = definition_of(seed.PLAYBOOK)
    conditions = {
        part.when
        for stage in definition.stages
        for part in (stage, *stage.tasks)
        if isinstance(part.when, str) and part.when
    }
    calm = replace(definition, celebration=None)
    assert [text for text in texts(calm) if "!" in text and text not in conditions] == []
    assert definition.celebration is not None
    assert definition.celebration.body.count("!") == 1
