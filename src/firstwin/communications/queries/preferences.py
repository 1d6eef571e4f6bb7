"""Reads on how people want mail."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from firstwin.communications.contracts import MailChoice, NotificationKind, Preferences, Reader
from firstwin.communications.models import Preference
from firstwin.communications.rules import quiet_hours
from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks.contracts import Side
from firstwin.shared.errors import PermissionDeniedError


def get_preferences(*, actor: Actor) -> Preferences:
    """Return how the actor wants mail: what they chose, and the defaults for the rest."""
    if actor.id is None or actor.kind not in (AuthorKind.MEMBER, AuthorKind.CONTACT):
        raise PermissionDeniedError("Only people choose how they want mail.")
    reader = Reader(side=side_of(actor), id=actor.id, name=actor.name, email="", time_zone=actor.time_zone)
    return preferences_of(actor, [reader])[actor.id]


def own_id(actor: Actor) -> UUID:
    """Return the id of a person who acts; an id that nobody has for a program or the product itself."""
    return actor.id or UUID(int=0)


def side_of(actor: Actor) -> Side:
    """Return the side that an actor stands on."""
    return Side.CUSTOMER if actor.kind is AuthorKind.CONTACT else Side.VENDOR


def preferences_of(actor: Actor, readers: Iterable[Reader]) -> Mapping[UUID, Preferences]:
    """Return the preferences of readers by id, in one query; inside communications only."""
    people = {reader.id: reader for reader in readers}
    rows = Preference.objects.for_actor(actor).filter(person_id__in=list(people))
    chosen = {row.person_id: row for row in rows} if people else {}
    return {id: _preferences(reader, chosen.get(id)) for id, reader in people.items()}


def _preferences(reader: Reader, row: Preference | None) -> Preferences:
    choices = quiet_hours.default_choices(reader.side)
    if row is None:
        return Preferences(
            choices=choices,
            quiet_from=quiet_hours.QUIET_FROM,
            quiet_until=quiet_hours.QUIET_UNTIL,
            summary_at=quiet_hours.SUMMARY_AT,
            time_zone=reader.time_zone,
        )
    own = {NotificationKind(kind): MailChoice(choice) for kind, choice in row.choices.items()}
    return Preferences(
        choices={kind: own.get(kind, choice) for kind, choice in choices.items()},
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        summary_at=row.summary_at,
        time_zone=row.time_zone or reader.time_zone,
    )
