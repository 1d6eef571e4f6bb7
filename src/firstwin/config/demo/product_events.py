"""The product events of the demo: made from a seed, sent as a client sends them, and left in the inbox for the event store.

An account's people come one after the other, each with a habit of their own, and do what the products they bought offer.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from firstwin.config.demo import cast, quillmark
from firstwin.config.demo.accounts import Fate, Story
from firstwin.config.demo.quillmark import EVERYWHERE, PARTS, Pulse
from firstwin.config.demo.troupe import Troupe
from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountInfo, ContactInfo, StakeholderRole
from firstwin.playbooks import queries as playbook_queries
from firstwin.usage.contracts import KeyHolder, SourceInfo
from firstwin.usage.contracts.catalogue import NewFeature
from firstwin.usage.contracts.first_value import RulePlace
from firstwin.usage.operations import features, first_value, intake, sources
from firstwin.usage.rules import requests

PIECE = 1000
PAUSE_DAYS = 12
HABITS = (0.55, 0.3, 0.3, 0.14, 0.14, 0.05, 0.02)
"""How likely somebody comes on a working day, by how keen they are; those of large customers come less often."""
VISITORS = 60
TRIAL = ("Poppy Field Surveying", "ws_trial_poppy")
"""A company that tries the product and is no account yet: its group waits to be mapped."""
_encoder = msgspec.json.Encoder()
Sent = tuple[datetime, dict[str, Any]]


@dataclass(slots=True)
class User:
    """Somebody who uses the product; `joins` counts days from the first of the account."""

    user_id: str
    name: str
    email: str
    title: str
    joins: int
    habit: float
    stays: int | None = None
    has_begun: bool = False


@dataclass(slots=True)
class Offer:
    """What an account can do: names of events and how likely each is up to there."""

    names: list[str]
    likely: list[float]
    basics: int = 0
    parts: list[str] = field(default_factory=list)


def connect(troupe: Troupe, *, at: datetime) -> SourceInfo:
    """Add the source that the product sends by, and say which events make up each feature, and what it is sold with."""
    for number, part in enumerate(PARTS, start=1):
        new = NewFeature(
            name=part.name,
            description=part.description,
            events=tuple(name for name, _ in part.events),
            products=(part.product,),
        )
        features.create_feature(actor=troupe.owner, new=new, at=at + timedelta(minutes=number))
    return sources.create_source(actor=troupe.owner, name="Quillmark web and mobile", at=at)


def say_first_wins(troupe: Troupe, *, at: datetime) -> None:
    """Say what counts as the first win; goals of playbooks know nothing of this vendor's product."""
    for number, (key, segment, goal) in enumerate(quillmark.FIRST_WINS):
        playbook = playbook_queries.find_playbook_by_key(actor=troupe.owner, key=key) if key else None
        place = RulePlace(playbook_id=playbook.id if playbook else None, segment=segment.value if segment else "")
        first_value.set_rule(
            actor=troupe.owner,
            place=place,
            goal=goal,
            playbook_name=playbook.name if playbook else "",
            at=at + timedelta(minutes=number),
        )


def send(
    troupe: Troupe, source: SourceInfo, stories: Sequence[Story], *, signed: dict[str, datetime], at: datetime
) -> int:
    """Send what everybody did up to an instant, day by day, and return how many events that were."""
    accounts = {account.name: account for account in _accounts(troupe)}
    contacts = customer_queries.list_contacts_of(
        actor=troupe.owner, account_ids=[account.id for account in accounts.values()]
    )
    by_day: dict[datetime, list[Sent]] = defaultdict(list)
    for story in stories:
        account = accounts.get(story.name)
        if account is None:
            continue
        for sent in _of_account(story, contacts[account.id], signed_at=signed[story.name], until=at):
            by_day[_evening(sent[0], at)].append(sent)
    for sent in _of_strangers(at):
        by_day[_evening(sent[0], at)].append(sent)
    return _hand_in(source, by_day)


def _accounts(troupe: Troupe) -> Iterator[AccountInfo]:
    cursor: str | None = None
    while True:
        page = customer_queries.list_accounts(actor=troupe.owner, cursor=cursor, limit=100)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _evening(moment: datetime, at: datetime) -> datetime:
    """Clients send within minutes; in the demo what happened on a day arrives in one go at its end."""
    return min(datetime.combine(moment.date(), time(23, 59, 30), tzinfo=UTC), at)


def _hand_in(source: SourceInfo, by_day: dict[datetime, list[Sent]]) -> int:
    key = source.keys[0]
    holder = KeyHolder(write_key_id=key.id, source_id=source.id, workspace_id=source.workspace_id, ends_at=key.ends_at)
    arrivals, count = [], 0
    for received_at, sent in sorted(by_day.items(), key=lambda day: day[0]):
        calls = [call for _, call in sorted(sent, key=lambda one: one[0])]
        for start in range(0, len(calls), PIECE):
            body = _encoder.encode({"batch": calls[start : start + PIECE], "sentAt": received_at.isoformat()})
            request = requests.read_request(body, call=requests.BATCH)
            arrivals.append(intake.sort_arrival(request=request, holder=holder, received_at=received_at))
            count += arrivals[-1].count
    if arrivals:
        intake.keep_arrivals(arrivals=arrivals, note_use_of=[key.id])
    return count


def _of_account(
    story: Story, contacts: Collection[ContactInfo], *, signed_at: datetime, until: datetime
) -> Iterator[Sent]:
    pulse = quillmark.pulse_of(story)
    if pulse is None:
        return
    dice = random.Random(f"{story.slug} usage")  # noqa: S311 - the same every time, on purpose
    users = _users(story, pulse, contacts, dice)
    offer, zone, group = _offer(story), ZoneInfo(story.time_zone), quillmark.group_of(story)
    day = signed_at + timedelta(days=pulse.begins)
    number = 0
    while day < until:
        keen = _keenness(story, pulse, signed_at, day, until) * (1.0 if day.weekday() < 5 else 0.08)
        for user in users:
            if user.joins > number:
                break
            is_first = not user.has_begun and keen > 0.5
            if not is_first and (dice.random() >= user.habit * keen or _is_gone(user, number, story, day, until)):
                continue
            yield from _day_of(user, story, group, offer, day.astimezone(zone), dice, until=until)
        day += timedelta(days=1)
        number += 1


def _is_gone(user: User, number: int, story: Story, day: datetime, until: datetime) -> bool:
    quiet = quillmark.QUIET_CHAMPIONS.get(story.name)
    if quiet is not None and user.title == StakeholderRole.ADMIN_CHAMPION:
        return until - day < timedelta(days=quiet)
    return user.stays is not None and number > user.joins + user.stays


def _keenness(story: Story, pulse: Pulse, signed_at: datetime, day: datetime, until: datetime) -> float:
    """Return how much of the usual happens on a day: an account that is silent, paused or faded does less."""
    after = (day - signed_at).days
    if story.turn and after >= story.turn and story.fate in quillmark.SILENT_AFTER_TURN:
        return 0.0
    if story.fate is Fate.RESUMED and story.turn <= after < story.turn + PAUSE_DAYS:
        return 0.0
    if pulse.fades and until - day < timedelta(days=pulse.fades):
        return pulse.left
    return 1.0


def _users(story: Story, pulse: Pulse, contacts: Collection[ContactInfo], dice: random.Random) -> list[User]:
    """Return who uses the product: the contacts first, then colleagues, most of them in the middle of the ramp."""
    count = max(round(story.seats * pulse.share), 1)
    region = cast.NAMES[cast.REGION_OF[story.country]]
    given = [name.split(" ", 1)[0] for name in region]
    family = [name.split(" ", 1)[1] for name in region]
    scale = 1.0 if count < 40 else 0.7 if count < 120 else 0.35
    users = []
    known = list(contacts)[:count]
    for number in range(count):
        contact = known[number] if number < len(known) else None
        name = contact.name if contact else f"{dice.choice(given)} {dice.choice(family)}"
        address = contact.email if contact else f"{cast.address_of(name)}.{number}@{story.slug}.example.com"
        ramp = int(pulse.ramp * (dice.random() + dice.random()) / 2)
        is_champion = contact is not None and StakeholderRole.ADMIN_CHAMPION in contact.roles
        users.append(
            User(
                user_id=f"{quillmark.group_of(story)[3:]}-{number + 1:04d}",
                name=name,
                email=address,
                title=StakeholderRole.ADMIN_CHAMPION if is_champion else "",
                joins=number if contact else ramp,
                habit=0.7 if is_champion else dice.choice(HABITS) * scale,
                stays=dice.randrange(20) if not contact and dice.random() < 0.18 else None,
            )
        )
    return sorted(users, key=lambda user: user.joins)


def _offer(story: Story) -> Offer:
    names, weights = [], []
    dice = random.Random(f"{story.slug} taste")  # noqa: S311 - the same every time, on purpose
    for part in PARTS:
        if part.product in story.products:
            liked = dice.choice((0.25, 0.6, 1.0, 1.3)) if part.product != quillmark.CORE else 1.0
            names += [name for name, _ in part.events]
            weights += [weight * liked for _, weight in part.events]
    names += [name for name, _ in EVERYWHERE]
    weights += [weight for _, weight in EVERYWHERE]
    return Offer(names=names, likely=list(accumulate(weights)), basics=min(3, len(names)))


def _day_of(
    user: User, story: Story, group: str, offer: Offer, day: datetime, dice: random.Random, *, until: datetime
) -> Iterator[Sent]:
    """Yield what somebody does on a day: one or two visits in office hours of their place."""
    moment = day.replace(
        hour=dice.randrange(7, 16), minute=dice.randrange(60), second=dice.randrange(60), microsecond=0
    )
    if not user.has_begun:
        user.has_begun = True
        yield from _introduce(user, story, group, moment, dice)
    names = ["Signed in", *_deeds(offer, dice)]
    for name in names:
        if moment >= until:
            return
        yield moment.astimezone(UTC), _call(user, group, name, moment, dice)
        moment += timedelta(seconds=dice.randrange(15, 600) if dice.random() < 0.9 else dice.randrange(3600, 9000))


def _deeds(offer: Offer, dice: random.Random) -> list[str]:
    return dice.choices(offer.names, cum_weights=offer.likely, k=dice.choice((1, 1, 2, 2, 3, 5)))


def _introduce(user: User, story: Story, group: str, moment: datetime, dice: random.Random) -> Iterator[Sent]:
    """A first visit: some look at a page before they sign in; then it is said who they are and where they belong."""
    at = moment - timedelta(seconds=40)
    shared = {"userId": user.user_id, "context": {"groupId": group}}
    anonymous = f"anon-{user.user_id}" if dice.random() < 0.3 else ""
    if anonymous:
        early = at - timedelta(minutes=3)
        yield _stamped({"type": "page", "name": "Invitation", "anonymousId": anonymous}, early, user.user_id)
    traits = {"name": user.name, "email": user.email, "createdAt": at.isoformat()}
    who = {"type": "identify", **shared, "traits": traits}
    yield _stamped({**who, "anonymousId": anonymous} if anonymous else who, at, user.user_id)
    company = {"name": story.name, "website": f"https://{story.slug}.example.com", "plan": story.products[-1]}
    yield _stamped({"type": "group", **shared, "groupId": group, "traits": company}, at, user.user_id)


def _call(user: User, group: str, name: str, moment: datetime, dice: random.Random) -> dict[str, Any]:
    call = {"type": "track", "event": name, "userId": user.user_id, "context": {"groupId": group}}
    if name == "Work order completed":
        call["properties"] = {"minutes": dice.randrange(5, 180), "priority": dice.choice(("low", "normal", "high"))}
    elif name == "Records synced":
        call["properties"] = {"records": dice.randrange(1, 400)}
    elif name == "Report viewed":
        call["properties"] = {"report": dice.choice(("Weekly", "Weekly", "Site", "Costs"))}
    return _stamped(call, moment, user.user_id)[1]


def _stamped(call: dict[str, Any], moment: datetime, whose: str) -> Sent:
    """Return a call with its time and an id that is the same every time."""
    at = moment.astimezone(UTC)
    named = call.get("event") or call["type"]
    return at, {**call, "timestamp": at.isoformat(), "messageId": f"{whose} {named} {at.timestamp():.0f}"}


def _of_strangers(at: datetime) -> Iterable[Sent]:
    """Visitors whom nobody knows, and a company that only tries the product."""
    dice = random.Random("strangers")  # noqa: S311 - the same every time, on purpose
    for number in range(VISITORS):
        moment = at - timedelta(minutes=dice.randrange(60, 60 * 24 * 90))
        call = {"type": "page", "name": "Pricing", "anonymousId": f"visitor-{number}"}
        yield _stamped(call, moment, f"visitor-{number}")
    name, group = TRIAL
    for number in range(4):
        user = User(f"trial-{number}", f"Trial {number}", f"trial.{number}@poppy.example.com", "", 0, 0.5)
        for day in range(9):
            moment = at - timedelta(days=day, hours=dice.randrange(2, 9), minutes=dice.randrange(60))
            if day == 8:
                shared = {"userId": user.user_id, "groupId": group, "traits": {"name": name}}
                yield _stamped({"type": "group", **shared}, moment, user.user_id)
            elif dice.random() < user.habit:
                yield moment, _call(user, group, "Work order created", moment, dice)
