"""The statement of the days in the portal: there once it is shared, gone once it is withdrawn."""

from django.test import Client

from firstwin.projects.operations import statements
from firstwin.projects.queries import statements as statement_queries
from firstwin.shared import clock
from tests.factories.portal import SmallVisit


def share(visit: SmallVisit, message: str = "") -> None:
    actor = visit.running.scene.manager
    statement = statement_queries.get_statement(actor=actor, project_id=visit.running.id)
    statements.share_statement(
        actor=actor, project_id=visit.running.id, mark=statement.mark, message=message, at=clock.now()
    )


def pages(visit: SmallVisit) -> tuple[str, str, str]:
    home = f"/portal/projects/{visit.running.id}/"
    return home, f"{home}days/", f"{home}days.pdf"


def test_the_customer_reads_what_was_shared_and_takes_it_along(reader: Client, visit: SmallVisit) -> None:
    home, days, paper = pages(visit)
    assert "Whose days" not in reader.get(home).content.decode()
    assert reader.get(days).status_code == 404
    assert reader.get(paper).status_code == 404
    share(visit, "Let us <b>talk</b>.")
    assert days in reader.get(home).content.decode()
    text = reader.get(days).content.decode()
    assert "Let us &lt;b&gt;talk&lt;/b&gt;." in text
    assert "The end" in text
    answer = reader.get(paper)
    assert answer.content.startswith(b"%PDF-")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_withdrawn_it_is_gone(reader: Client, visit: SmallVisit) -> None:
    home, days, paper = pages(visit)
    share(visit)
    actor = visit.running.scene.manager
    statements.withdraw_statement(actor=actor, project_id=visit.running.id, at=clock.now())
    assert days not in reader.get(home).content.decode()
    assert {reader.get(days).status_code, reader.get(paper).status_code} == {404}


def test_without_a_link_nobody_reads_it(visit: SmallVisit) -> None:
    share(visit)
    assert {Client().get(path).status_code for path in pages(visit)} == {302}
