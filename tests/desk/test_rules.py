"""Every fact reads as a sentence."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from firstwin.desk import rules
from firstwin.journal.contracts import Author, AuthorKind, EntryInfo, event_types
from firstwin.shared import ids

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARA = Author(kind=AuthorKind.MEMBER, id=ids.new_id(), name="Mara Lindqvist")


def entry(event_name: str, author: Author = MARA, **data: object) -> EntryInfo:
    return EntryInfo(
        id=ids.new_id(),
        workspace_id=ids.new_id(),
        at=NOW,
        author=author,
        event_name=event_name,
        event_version=1,
        subject_type="project",
        subject_id=ids.new_id(),
        account_id=None,
        project_id=None,
        data=data,
        sequence=None,
        hash=None,
    )


def test_every_event_has_a_wording_and_no_wording_is_left_over() -> None:
    assert set(rules.WORDINGS) == {
        name for name, kind in event_types().items() if kind.__module__.startswith("firstwin.")
    }


@pytest.mark.parametrize("name", sorted(rules.WORDINGS))
def test_a_wording_uses_only_fields_of_its_event(name: str) -> None:
    wording = rules.WORDINGS[name]
    known = {field.name for field in fields(event_types()[name])}
    used = {part.split("}")[0] for part in wording.text.split("{")[1:]} | ({wording.quote} if wording.quote else set())
    assert used <= known, used - known


def test_a_fact_quotes_what_was_said() -> None:
    fact = rules.fact_in_words(entry("task.stuck", title="Import contacts", side="customer", reason="No phone numbers"))
    assert (fact.author, fact.text, fact.quote, fact.tone) == (
        "Mara Lindqvist",
        "said that “Import contacts” is stuck",
        "No phone numbers",
        "late",
    )


def test_what_was_done_in_one_go_is_told_once_and_what_was_said_is_not_repeated() -> None:
    removed = [entry("task.removed", title=f"Check {number}", reason="No longer wanted") for number in range(4)]
    won = [
        entry("project.first_value_reached", title="First report", evidence="Report 7"),
        entry("project.rescheduled", cause="First report was completed", extent="4 tasks moved"),
        entry("milestone.reached", title="First report", evidence="Report 7"),
    ]
    twice = [entry("task.completed", title=name) for name in ("Kickoff", "Handover")]
    facts = [rules.fact_in_words(one) for one in (*removed, *won, *twice)]
    told = rules.told_together(facts)
    assert [(fact.text, len(fact.more), fact.quote) for fact in told] == [
        ("removed “Check 0”", 3, "No longer wanted"),
        ("recorded the first win: First report", 0, "Report 7"),
        ("moved dates: First report was completed", 0, "4 tasks moved"),
        ("reached the milestone “First report”", 0, ""),
        ("finished “Kickoff”", 0, ""),
        ("finished “Handover”", 0, ""),
    ]
    assert told[0].more[-1] == "removed “Check 3”"
    later = replace(removed[1], at=NOW + timedelta(minutes=1))
    assert len(rules.told_together([rules.fact_in_words(one) for one in (removed[0], later, removed[2])])) == 3


def test_changes_are_named_three_at_most() -> None:
    changes = [["owner_id", "", "x"], ["due_at", "", "x"], ["name", "", "x"], ["title", "", "x"]]
    fact = rules.fact_in_words(entry("task.changed", title="Kickoff", changes=changes))
    assert fact.text == "changed owner, end, name and more of “Kickoff”"


def test_acting_for_someone_is_said() -> None:
    author = Author(
        kind=AuthorKind.MEMBER,
        id=ids.new_id(),
        name="Mara Lindqvist",
        on_behalf_of_kind=AuthorKind.CONTACT,
        on_behalf_of_id=ids.new_id(),
        on_behalf_of_name="Ada Byron",
    )
    assert rules.fact_in_words(entry("task.started", author, title="Kickoff")).author == "Mara Lindqvist for Ada Byron"


def test_an_unknown_fact_still_reads() -> None:
    assert rules.fact_in_words(entry("seat.sold")).text == "seat sold"
