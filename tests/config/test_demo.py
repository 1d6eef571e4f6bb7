import logging
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from firstwin.communications.queries import messages as message_queries
from firstwin.config.demo import accounts, build, cast, quillmark, script
from firstwin.config.demo.accounts import STORIES, Fate
from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import system_actor
from firstwin.journal import operations as journal_operations
from firstwin.journal import queries as journal_queries
from firstwin.projects.contracts import ProjectState
from firstwin.projects.queries import portfolio
from firstwin.usage.models import InboxBatch, RejectedEvent
from firstwin.usage.queries import features, first_value, inbox

pytestmark = pytest.mark.long
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
    assert all(colleague.email.endswith(".example.com") for colleague in (cast.OWNER, *cast.TEAM))


def test_work_of_one_trade_is_shared_and_everybody_named_is_there() -> None:
    keys = {colleague.key for colleague in cast.TEAM} | {cast.OWNER.key}
    assert {*cast.VENDOR_ROLES.values(), *cast.OVERSEAS.values()} <= keys
    assert cast.filled_by("engineer", country="NO") != cast.filled_by("engineer", country="US")
    assert cast.filled_by("csm", country="US") is None


def small_cast() -> tuple[accounts.Story, ...]:
    wanted = {"Golden Hour Photo", "Kumquat Finance", "Indigo Rail"}
    return tuple(story for story in STORIES if story.name in wanted)


def sent_by_the_product(workspace_id: UUID) -> list[tuple[UUID, str, str]]:
    """What the product sent, which is what waits in the inbox, all of it as it should be."""
    assert not RejectedEvent.objects.for_workspace(workspace_id).exists()
    rows = InboxBatch.objects.for_workspace(workspace_id).order_by("id")
    events = [event for row in rows for event in inbox.events_of(bytes(row.lines))]
    assert all(event.at <= TODAY and event.received_at <= TODAY for event in events)
    assert len({event.message_key for event in events}) == len(events)
    return [(event.message_key, event.name, event.group_id) for event in events]


def test_each_account_uses_the_product_as_its_story_says() -> None:
    names = {story.name for story in STORIES}
    assert set(quillmark.PULSES) | set(quillmark.QUIET_CHAMPIONS) | quillmark.KNOWN_BY_DOMAIN <= names
    assert len({quillmark.group_of(story) for story in STORIES}) == len(STORIES)
    for story in STORIES:
        pulse = quillmark.pulse_of(story)
        assert (pulse is None) == (story.fate is Fate.NOT_LAUNCHED)
        assert pulse is None or 0 < pulse.share <= 1
    assert {part.product for part in quillmark.PARTS} == set(accounts.ALL)


@pytest.mark.django_db
def test_the_demo_is_the_same_every_time_and_leaves_nothing_undone(caplog: pytest.LogCaptureFixture) -> None:
    told: list[list[Any]] = []
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
        sent = sent_by_the_product(workspace.id)
        assert 20 < len(sent) < 400
        assert len(features.list_features(actor=actor)) == len(quillmark.PARTS)
        told[-1].append(tuple(sorted(sent)))
        told[-1].append(tuple(rule.sentence for rule in first_value.list_rules(actor=actor)))
        assert len(told[-1][-1]) == len(quillmark.FIRST_WINS)
        journal_operations.seal_entries()
        assert journal_queries.verify_chain(workspace_id=workspace.id, at=TODAY).is_intact
    assert told[0] == told[1]
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_the_demo_is_refused_where_mail_really_goes_out(settings: Settings) -> None:
    settings.MAILBOX = False
    with pytest.raises(CommandError, match="people who do not exist"):
        call_command("demo")


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="is not a date"):
        call_command("demo", "--date", "soon")
