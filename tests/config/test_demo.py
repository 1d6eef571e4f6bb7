from collections import Counter
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from firstwin.communications.queries import messages as message_queries
from firstwin.config.demo import accounts, build, cast, script
from firstwin.config.demo.accounts import STORIES, Fate
from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import system_actor
from firstwin.journal import operations as journal_operations
from firstwin.journal import queries as journal_queries
from firstwin.projects.contracts import ProjectState
from firstwin.projects.queries import portfolio

TODAY = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


def test_the_cast_is_forty_accounts_in_every_state_on_all_five_playbooks() -> None:
    assert len(STORIES) == len({story.name for story in STORIES}) == 40
    assert {story.fate for story in STORIES} == set(Fate)
    assert {story.segment for story in STORIES} == set(Segment)
    assert {story.playbook for story in STORIES} == {
        accounts.SEVEN,
        accounts.SUCCESS,
        accounts.MUTUAL,
        accounts.AGENCY,
        accounts.ALONE,
    }
    assert max(story.signed_days_ago for story in STORIES) < build.FOUNDED_DAYS_AGO


def test_everything_that_is_said_is_said_about_an_account_of_the_cast() -> None:
    names = {story.name for story in STORIES}
    for scripted in (script.LINES, script.STUCK, script.HOLDS, script.CANCELLATIONS, script.FIRST_VALUE):
        assert set(scripted) <= names
    for fate, scripted in ((Fate.CANCELLED, script.CANCELLATIONS), (Fate.ON_HOLD, script.HOLDS)):
        assert {story.name for story in STORIES if story.fate is fate} <= set(scripted)


def test_people_write_from_made_up_addresses() -> None:
    assert cast.address_of("Emre Yıldız") == "emre.yildiz"
    assert cast.address_of("Mei Lin Tan") == "mei.lin.tan"
    assert all(colleague.email.endswith(".example.com") for colleague in cast.COLLEAGUES.values())


def small_cast() -> tuple[accounts.Story, ...]:
    wanted = {"Golden Hour Photo", "Kumquat Finance", "Indigo Rail"}
    return tuple(story for story in STORIES if story.name in wanted)


@pytest.mark.django_db
def test_the_demo_is_the_same_every_time_and_leaves_nothing_undone() -> None:
    told = []
    for _ in range(2):
        workspace = build.build(at=TODAY, stories=small_cast())
        actor = system_actor(workspace.id)
        projects = portfolio.list_projects(actor=actor, at=TODAY, limit=50).items
        told.append(
            sorted(
                (project.account_name, project.state, project.standing, project.done_count, project.first_value_at)
                for project in projects
            )
        )
        assert Counter(project.state for project in projects) == {ProjectState.ACTIVE: 2}
        assert next(project for project in projects if project.account_name == "Kumquat Finance").stuck_count == 1
        assert len(message_queries.list_messages(actor=actor, limit=100).items) > 5
        journal_operations.seal_entries()
        assert journal_queries.verify_chain(workspace_id=workspace.id, at=TODAY).is_intact
    assert told[0] == told[1]


def test_the_demo_is_refused_where_mail_really_goes_out(settings: Settings) -> None:
    settings.MAILBOX = False
    with pytest.raises(CommandError, match="people who do not exist"):
        call_command("demo")


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="is not a date"):
        call_command("demo", "--date", "soon")
