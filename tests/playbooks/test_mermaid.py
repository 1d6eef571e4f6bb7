"""Flowcharts become draft playbooks, and playbooks flowcharts."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstwin.playbooks.contracts import LinkSpec, PlaybookDefinition, StageSpec, TaskKind, TaskSpec
from firstwin.playbooks.rules import linting, mermaid, reading
from firstwin.playbooks.rules.mermaid_parser import parse_flowchart
from firstwin.scheduling.contracts import LinkType, Span, SpanUnit
from tests.playbooks.strategies import DEFINITIONS

AGENCY = (Path(__file__).parent / "flowcharts" / "agency.mmd").read_text()
BUILTIN = Path(reading.__file__).parents[1] / "builtin"


def outline(text: str) -> dict[str, list[str]]:
    """Return the names of stages and of their tasks."""
    definition = mermaid.draft_from_flowchart(text)
    return {stage.name: [task.name for task in stage.tasks] for stage in definition.stages}


def task_of(definition: PlaybookDefinition, key: str) -> TaskSpec:
    return next(task for stage in definition.stages for task in stage.tasks if task.key == key)


def after(definition: PlaybookDefinition, key: str) -> list[str]:
    return [link.task for link in task_of(definition, key).after]


def test_the_flowchart_of_the_agency_gives_six_stages_with_fifteen_tasks() -> None:
    definition = mermaid.draft_from_flowchart(AGENCY)
    assert {stage.name: [task.name for task in stage.tasks] for stage in definition.stages} == {
        "Initial Consultation": [],
        "Pre-Onboarding Preparation": ["Assign Team", "Prepare Materials", "Set Milestones"],
        "Kickoff Meeting": ["Team Intros", "Review Goals", "Set Communication"],
        "Documentation & Strategy": ["Collect Assets", "Develop Strategy", "Set KPIs"],
        "Implementation": ["Execute Campaigns", "Create Materials", "Track Progress"],
        "Ongoing Support": ["Monthly Reviews", "Strategy Updates", "Feedback Sessions"],
    }
    assert sum(len(stage.tasks) for stage in definition.stages) == 15
    assert [stage.key for stage in definition.stages] == [
        "initial-consultation",
        "pre-onboarding-preparation",
        "kickoff-meeting",
        "documentation-strategy",
        "implementation",
        "ongoing-support",
    ]
    assert not any(stage.after for stage in definition.stages)
    assert not any(task.after for stage in definition.stages for task in stage.tasks)


def test_a_draft_has_no_errors_and_the_same_text_gives_the_same_draft() -> None:
    first = mermaid.draft_from_flowchart(AGENCY)
    assert first == mermaid.draft_from_flowchart(AGENCY)
    assert [problem for problem in linting.lint_definition(first) if problem.level.value == "error"] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("graph LR\nA --> B --> C", {"A": [], "B": [], "C": []}),
        ("graph LR\nA\nB\nC", {"A": [], "B": [], "C": []}),
        ("graph LR\nA --> B\nA --> C\nA --> D", {"A": ["B", "C", "D"]}),
        ("graph LR\nA --> B & X & Y\nB --> C", {"A": ["X", "Y"], "B": [], "C": []}),
        ("graph LR\nA --> X --> Y\nA --> B --> C --> D", {"A": ["X", "Y"], "B": [], "C": [], "D": []}),
        ("graph LR\nA --> A1 --> A2 --> A3\nA --> B --> C", {"A": ["A1", "A2", "A3"], "B": [], "C": []}),
        ("graph LR\nP --> B\nA --> B --> C", {"P": [], "B": ["A"], "C": []}),
        ("graph LR\nA --> B\nC --> D --> E", {"A": [], "B": [], "C": [], "D": [], "E": []}),
        ("graph LR\nA --> B --> D --> E\nA --> C --> D", {"A": ["C"], "B": [], "D": [], "E": []}),
        ("graph LR\nsubgraph one\nx --> y\nend\nsubgraph two\nz\nend\none --> two", {"one": ["x", "y"], "two": ["z"]}),
        ("graph LR\nsubgraph two\nz\nend\nsubgraph one\nx --> y\nend\none --> two", {"one": ["x", "y"], "two": ["z"]}),
        ("graph LR\nsubgraph one\nx\nsubgraph deep\ny --> z\nend\nend", {"one": ["x", "y", "z"]}),
        (
            "graph LR\nsubgraph all\nsubgraph a\nx\nend\nsubgraph b\ny\nend\nend\nStart --> all",
            {"Start": [], "a": ["x"], "b": ["y"]},
        ),
        (
            "graph LR\nsubgraph one\nx\nend\nsubgraph two\ny\nend\nS --> one --> M --> two --> F",
            {"S": [], "one": ["x"], "M": [], "two": ["y"], "F": []},
        ),
        ("graph LR\nsubgraph one\nx\nend\none --> p & q", {"one": ["x", "p", "q"]}),
        ("graph LR\nsubgraph one\nend", {"one": []}),
    ],
)
def test_chains_and_subgraphs_are_stages_and_branches_are_tasks(text: str, expected: dict[str, list[str]]) -> None:
    assert outline(text) == expected
    assert list(outline(text)) == list(expected)


def test_arrows_between_tasks_are_dependencies() -> None:
    definition = mermaid.draft_from_flowchart(
        """flowchart TD
    subgraph one [Prepare]
        a[Collect] --> b[Check] --> c[Sign]
        a --> c
    end
    subgraph two [Build]
        d[Set up]
        c --> d
        one --> e[Test]
    end
    one --> two
    b --> two
"""
    )
    assert after(definition, "check") == ["collect"]
    assert after(definition, "sign") == ["check", "collect"]
    assert after(definition, "set-up") == ["sign"]
    assert after(definition, "test") == ["prepare"]
    assert definition.stages[1].after == ()


def test_a_stage_that_begins_before_the_previous_one_ends_keeps_its_links() -> None:
    definition = mermaid.draft_from_flowchart("graph TD\nsubgraph one\na --> b\nend\nsubgraph two\nc\nend\na --> two")
    assert definition.stages[1].after == (LinkSpec(task="a"),)


def test_branches_of_a_decision_say_when_they_apply() -> None:
    definition = mermaid.draft_from_flowchart(
        "graph TD\nS[Start] --> C{Data to move?}\nC -->|yes| M[Migrate]\nC -- no --> G[Go live]\nM --> G\nG --> E[End]"
    )
    assert [stage.name for stage in definition.stages] == ["Start", "Data to move?", "Migrate", "Go live", "End"]
    assert definition.stages[2].description == "After “Data to move?”: yes."
    assert definition.stages[3].description == "After “Data to move?”: no."


def test_an_arrow_that_leads_back_is_explained_and_breaks_nothing() -> None:
    definition = mermaid.draft_from_flowchart(
        """graph TD
subgraph one [Test]
a[Try] --> b[Review]
b -->|not good| c[Mend] --> a
b --> b
end
subgraph two
d
end
one --> two
d --> a"""
    )
    assert after(definition, "try") == []
    assert after(definition, "review") == ["try"]
    assert after(definition, "mend") == ["review"]
    assert "leads back from here to “Try”" in task_of(definition, "mend").guidance
    assert "leads back from here to “Review”" in task_of(definition, "review").guidance
    assert "leads back from here to “Try”" in task_of(definition, "d").guidance
    assert [problem.code for problem in linting.lint_definition(definition) if problem.level.value == "error"] == []


def test_a_circle_of_stages_is_opened_where_the_text_closes_it() -> None:
    definition = mermaid.draft_from_flowchart("graph LR\nPlan --> Do --> Check --> Act -->|improve| Plan")
    assert [stage.name for stage in definition.stages] == ["Plan", "Do", "Check", "Act"]
    assert definition.stages[3].description == (
        "The flowchart leads back from here to “Plan” (improve). A plan runs forward: reopen that step when it happens, "
        "or let it repeat."
    )


def test_keys_come_from_the_labels_and_are_unique() -> None:
    definition = mermaid.draft_from_flowchart(
        'graph LR\nA["Kick-off!"] --> B["Straße & Überblick"] --> C["日本語"] --> D["Kick-off!"] --> E["#9829;"]'
    )
    keys = [stage.key for stage in definition.stages]
    assert keys == ["kick-off", "strasse-uberblick", "c", "kick-off-2", "e"]
    assert mermaid.draft_from_flowchart("---\ntitle: Our way\n---\ngraph LR\nA --> B").key == "our-way"


def test_classes_named_like_kinds_make_tasks_of_that_kind() -> None:
    definition = mermaid.draft_from_flowchart("graph LR\nA --> B:::meeting\nA --> C\nclass C milestone\nA --> D:::big")
    assert [task.kind for task in definition.stages[0].tasks] == [TaskKind.MEETING, TaskKind.MILESTONE, TaskKind.TODO]


def structure(definition: PlaybookDefinition) -> list[object]:
    return [
        (stage.key, stage.name, stage.after, [(task.key, task.name, task.kind, task.after) for task in stage.tasks])
        for stage in definition.stages
    ]


@pytest.mark.parametrize("path", sorted(BUILTIN.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_built_in_playbooks_survive_the_way_through_a_flowchart(path: Path) -> None:
    definition = reading.read_yaml(path.read_text()).definition
    assert definition is not None
    back = mermaid.draft_from_flowchart(mermaid.flowchart_of(definition))
    assert back.name == definition.name
    assert structure(back) == structure(definition)


KEYS = st.from_regex(r"[a-z0-9]{1,6}([-_][a-z0-9]{1,4}){0,2}", fullmatch=True)
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split())
)
LAGS = st.one_of(st.none(), st.builds(Span, st.integers(-99, 99), st.sampled_from(SpanUnit)))


@st.composite
def playbooks(draw: st.DrawFn) -> PlaybookDefinition:
    """Draw a playbook whose links lead forward, as linting demands."""
    keys = iter(draw(st.lists(KEYS, min_size=24, max_size=24, unique=True)))
    before: list[str] = []
    stages: list[StageSpec] = []
    for _ in range(draw(st.integers(1, 4))):
        stage_key = next(keys)
        earlier = list(before)
        stage_links = draw(_links([key for key in earlier if not stages or key != stages[-1].key]))
        tasks: list[TaskSpec] = []
        for _ in range(draw(st.integers(0, 4))):
            task = TaskSpec(
                key=next(keys),
                name=draw(NAMES.filter(bool)),
                kind=draw(st.sampled_from(TaskKind)),
                owner="specialist",
                after=draw(_links(before)),
            )
            tasks.append(task)
            before.append(task.key)
        stages.append(StageSpec(key=stage_key, name=draw(NAMES.filter(bool)), after=stage_links, tasks=tuple(tasks)))
        before.append(stage_key)
    return PlaybookDefinition(key="drawn", name=draw(NAMES.filter(bool)), stages=tuple(stages))


def _links(targets: list[str]) -> st.SearchStrategy[tuple[LinkSpec, ...]]:
    if not targets:
        return st.just(())
    link = st.builds(LinkSpec, task=st.sampled_from(targets), type=st.sampled_from(LinkType), lag=LAGS)
    return st.lists(link, max_size=2, unique_by=lambda spec: spec.task).map(tuple)


@settings(max_examples=150)
@given(playbooks())
def test_any_playbook_survives_the_way_through_a_flowchart(definition: PlaybookDefinition) -> None:
    back = mermaid.draft_from_flowchart(mermaid.flowchart_of(definition))
    assert back.name == definition.name
    assert structure(back) == structure(definition)


@settings(max_examples=60)
@given(DEFINITIONS)
def test_even_a_broken_playbook_is_exported_as_a_flowchart_that_can_be_read(definition: PlaybookDefinition) -> None:
    chart = parse_flowchart(mermaid.flowchart_of(definition))
    assert len(chart.groups) == len(definition.stages)
    assert len(chart.nodes) == sum(len(stage.tasks) for stage in definition.stages)


NODES = st.sampled_from([f"N{number}" for number in range(12)])


@settings(max_examples=200)
@given(
    st.lists(st.tuples(NODES, NODES), max_size=30),
    st.dictionaries(NODES, st.integers(0, 3), max_size=10),
)
def test_no_node_of_any_flowchart_is_lost_and_the_draft_can_be_planned(
    arrows: list[tuple[str, str]], groups: dict[str, int]
) -> None:
    lines = ["flowchart TD", "N0"]
    for number in sorted(set(groups.values())):
        members = [node for node, group in groups.items() if group == number]
        lines += [f"subgraph G{number}", *members, "end"]
    lines += [f"{source} --> {target}" for source, target in arrows]
    definition = mermaid.draft_from_flowchart("\n".join(lines))
    names = [stage.name for stage in definition.stages] + [
        task.name for stage in definition.stages for task in stage.tasks
    ]
    mentioned = {"N0", *groups, *(node for arrow in arrows for node in arrow)}
    assert sorted(names) == sorted(mentioned | {f"G{number}" for number in groups.values()})
    codes = {problem.code for problem in linting.lint_definition(definition) if problem.level.value == "error"}
    assert codes == set()
