"""Overlays, conditions and choices by hand: what a playbook comes to, and why."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstwin.customers.contracts import Segment
from firstwin.playbooks.contracts import LinkSpec, OverlayAddition, OverlaySpec
from firstwin.playbooks.contracts.resolved import ResolvedPlaybook
from firstwin.playbooks.rules import overlays, resolving
from firstwin.playbooks.rules.resolving import Choices
from firstwin.scheduling.contracts import parse_span
from tests.factories import playbooks as make


def resolve(definition: Any = None, *, choices: Choices | None = None, **account: Any) -> ResolvedPlaybook:
    return resolving.resolve(definition or make.definition(), make.facts(**account), choices or Choices())


def verdicts(resolved: ResolvedPlaybook) -> dict[str, tuple[bool, str]]:
    return {task.spec.key: (task.is_included, task.why) for stage in resolved.stages for task in stage.tasks}


def test_every_task_says_why_it_is_in_or_out() -> None:
    assert verdicts(resolve()) == {
        "welcome": (True, "always part of the playbook"),
        "sso": (False, "project.needs_sso is no"),
        "brief": (True, "always part of the playbook"),
        "import": (True, "always part of the playbook"),
        "first-win": (True, "always part of the playbook"),
    }


def test_an_overlay_adds_and_removes_and_says_so() -> None:
    resolved = resolve(industry="healthcare")
    assert [task.spec.key for task in resolved.stages[0].tasks] == ["welcome", "hipaa", "sso", "brief"]
    assert verdicts(resolved)["hipaa"] == (
        True,
        "added by the overlay 'Healthcare' because account.industry is healthcare",
    )
    assert verdicts(resolved)["import"] == (False, "removed by the overlay 'Healthcare'")
    assert resolved.applied_overlays == ("healthcare",)
    assert resolved.overlays[0].added == ("hipaa",)
    assert resolved.overlays[0].removed == ("import",)
    assert [task.key for task in resolved.definition.stages[1].tasks] == ["first-win"]


def test_an_overlay_that_does_not_apply_says_why() -> None:
    overlay = resolve().overlays[0]
    assert (overlay.is_applied, overlay.why) == (False, "account.industry is other, not healthcare")
    assert overlay.added == ()


def test_a_stage_that_is_out_takes_its_tasks_with_it() -> None:
    resolved = resolve(segment="self_serve")
    assert [stage.spec.key for stage in resolved.included_stages] == ["start"]
    assert verdicts(resolved)["import"] == (
        False,
        "its stage 'Win' is out: account.segment is self_serve",
    )
    assert [task.spec.key for task in resolved.included_tasks] == ["welcome", "brief"]


def test_choices_by_hand_win() -> None:
    choices = Choices(included=["sso"], excluded=["welcome"], overlays={"healthcare": True})
    found = verdicts(resolve(choices=choices))
    assert found["sso"] == (True, "included by hand")
    assert found["welcome"] == (False, "left out by hand")
    assert found["hipaa"] == (True, "added by the overlay 'Healthcare' because chosen by hand")
    left_out = resolve(choices=Choices(overlays={"healthcare": False}), industry="healthcare")
    assert "hipaa" not in verdicts(left_out)


@pytest.mark.parametrize(
    ("overlay", "account", "expected"),
    [
        ({}, {}, False),
        ({"segment": Segment.MID_MARKET}, {}, True),
        ({"segment": Segment.MID_MARKET, "product": "desk"}, {}, False),
        ({"segment": Segment.MID_MARKET, "product": "desk"}, {"products": ["desk"]}, True),
        ({"product": "CRM"}, {}, True),
        ({"product": "o'neill"}, {"products": ["o'neill"]}, True),
        ({"when": "account.licensed_seats > 100"}, {}, True),
        ({"when": "account.licensed_seats > 100", "segment": Segment.ENTERPRISE}, {}, False),
    ],
)
def test_an_overlay_applies_when_everything_it_names_holds(
    overlay: dict[str, Any], account: dict[str, Any], expected: bool
) -> None:
    spec = OverlaySpec(key="x", name="X", **overlay)
    verdict = overlays.applies(spec, make.facts(**account))
    assert verdict.holds is expected
    assert verdict.why


def test_links_are_bridged_over_what_is_out() -> None:
    definition = make.definition(
        make.stage(
            "one",
            make.task("a"),
            make.task("b", when="project.needs_sso", after=make.links("a")),
            make.task("c", when="project.needs_sso", after=make.links("b")),
            make.task("d", after=(LinkSpec(task="c", lag=parse_span("2wd")), LinkSpec(task="a"))),
            make.task("e", after=make.links("c")),
        )
    )
    resolved = resolve(definition)
    after = {task.spec.key: task.after for task in resolved.stages[0].tasks}
    assert after["d"] == (LinkSpec(task="a", lag=parse_span("2wd")),)
    assert after["e"] == (LinkSpec(task="a"),)


def test_removing_a_task_bridges_links_even_in_a_circle() -> None:
    definition = make.definition(
        make.stage(
            "one",
            make.task("a", after=make.links("b")),
            make.task("b", after=make.links("a", "gone")),
            make.task("c", after=make.links("a")),
        )
    )
    left = overlays.without_tasks(definition, {"a", "b"})
    assert left.stages[0].tasks[0].after == (LinkSpec(task="gone"),)


def test_two_overlays_do_not_add_a_task_twice() -> None:
    addition = (OverlayAddition(stage="one", tasks=(make.task("extra"),)),)
    definition = make.definition(
        make.stage("one", make.task("a")),
        overlays=(OverlaySpec(key="x", name="X", add=addition), OverlaySpec(key="y", name="Y", add=addition)),
    )
    applied = overlays.apply(definition, {"x", "y"})
    assert [task.key for task in applied.stages[0].tasks] == ["a", "extra"]


KEYS = st.lists(st.sampled_from(["welcome", "sso", "brief", "import", "first-win"]), unique=True)


@given(excluded=KEYS, healthcare=st.booleans(), sso=st.booleans())
@settings(deadline=None)
def test_no_link_of_an_included_task_ends_at_one_that_is_out(excluded: list[str], healthcare: bool, sso: bool) -> None:
    choices = Choices(excluded=excluded, overlays={"healthcare": healthcare})
    resolved = resolve(choices=choices, project={"needs_sso": sso})
    included = {task.spec.key for task in resolved.included_tasks}
    assert all(link.task in included for task in resolved.included_tasks for link in task.after)
    assert len(included) == len(resolved.included_tasks)
