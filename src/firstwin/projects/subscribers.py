"""What projects do when something below them changes."""

from uuid import UUID

from firstwin.calendars.contracts import PLACE_FIELDS, Holder, HolderKind
from firstwin.calendars.events import (
    CalendarChanged,
    CalendarDayAdded,
    CalendarDayChanged,
    CalendarDayRemoved,
    CalendarEvent,
    CalendarImported,
    CalendarImportUndone,
)
from firstwin.customers.events import AccountChanged, ContactChanged, ContractSigned
from firstwin.identity.contracts import system_actor
from firstwin.identity.events import MemberChanged, WorkspaceChanged
from firstwin.journal.contracts import Recorded, on
from firstwin.projects.contracts.proofs import OWNER_KIND
from firstwin.projects.operations import names, proving, replanning
from firstwin.usage.events import FirstValueRuleChanged, UsageGoalMet


@on(AccountChanged)
def on_account_changed(event: AccountChanged, recorded: Recorded) -> None:
    """Keep what projects know of their account right."""
    names.refresh_account(actor=system_actor(recorded.workspace_id), account_id=event.account_id, at=recorded.at)
    _follow_place(event.changes, recorded, HolderKind.ACCOUNT, event.account_id)


@on(UsageGoalMet)
def on_usage_goal_met(event: UsageGoalMet, recorded: Recorded) -> None:
    """Finish the task whose goal usage shows to be reached, with the evidence."""
    if event.owner_kind == OWNER_KIND:
        proving.prove_task(
            actor=system_actor(recorded.workspace_id),
            task_id=event.owner_id,
            evidence=event.evidence,
            proved_at=event.met_at,
            at=recorded.at,
        )


@on(FirstValueRuleChanged)
def on_first_value_rule_changed(event: FirstValueRuleChanged, recorded: Recorded) -> None:
    """Look for first wins as the rules say now, in all running projects that the change concerns."""
    proving.follow_rule(
        actor=system_actor(recorded.workspace_id),
        account_id=event.account_id,
        playbook_id=event.playbook_id,
        segment=event.segment,
        at=recorded.at,
    )


@on(ContractSigned)
def on_contract_signed(event: ContractSigned, recorded: Recorded) -> None:
    """Let dates hang on the signature that was entered."""
    names.refresh_account(actor=system_actor(recorded.workspace_id), account_id=event.account_id, at=recorded.at)


@on(MemberChanged)
def on_member_changed(event: MemberChanged, recorded: Recorded) -> None:
    """Keep the name of a member right wherever projects show it."""
    names.refresh_member(actor=system_actor(recorded.workspace_id), member_id=event.member_id)
    _follow_place(event.changes, recorded, HolderKind.MEMBER, event.member_id)


@on(ContactChanged)
def on_contact_changed(event: ContactChanged, recorded: Recorded) -> None:
    """Keep the name and address of a contact right wherever projects show them."""
    names.refresh_contact(actor=system_actor(recorded.workspace_id), contact_id=event.contact_id)
    _follow_place(event.changes, recorded, HolderKind.CONTACT, event.contact_id)


@on(WorkspaceChanged)
def on_workspace_changed(event: WorkspaceChanged, recorded: Recorded) -> None:
    """Work every plan out again when the workspace moves to another time zone or country."""
    _follow_place(event.changes, recorded, HolderKind.WORKSPACE, event.workspace_id)


def _follow_place(
    changes: tuple[tuple[str, str, str], ...], recorded: Recorded, kind: HolderKind, holder_id: UUID
) -> None:
    if any(field in PLACE_FIELDS for field, _, _ in changes):
        _follow(Holder(kind=kind, id=holder_id), recorded)


@on(CalendarChanged)
def on_calendar_changed(event: CalendarChanged, recorded: Recorded) -> None:
    """Work plans out again when somebody has other working hours."""
    _follow_calendar(event, recorded)


@on(CalendarDayAdded)
def on_calendar_day_added(event: CalendarDayAdded, recorded: Recorded) -> None:
    """Work plans out again when leave or another exception was entered."""
    _follow_calendar(event, recorded)


@on(CalendarDayChanged)
def on_calendar_day_changed(event: CalendarDayChanged, recorded: Recorded) -> None:
    """Work plans out again when an exception was changed."""
    _follow_calendar(event, recorded)


@on(CalendarDayRemoved)
def on_calendar_day_removed(event: CalendarDayRemoved, recorded: Recorded) -> None:
    """Work plans out again when an exception was taken out."""
    _follow_calendar(event, recorded)


@on(CalendarImported)
def on_calendar_imported(event: CalendarImported, recorded: Recorded) -> None:
    """Work plans out again when a calendar file was taken over."""
    _follow_calendar(event, recorded)


@on(CalendarImportUndone)
def on_calendar_import_undone(event: CalendarImportUndone, recorded: Recorded) -> None:
    """Work plans out again when the import of a calendar file was undone."""
    _follow_calendar(event, recorded)


def _follow_calendar(event: CalendarEvent, recorded: Recorded) -> None:
    _follow(Holder(kind=HolderKind(event.holder_kind), id=event.holder_id), recorded)


def _follow(holder: Holder, recorded: Recorded) -> None:
    replanning.replan_affected(actor=system_actor(recorded.workspace_id), holder=holder)
