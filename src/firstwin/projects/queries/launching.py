"""What a launch would create, worked out without writing anything: the preview shows it, the launch stores it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from firstwin.calendars.contracts import Specs
from firstwin.calendars.queries import specs as spec_queries
from firstwin.calendars.queries.resolved import Known
from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountInfo, Industry, Segment
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, MemberInfo, WorkspaceInfo
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import Anchor, PlaybookDefinition, PlaybookVersionInfo, Side, TaskSpec
from firstwin.playbooks.contracts.resolved import ResolvedPlaybook
from firstwin.projects.contracts import NewProject, ProjectRole
from firstwin.projects.contracts.wishes import Wish
from firstwin.projects.queries import wishes
from firstwin.projects.rules import answers as answer_rules
from firstwin.projects.rules import casting, dates, drafting, meeting_hours, owners
from firstwin.projects.rules.facts import PlanFacts, TaskFact
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CalendarSpec, CycleError, InvalidCalendarError, PlanDates, Span
from firstwin.shared import ids
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLaunch:
    """A launch that is worked out to the last date."""

    new: NewProject
    account: AccountInfo
    version: PlaybookVersionInfo
    name: str
    resolved: ResolvedPlaybook
    answers: Mapping[str, Any]
    roles: tuple[ProjectRole, ...]
    owner: MemberInfo | None
    draft: drafting.Draft
    dates: PlanDates
    calendars: Mapping[str, CalendarSpec]
    anchors: Mapping[str, datetime]
    target_end_at: datetime
    past_count: int
    warnings: tuple[str, ...]
    wish: Wish | None


def plan_launches(*, actor: Actor, news: Sequence[NewProject], at: datetime) -> list[PlannedLaunch]:
    """Work out launches in a constant number of reads; raises InvalidInputError or NotFoundError naming what is wrong."""
    accounts = customer_queries.get_accounts(actor=actor, account_ids=[new.account_id for new in news])
    if len(accounts) < len({new.account_id for new in news}):
        raise NotFoundError("There is no such account.", remedy="Choose an account from the list of accounts.")
    archived = next((account for account in accounts.values() if account.archived_at is not None), None)
    if archived is not None:
        raise ConflictError(f"{archived.name} is archived.", remedy="Restore the account before you start a project.")
    people = casting.People(
        members={member.id: member for member in identity_queries.list_members(actor=actor)},
        contacts=customer_queries.list_contacts_of(actor=actor, account_ids=accounts.keys()),
        launcher_id=actor.id if actor.kind is AuthorKind.MEMBER else None,
    )
    workspace = identity_queries.get_workspace(actor=actor)
    versions = playbook_queries.get_versions(actor=actor, version_ids=[new.playbook_version_id for new in news])
    if len(versions) < len({new.playbook_version_id for new in news}):
        raise NotFoundError("There is no such playbook version.", remedy="Choose a published playbook.")
    casts = [_cast(new, accounts[new.account_id], versions[new.playbook_version_id], people) for new in news]
    specs = spec_queries.get_specs_of(known=_known(casts, accounts, people, workspace))
    return [
        _planned(new, accounts[new.account_id], versions[new.playbook_version_id], cast, specs, at)
        for new, cast in zip(news, casts, strict=True)
    ]


def _cast(new: NewProject, account: AccountInfo, version: PlaybookVersionInfo, people: casting.People) -> casting.Cast:
    return casting.cast_roles(version.definition.roles, new.role_map, people, account)


def _known(
    casts: Sequence[casting.Cast],
    accounts: Mapping[UUID, AccountInfo],
    people: casting.People,
    workspace: WorkspaceInfo,
) -> Known:
    """Everybody whose calendar counts in these launches."""
    cast_ids = {role.person.id for cast in casts for role in cast.roles if role.person is not None}
    contacts = (contact for found in people.contacts.values() for contact in found)
    return Known(
        workspace=workspace,
        accounts=accounts,
        members={id: member for id, member in people.members.items() if id in cast_ids},
        contacts={contact.id: contact for contact in contacts if contact.id in cast_ids},
    )


def own_calendar(actor: Actor) -> CalendarSpec:
    """Return the working calendar of the vendor."""
    return spec_queries.get_specs(actor=actor).workspace


def plan_sample(
    *,
    actor: Actor,
    definition: PlaybookDefinition,
    segment: Segment,
    at: datetime,
    account: AccountInfo | None = None,
) -> PlannedLaunch:
    """Work out the plan of an account that signs at `at`, of a made-up one of a segment unless given.

    Every question is answered.
    """
    workspace = identity_queries.get_workspace(actor=actor)
    known = Known(workspace=workspace, accounts={account.id: account} if account is not None else {})
    account = (
        replace(account, contract_signed_at=at)
        if account is not None
        else _sample_account(actor, workspace, segment, at)
    )
    version = PlaybookVersionInfo(
        id=ids.new_id(),
        playbook_id=ids.new_id(),
        number=0,
        notes="",
        published_at=at,
        published_by_id=None,
        published_by_name="",
        definition=definition,
    )
    new = NewProject(
        account_id=account.id,
        playbook_version_id=version.id,
        fields=answer_rules.sample_answers(definition.fields),
    )
    nobody = casting.People(members={}, contacts={}, launcher_id=None)
    specs = spec_queries.get_specs_of(known=known)
    return _planned(new, account, version, _cast(new, account, version, nobody), specs, at)


def _sample_account(actor: Actor, workspace: WorkspaceInfo, segment: Segment, at: datetime) -> AccountInfo:
    return AccountInfo(
        id=ids.new_id(),
        workspace_id=actor.workspace_id,
        name="A customer",
        segment=segment,
        industry=Industry.OTHER,
        products=(),
        contract_signed_at=at,
        contract_value=None,
        currency="USD",
        licensed_seats=None,
        country=workspace.country,
        time_zone=workspace.time_zone,
        website="",
        owner_id=None,
        created_at=at,
        updated_at=at,
    )


def _planned(
    new: NewProject,
    account: AccountInfo,
    version: PlaybookVersionInfo,
    cast: casting.Cast,
    specs: Specs,
    at: datetime,
) -> PlannedLaunch:
    definition = version.definition
    given = answer_rules.checked_answers(definition.fields, new.fields, place="fields")
    if given.problems:
        raise InvalidInputError(f"{account.name}: some answers are missing or not understood.", problems=given.problems)
    resolved = playbook_queries.resolve(
        definition,
        facts=playbook_queries.get_facts(account, given.values, definition=definition),
        included=new.included,
        excluded=new.excluded,
    )
    _refuse_unknown_keys(new, resolved)
    calendars, vendor = owners.calendars_of(specs, account.id), specs.workspace
    start_at = scheduling_queries.opening_of(vendor, new.start_on) if new.start_on else at
    signed_at = account.contract_signed_at or start_at
    anchors = {Anchor.SIGNATURE.value: signed_at, Anchor.PROJECT_START.value: start_at}
    draft, planned = scheduled(resolved, casting.calendar_keys(cast.roles), calendars, anchors, start_at)
    past = drafting.past_tasks(draft, at)
    if new.catch_up and past:
        draft = drafting.caught_up(draft, at)
        planned = _dates(draft, calendars, anchors)
        draft = drafting.with_dates(draft, planned.times)
    if cast.problems:
        raise InvalidInputError(f"{account.name}: not everybody named can take that role.", problems=cast.problems)
    target = drafting.target_of(definition, account.segment)
    target_end_at = scheduling_queries.promised_at(vendor, signed_at, target) if target else planned.end_at
    wish = _wish(new, draft, anchors, calendars, at)
    return PlannedLaunch(
        wish=wish,
        new=new,
        account=account,
        version=version,
        name=new.name.strip() or f"{account.name}: {definition.name}"[:200],
        resolved=resolved,
        answers=given.values,
        roles=cast.roles,
        owner=cast.owner,
        draft=draft,
        dates=planned,
        calendars=calendars,
        anchors=anchors,
        target_end_at=wish.end_at if wish is not None else target_end_at,
        past_count=len(past),
        warnings=(*_warnings(account, past, planned, new, calendars), *_about_people(cast, draft, calendars)),
    )


def _about_people(cast: casting.Cast, draft: drafting.Draft, calendars: Mapping[str, CalendarSpec]) -> tuple[str, ...]:
    """Warnings about roles that nobody fills, and about meetings whose people share no hours."""
    meetings = meeting_hours.of_specs((task, draft.task_specs[task.id]) for task in draft.tasks)
    lonely = meeting_hours.without_hours(meetings, cast.roles, calendars, scheduling_queries.shared_hours)
    return (*casting.warnings(cast.roles, draft.task_specs.values()), *lonely.values())


def _wish(
    new: NewProject,
    draft: drafting.Draft,
    anchors: Mapping[str, datetime],
    calendars: Mapping[str, CalendarSpec],
    at: datetime,
) -> Wish | None:
    if new.finish_on is None:
        return None
    facts = PlanFacts(stages=draft.stages, tasks=draft.tasks, links=draft.links, anchors=anchors, calendars=calendars)
    return wishes.wish_of(facts, new.finish_on, at)


def _refuse_unknown_keys(new: NewProject, resolved: ResolvedPlaybook) -> None:
    known = {stage.spec.key for stage in resolved.stages}
    known |= {task.spec.key for stage in resolved.stages for task in stage.tasks}
    problems = tuple(
        Problem(place, f"This playbook has no stage or task {key}.", "Take the keys from the preview.")
        for place, keys in (("excluded", new.excluded), ("included", new.included))
        for key in keys
        if key not in known
    )
    if problems:
        raise InvalidInputError("Some stages or tasks are not part of this playbook.", problems=problems)


def scheduled(
    resolved: ResolvedPlaybook,
    owner_calendars: Mapping[str, str],
    calendars: Mapping[str, CalendarSpec],
    anchors: Mapping[str, datetime],
    start_at: datetime,
) -> tuple[drafting.Draft, PlanDates]:
    """Return a resolved playbook laid out as a plan, repeats and all, with its dates; raises ConflictError for a circle."""
    included = [
        drafting.IncludedStage(
            spec=stage.spec,
            after=stage.after,
            tasks=tuple(
                drafting.IncludedTask(spec=task.spec, after=task.after) for task in stage.tasks if task.is_included
            ),
        )
        for stage in resolved.included_stages
    ]
    roles = resolved.definition.roles
    draft = drafting.draft_of(included, roles, owner_calendars, start_at=start_at, new_id=ids.new_id)
    planned = _dates(draft, calendars, anchors)
    times = {
        task.id: _times(draft, task, spec, calendars, anchors, planned)
        for task in draft.tasks
        if drafting.repeats(spec := draft.task_specs[task.id])
    }
    if any(count > 1 for count in times.values()):
        draft = drafting.with_repeats(draft, times, ids.new_id)
        planned = _dates(draft, calendars, anchors)
    return drafting.with_dates(draft, planned.times), planned


def _dates(draft: drafting.Draft, calendars: Mapping[str, CalendarSpec], anchors: Mapping[str, datetime]) -> PlanDates:
    facts = PlanFacts(stages=draft.stages, tasks=draft.tasks, links=draft.links, anchors=anchors, calendars=calendars)
    try:
        return scheduling_queries.plan_dates(dates.network_of(facts))
    except CycleError as error:
        raise ConflictError(f"{error}.", remedy="Take one of these dependencies out of the playbook.") from error
    except InvalidCalendarError as error:
        remedy = "Give that calendar some hours, or look at the lengths in the playbook."
        raise ConflictError(owners.in_words(facts, error), remedy=remedy) from error


def _times(
    draft: drafting.Draft,
    task: TaskFact,
    spec: TaskSpec,
    calendars: Mapping[str, CalendarSpec],
    anchors: Mapping[str, datetime],
    planned: PlanDates,
) -> int:
    """How often a repeating task is laid out: so many times, or as often as fits before its end."""
    repeat = spec.repeat
    if repeat is None:
        return 1
    if repeat.until is None:
        return min(repeat.times or 1, drafting.MOST_REPEATS)
    calendar = calendars.get(task.calendar) or calendars[task.side]
    anchor = _anchor_at(draft, repeat.until.anchor.value, task, anchors, planned)
    end = scheduling_queries.promised_at(calendar, anchor, repeat.until.offset)
    first = planned.items[task.id.hex].start_at
    count = 1
    while count < drafting.MOST_REPEATS:
        step = Span(repeat.every.amount * count, repeat.every.unit)
        if scheduling_queries.starts_at(calendar, first, step) > end:
            break
        count += 1
    return count


def _anchor_at(
    draft: drafting.Draft, anchor: str, task: TaskFact, anchors: Mapping[str, datetime], planned: PlanDates
) -> datetime:
    if anchor == Anchor.STAGE_START:
        return planned.items[task.stage_id.hex].start_at
    carrier = next((other for other in draft.tasks if other.timing.get("anchors") == anchor), None)
    if carrier is not None:
        return planned.items[carrier.id.hex].due_at
    return anchors.get(anchor, planned.end_at)


def _warnings(
    account: AccountInfo,
    past: Sequence[TaskFact],
    planned: PlanDates,
    new: NewProject,
    calendars: Mapping[str, CalendarSpec],
) -> list[str]:
    warnings: list[str] = []
    if account.contract_signed_at is None:
        warnings.append(f"{account.name} has no signature date: the project's start counts as the signature.")
    if past:
        named = ", ".join(task.name for task in past[:3]) + (f" and {len(past) - 3} more" if past[3:] else "")
        zone = ZoneInfo(calendars[Side.VENDOR].time_zone)
        first = min(task.start_at for task in past).astimezone(zone)
        if new.catch_up:
            when = f"{first.day} {first:%B}"
            warnings.append(f"Planned from {when} on and started now, each with the time it needs: {named}.")
        else:
            warnings.append(f"Due before today: {named}. They are late from the first day, unless you start them now.")
    warnings.extend(dict.fromkeys(f"{conflict}." for conflict in planned.conflicts.values()))
    warnings.extend(f"{warning}." for warning in planned.warnings)
    return warnings
