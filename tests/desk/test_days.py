"""Whose days were lost, in the browser: on a project, and correcting one."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from firstwin.identity.contracts import Role
from firstwin.projects.contracts.ledger import DayLedger, LedgerSide
from firstwin.projects.models import DayStatementRow, LedgerEntry
from firstwin.projects.queries import ledger as ledger_queries
from firstwin.projects.queries import statements as statement_queries
from tests.desk.browsing import HTMX, colleague, outsider, text_of
from tests.factories.projects import Running, launch_example
from tests.projects.test_day_ledger import moved

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return moved(launch_example())


def days_of(running: Running) -> str:
    return reverse("project_days", kwargs={"project_id": running.id})


def ledger_of(running: Running) -> DayLedger:
    return ledger_queries.get_ledger(actor=running.scene.manager, project_id=running.id)


def correct_url(running: Running) -> str:
    return reverse("correct_days", kwargs={"project_id": running.id, "entry_id": ledger_of(running).entries[0].id})


def sides(running: Running) -> set[str]:
    rows = LedgerEntry.objects.for_actor(running.scene.manager).filter(project_id=running.id)
    return set(rows.values_list("counted_side", flat=True))


def test_the_page_says_draws_and_lists_the_days(running: Running) -> None:
    text = text_of(colleague(running).get(days_of(running)))
    assert f"The end moved {running.row().lost_days} working days later" in text
    assert text.count('<g class="fw-days-step">') == len(ledger_of(running).entries)
    assert "Budget" in text
    assert "+10" in text


def test_an_end_that_the_plan_does_not_know_yet_is_explained(running: Running) -> None:
    client, row = colleague(running), running.row()
    shown = ledger_of(running).current_end_at
    for planned, is_said in ((shown, False), (shown - timedelta(days=14), True)):
        row.planned_end_at = planned
        row.save(update_fields=["planned_end_at"])
        assert ("do not move by themselves" in text_of(client.get(days_of(running)))) == is_said


def test_a_side_narrows_the_lines_and_the_download(running: Running) -> None:
    client = colleague(running)
    assert "Budget" in text_of(client.get(f"{days_of(running)}?side=customer"))
    assert "Budget" not in text_of(client.get(f"{days_of(running)}?side=vendor"))
    assert client.get(f"{days_of(running)}?side=moon").status_code == 422
    export = reverse("project_days_export", kwargs={"project_id": running.id})
    lines = text_of(client.get(f"{export}?side=customer")).splitlines()
    assert lines[0].startswith("From,To,Working days,Side,Reason")
    assert len(lines) == 1 + sum(entry.side is LedgerSide.CUSTOMER for entry in ledger_of(running).entries)


def test_a_project_that_never_moved_says_what_will_stand_here() -> None:
    fresh = launch_example()
    assert "No day was lost or won yet" in text_of(colleague(fresh).get(days_of(fresh)))


def test_pages_of_lines_follow_each_other(running: Running) -> None:
    client = colleague(running)
    latest = ledger_of(running).entries[-1]
    assert "Budget" in text_of(client.get(f"{days_of(running)}?cursor={latest.position}"))
    assert client.get(f"{days_of(running)}?cursor=first").status_code == 422


def test_somebody_corrects_to_whom_days_are_put_down(running: Running) -> None:
    client = colleague(running)
    asked = text_of(client.get(correct_url(running), headers=HTMX))
    assert "Correct 10 working days of “On hold”" in asked
    given = {"side": "third_party", "reason": "stuck", "note": "The bank was closed."}
    assert client.post(correct_url(running), given, headers=HTMX).status_code == 200
    text = text_of(client.get(days_of(running)))
    assert "The bank was closed." in text
    assert "customer's side, on hold" in text.replace("&#x27;", "'").replace("Customer", "customer")


def test_a_correction_without_a_note_comes_back(running: Running) -> None:
    before = sides(running)
    answer = colleague(running).post(correct_url(running), {"side": "third_party", "reason": "stuck"}, headers=HTMX)
    assert answer.status_code == 422
    assert sides(running) == before


@pytest.mark.parametrize("who", ["viewer", "outsider", "nobody"])
def test_who_may_not_correct_changes_nothing(running: Running, who: str) -> None:
    before = sides(running)
    url = correct_url(running)
    client = {"viewer": lambda: colleague(running, Role.VIEWER), "outsider": outsider, "nobody": Client}[who]()
    answer = client.post(url, {"side": "third_party", "reason": "stuck", "note": "No"}, headers=HTMX)
    assert answer.status_code == {"viewer": 403, "outsider": 404, "nobody": 204}[who]  # 204 leads to the sign-in
    assert sides(running) == before
    if who == "viewer":
        assert "Correct" not in text_of(client.get(days_of(running)))
    else:
        assert client.get(days_of(running)).status_code == {"outsider": 404, "nobody": 302}[who]


def test_the_glance_leads_to_the_days(running: Running) -> None:
    text = text_of(colleague(running).get(reverse("project", kwargs={"project_id": running.id})))
    assert f"{running.row().lost_days} working days later" in " ".join(text.split())


def statement_url(running: Running, name: str = "day_statement") -> str:
    return reverse(name, kwargs={"project_id": running.id})


def share(client: Client, running: Running) -> int:
    mark = statement_queries.get_statement(actor=running.scene.manager, project_id=running.id).mark
    given = {"mark": mark, "message": "Let us talk."}
    return client.post(statement_url(running, "share_day_statement"), given, headers=HTMX).status_code


def test_a_member_sees_what_the_customer_would_read_shares_it_and_takes_it_back(running: Running) -> None:
    client = colleague(running)
    before = text_of(client.get(statement_url(running)))
    assert "Only the team sees this" in before
    assert "on the side of Acorn Foods" in before
    assert share(client, running) == 200
    shared = text_of(client.get(statement_url(running)))
    assert "Acorn Foods can read this" in shared
    assert "Let us talk." in shared
    assert client.post(statement_url(running, "withdraw_day_statement"), headers=HTMX).status_code == 200
    assert "Only the team sees this" in text_of(client.get(statement_url(running)))


def test_what_moved_since_the_statement_was_shared_is_said(running: Running) -> None:
    client = colleague(running)
    share(client, running)
    given = {"side": "third_party", "reason": "stuck", "note": "The bank was closed."}
    client.post(correct_url(running), given, headers=HTMX)
    text = text_of(client.get(statement_url(running)))
    assert "The days moved since" in text
    assert "Share with Acorn Foods" in text


def test_the_paper_is_a_pdf(running: Running) -> None:
    answer = colleague(running).get(statement_url(running, "day_statement_paper"))
    assert b"".join(answer).startswith(b"%PDF-")
    assert answer.headers["Content-Type"] == "application/pdf"


def test_an_old_look_is_not_shared(running: Running) -> None:
    client = colleague(running)
    answer = client.post(statement_url(running, "share_day_statement"), {"mark": "old"}, headers=HTMX)
    assert "changed since you looked" in text_of(answer)
    assert not DayStatementRow.objects.for_actor(running.scene.manager).exists()


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("outsider", 404)])
def test_who_may_not_share_shares_nothing(running: Running, who: str, status: int) -> None:
    client = colleague(running, Role.VIEWER) if who == "viewer" else outsider()
    assert share(client, running) == status
    assert client.post(statement_url(running, "withdraw_day_statement"), headers=HTMX).status_code == status
    assert not DayStatementRow.objects.for_actor(running.scene.manager).exists()
    if who == "viewer":
        assert "Share with" not in text_of(client.get(statement_url(running)))
