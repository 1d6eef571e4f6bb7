"""Build the demo workspace: a fictional vendor with forty accounts over six months, by the real operations.

The story is told on a passed-in clock and is the same every time, relative to the day on which it is built.
"""

import contextlib
import gc
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.db import transaction

from firstwin.communications.operations import notifications
from firstwin.config.demo import cast, glance, product_events, troupe
from firstwin.config.demo.accounts import STORIES, Fate, Story
from firstwin.config.demo.play import Play
from firstwin.config.demo.troupe import Troupe
from firstwin.identity.contracts import WorkspaceInfo, system_actor
from firstwin.jobs import operations as job_operations
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.operations import builtin
from firstwin.projects.contracts import NewProject
from firstwin.projects.operations import launch

FOUNDED_DAYS_AGO = 183
MOMENTS = (time(8, 40), time(15, 5))
WEEKEND_MOMENTS = (time(11, 0),)
SATURDAY = 5
AFTER_WORK = timedelta(minutes=50)
Tell = Callable[[str], None]


@dataclass(slots=True)
class Stage:
    """What the demo is played on: who acts, what runs, what has not signed yet."""

    troupe: Troupe
    waiting: list[Story]
    casting: cast.Casting = field(default_factory=cast.Casting)
    plays: list[Play] = field(default_factory=list)


def build(*, at: datetime, tell: Tell = lambda _: None, stories: tuple[Story, ...] = STORIES) -> WorkspaceInfo:
    """Build the demo workspace as it stands at an instant; all of it or nothing."""
    with transaction.atomic(), rare_collection():
        founded = at - timedelta(days=FOUNDED_DAYS_AGO)
        people = troupe.found_vendor(at=founded)
        builtin.install_builtin_playbooks(actor=system_actor(people.workspace.id), at=founded)
        source = product_events.connect(people, at=founded + timedelta(minutes=40))
        in_order = sorted(stories, key=lambda story: -story.signed_days_ago)
        product_events.say_first_wins(people, at=founded + timedelta(minutes=50))
        stage = Stage(troupe=people, waiting=list(in_order))
        told = 0
        evening = last_evening(founded + timedelta(hours=1), at)
        for moment in moments(founded + timedelta(hours=1), at):
            _play(stage, moment, curtain=at)
            if moment == evening:
                _read_the_news(people, moment)
            month = (moment - founded).days // 30
            if month > told:
                told = month
                tell(f"  {moment:%B %Y}: {len(stage.plays)} projects launched")
        signed = {story.name: signed_at(story, today=at) for story in stories}
        sent = product_events.send(people, source, stories, signed=signed, at=at)
        tell(f"  {sent:,} product events wait for the event store")
        job_operations.run_due(now=at)
        return people.workspace


@contextlib.contextmanager
def rare_collection() -> Iterator[None]:
    """Let the garbage collector look less often while very many short-lived objects are made."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def moments(start: datetime, end: datetime) -> Iterator[datetime]:
    """Yield the moments at which people look at their work: two on working days, one on others, and the end."""
    day = start.date()
    while day <= end.date():
        for of_day in MOMENTS if day.weekday() < SATURDAY else WEEKEND_MOMENTS:
            moment = datetime.combine(day, of_day, tzinfo=start.tzinfo)
            if start <= moment < end - timedelta(hours=1):
                yield moment
        day += timedelta(days=1)


def last_evening(start: datetime, end: datetime) -> datetime | None:
    """Return the last moment of the last working day before the end, when everybody has read what is new."""
    before = [moment for moment in moments(start, end) if moment.date() < end.date() and moment.weekday() < SATURDAY]
    return before[-1] if before else None


def signed_at(story: Story, *, today: datetime) -> datetime:
    """Return when an account signed: on a working day in office hours."""
    dice = random.Random(f"{story.slug} signature")  # noqa: S311 - the same every time, on purpose
    day = today - timedelta(days=story.signed_days_ago)
    moment = day.replace(hour=dice.randrange(8, 15), minute=dice.randrange(60), second=dice.randrange(60))
    while moment.weekday() >= SATURDAY:
        moment -= timedelta(days=1)
    return min(moment.replace(microsecond=0), today - timedelta(hours=3))


def _play(stage: Stage, moment: datetime, *, curtain: datetime) -> None:
    """Play one moment: contracts are signed, people do their work, then timers ring for what was left undone."""
    while stage.waiting and signed_at(stage.waiting[0], today=curtain) <= moment:
        _sign(stage, stage.waiting.pop(0), curtain=curtain)
    playing = [play for play in stage.plays if not play.is_over]
    tasks = glance.open_tasks(workspace_id=stage.troupe.workspace.id, project_ids=[play.project_id for play in playing])
    for play in playing:
        play.play(moment, tasks.get(play.project_id, []))
    job_operations.run_due(now=min(moment + AFTER_WORK, curtain))


def _read_the_news(people: Troupe, moment: datetime) -> None:
    for member in people.members.values():
        notifications.mark_all_notifications_read(actor=member, at=moment)


def _sign(stage: Stage, story: Story, *, curtain: datetime) -> None:
    """Enter an account at its signature and launch its onboarding within the hour."""
    signed = signed_at(story, today=curtain)
    account = troupe.enter_account(stage.troupe, story, signed_at=signed, casting=stage.casting)
    if story.fate is Fate.NOT_LAUNCHED:
        return
    specialist = stage.troupe.members[story.specialist]
    playbook = playbook_queries.find_playbook_by_key(actor=specialist, key=story.playbook)
    if playbook is None:
        raise LookupError(f"The built-in playbook {story.playbook} is missing.")
    version = playbook_queries.latest_version(actor=specialist, playbook_id=playbook.id)
    role_map = {
        role.key: stage.troupe.members[key].id
        for role in version.definition.roles
        if (key := cast.filled_by(role.key, country=story.country)) is not None
    }
    launched = signed + timedelta(minutes=47)
    project_id = launch.launch_project(
        actor=specialist,
        new=NewProject(
            account_id=account.id,
            playbook_version_id=version.id,
            role_map={key: person for key, person in role_map.items() if person is not None},
            fields=dict(story.fields),
        ),
        at=launched,
    )
    stage.plays.append(
        Play(
            story=story,
            troupe=stage.troupe,
            project_id=project_id,
            signed_at=signed,
            curtain=curtain,
            dice=random.Random(f"{story.slug} play"),  # noqa: S311 - the same every time, on purpose
        )
    )
