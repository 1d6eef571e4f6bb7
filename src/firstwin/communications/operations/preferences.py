"""How people want mail."""

from datetime import datetime

from django.db import transaction

from firstwin.communications import permissions
from firstwin.communications.contracts import Preferences
from firstwin.communications.events import PreferencesChanged
from firstwin.communications.models import Preference
from firstwin.communications.queries import preferences as preference_queries
from firstwin.communications.rules import quiet_hours, reading
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError, Problem


def choose_mail(*, actor: Actor, preferences: Preferences, at: datetime) -> Preferences:
    """Keep how the actor wants mail; everyone chooses for themselves only. Raises InvalidInputError."""
    if actor.id is None or not permissions.can_choose_mail(actor, actor.id):
        raise PermissionDeniedError("Only people choose how they want mail.")
    side = preference_queries.side_of(actor)
    unknown = set(preferences.choices) - set(quiet_hours.default_choices(side))
    if unknown:
        problem = Problem("choices", f"There is no mail of the kind {min(unknown)}.", "Leave it out.")
        raise InvalidInputError("Your choice was not kept.", problems=(problem,))
    if preferences.time_zone and not reading.is_zone(preferences.time_zone):
        problem = Problem("time_zone", f"{preferences.time_zone} is no time zone.", "Write one such as Europe/Berlin.")
        raise InvalidInputError("Your choice was not kept.", problems=(problem,))
    with transaction.atomic():
        Preference.objects.for_actor(actor).update_or_create(
            workspace_id=actor.workspace_id,
            person_id=actor.id,
            defaults={
                "side": side.value,
                "choices": {kind.value: choice.value for kind, choice in preferences.choices.items()},
                "quiet_from": preferences.quiet_from,
                "quiet_until": preferences.quiet_until,
                "summary_at": preferences.summary_at,
                "time_zone": preferences.time_zone,
            },
        )
        journal_operations.record(PreferencesChanged(person_side=side.value, person_id=actor.id), actor=actor, at=at)
    return preference_queries.get_preferences(actor=actor)
