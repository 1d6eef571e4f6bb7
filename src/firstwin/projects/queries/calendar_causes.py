"""Which changes of calendars a plan has not followed yet. Inside projects only."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from firstwin.calendars.contracts import Specs, SpecsChange
from firstwin.calendars.queries import past
from firstwin.identity.contracts import system_actor
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import ledger, owners

UNKNOWN = "a working calendar changed"


def list_unheard(plan: RunningPlan, now: Specs) -> Sequence[SpecsChange]:
    """Return what changed since a plan was dated, in the order in which it happened; what moves no date is left out.

    Goes back from the calendars of now until they are those by which the plan was dated last. Where nothing tells the whole
    way, the first change is one before which they are not known (None).
    """
    project = plan.project
    facts = plan.facts(is_dated=False)

    def mark_of(specs: Specs) -> str:
        return owners.calendars_mark(replace(facts, calendars=owners.calendars_of(specs, project.account_id)))

    members, contacts = plan.owner_ids()
    day = project.counted_on or project.launched_at.date()
    changes = past.list_changes(
        actor=system_actor(project.workspace_id),
        since=ledger.morning_of(day - timedelta(days=1), "UTC"),
        account_ids={project.account_id},
        member_ids=members,
        contact_ids=contacts,
    )
    found: list[SpecsChange] = []
    for change in changes:
        now, mark = change.after, mark_of(change.after)
        if mark == project.calendars_mark:
            return found[::-1]
        if change.before is None:
            return [change, *found[::-1]]
        now = change.before
        if mark_of(now) != mark:
            found.append(change)
    if mark_of(now) != project.calendars_mark:
        found.append(SpecsChange(at=project.updated_at, why=UNKNOWN, before=None, after=now))
    return found[::-1]
