"""Reads of the portal: what one of the customer's people sees of their project."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from firstwin.communications.contracts import MeetingInfo, MeetingState, Rsvp
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.queries import messages as message_queries
from firstwin.customers import queries as customer_queries
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, WorkspaceInfo
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.portal import permissions, rules
from firstwin.portal.contracts import Home, MeetingCard, PersonCard, ProjectChoice, StageCard, TaskCard, TaskPage
from firstwin.projects.contracts import PersonRef
from firstwin.projects.contracts.portal import PortalProject, PortalTask
from firstwin.projects.queries import comments as comment_queries
from firstwin.projects.queries import files as file_queries
from firstwin.projects.queries import portal as portal_queries
from firstwin.projects.queries import projects as project_queries
from firstwin.projects.queries import statements
from firstwin.shared.errors import NotFoundError, PermissionDeniedError

_RECENT = timedelta(days=30)


def list_projects(*, actor: Actor) -> tuple[ProjectChoice, ...]:
    """Return the projects of the reader's account, running ones first."""
    found = portal_queries.list_portal_projects(actor=actor)
    return tuple(ProjectChoice(id=id, name=name, is_over=rules.is_over(state)) for id, name, state in found)


def get_home(*, actor: Actor, project_id: UUID, at: datetime) -> Home:
    """Return the first page of a project: next step, progress, plan, people, meetings, files and messages."""
    project = portal_queries.get_portal_project(actor=actor, project_id=project_id, at=at)
    workspace = identity_queries.get_workspace(actor=actor)
    people = _people(actor, project)
    cards = {task.id: _card(task, workspace.name) for stage in project.stages for task in stage.tasks}
    next_step = cards[project.next_step.id] if project.next_step else None
    return Home(
        workspace=workspace,
        project=project,
        projects=list_projects(actor=actor),
        next_step=next_step,
        coming_up=min(filter(rules.is_coming, cards.values()), key=lambda card: card.task.start_at, default=None),
        others_now=tuple(
            card for card in cards.values() if rules.is_for_reader_now(card.task) and card is not next_step
        ),
        stages=_stages(project, cards),
        people=people,
        meetings=_meetings(actor, project_id, at),
        files=file_queries.list_files(actor=actor, project_id=project_id),
        messages=message_queries.list_messages_to(actor=actor, project_id=project_id, limit=20),
        comments=comment_queries.list_comments(actor=actor, project_id=project_id).items,
        progress_words=rules.progress_words(project),
        percent_words=f"{project.percent} %",
        contact=_vendor_contact(people),
        days=statements.find_shared_statement(actor=actor, project_id=project_id),
    )


def get_task_page(*, actor: Actor, task_id: UUID, at: datetime) -> TaskPage:
    """Return one task with everything that can be done about it. Raises NotFoundError, also for what is not shared."""
    project_id = project_queries.get_task(actor=actor, task_id=task_id, at=at).project_id
    project = portal_queries.get_portal_project(actor=actor, project_id=project_id, at=at)
    for stage in project.stages:
        for task in stage.tasks:
            if task.id == task_id:
                return _task_page(actor, project, stage.name, task)
    raise NotFoundError("There is no such step.", remedy="Look at the plan.")


def get_acting_contact(*, actor: Actor, contact_id: UUID) -> Actor:
    """Return a contact as somebody whom a member acts as. Raises PermissionDeniedError and NotFoundError."""
    if not permissions.can_view_as_customer(actor):
        raise PermissionDeniedError(
            "You may not look at the portal as a customer.", remedy="Ask someone who works on this project."
        )
    contact = customer_queries.get_contact(actor=actor, contact_id=contact_id)
    account = customer_queries.get_account(actor=actor, account_id=contact.account_id)
    if not contact.is_active:
        raise NotFoundError("This contact is archived.", remedy="Restore the contact first.")
    return Actor(
        workspace_id=actor.workspace_id,
        kind=AuthorKind.CONTACT,
        id=contact.id,
        name=f"{contact.name} (by {actor.name})",
        account_id=contact.account_id,
        time_zone=contact.time_zone or account.time_zone,
        performed_by=actor,
    )


def _task_page(actor: Actor, project: PortalProject, stage_name: str, task: PortalTask) -> TaskPage:
    workspace = identity_queries.get_workspace(actor=actor)
    people = _people(actor, project)
    if not task.has_details:
        raise NotFoundError("There is nothing to see about this step.", remedy="Look at the plan.")
    files = file_queries.list_files(actor=actor, project_id=project.id, task_id=task.id)
    colleagues = _colleagues(actor, project)
    return TaskPage(
        workspace=workspace,
        project=project,
        card=_card(task, workspace.name),
        stage_name=stage_name,
        comments=comment_queries.list_comments(actor=actor, project_id=project.id, task_id=task.id, limit=200).items,
        files=files,
        meeting=_meeting_of(actor, task),
        message=message_queries.find_message_to(actor=actor, task_id=task.id)
        if task.kind is TaskKind.MESSAGE
        else None,
        colleagues=colleagues,
        wanted_files=rules.wanted_files(task, files),
        answers=rules.answers_of(task),
        finish_word=rules.finish_word(task),
        can_decide=rules.can_decide(task),
        can_hand_on=task.can_act and len(colleagues) > 1,
        can_say_stuck=rules.can_say_stuck(task),
        can_reopen=rules.can_reopen(task),
        contact=_vendor_contact(people),
    )


def _card(task: PortalTask, vendor: str) -> TaskCard:
    return TaskCard(task=task, look=rules.look_of(task, vendor), verb=rules.verb_for(task))


def _stages(project: PortalProject, cards: dict[UUID, TaskCard]) -> tuple[StageCard, ...]:
    return tuple(
        StageCard(
            name=stage.name,
            state="current" if stage.is_current else rules.stage_state(stage),
            done_count=stage.done_count,
            task_count=stage.task_count,
            start_at=stage.start_at,
            due_at=stage.due_at,
            tasks=tuple(cards[task.id] for task in stage.tasks),
        )
        for stage in project.stages
    )


def _meetings(actor: Actor, project_id: UUID, at: datetime) -> tuple[MeetingCard, ...]:
    states = [MeetingState.INVITED, MeetingState.HELD]
    found = meeting_queries.list_meetings(actor=actor, project_id=project_id, states=states, since=at - _RECENT)
    shown = [one for one in found if one.ends_at >= at or one.state is MeetingState.HELD]
    return tuple(_meeting_card(actor, one) for one in shown)


def _meeting_of(actor: Actor, task: PortalTask) -> MeetingCard | None:
    meeting = meeting_queries.find_open_meeting(actor=actor, task_id=task.id) if task.kind is TaskKind.MEETING else None
    return _meeting_card(actor, meeting) if meeting else None


def _meeting_card(actor: Actor, meeting: MeetingInfo) -> MeetingCard:
    answer = next((one.rsvp for one in meeting.attendees if one.id == actor.id), Rsvp.NEEDS_ACTION)
    return MeetingCard(meeting=meeting, answer=answer)


def _people(actor: Actor, project: PortalProject) -> tuple[PersonCard, ...]:
    """Everybody once, the vendor's people first; with title and phone where they are known."""
    roles: dict[UUID, list[str]] = {}
    persons: dict[UUID, PersonRef] = {}
    for role in project.people:
        if role.person is not None:
            persons[role.person.id] = role.person
            roles.setdefault(role.person.id, []).append(role.name)
    member_ids = [one.id for one in persons.values() if one.side is Side.VENDOR]
    titles = {one.id: one.title for one in identity_queries.list_members(actor=actor, ids=member_ids)}
    contacts = {one.id: one for one in customer_queries.list_contacts(actor=actor, account_id=project.account_id)}
    cards = [
        PersonCard(
            name=one.name,
            part=rules.part_of(
                titles.get(one.id, "") or (contacts[one.id].title if one.id in contacts else ""), roles[one.id]
            ),
            email=one.email,
            phone=contacts[one.id].phone if one.id in contacts else "",
            is_vendor=one.side is Side.VENDOR,
            is_reader=one.id == actor.id,
        )
        for one in persons.values()
    ]
    return tuple(sorted(cards, key=lambda card: not card.is_vendor))


def _vendor_contact(people: Sequence[PersonCard]) -> PersonCard | None:
    return next((person for person in people if person.is_vendor), None)


def _colleagues(actor: Actor, project: PortalProject) -> tuple[PersonRef, ...]:
    contacts = customer_queries.list_contacts(actor=actor, account_id=project.account_id)
    return tuple(PersonRef(side=Side.CUSTOMER, id=one.id, name=one.name, email=one.email) for one in contacts)


def get_frame(*, actor: Actor) -> WorkspaceInfo:
    """Return the vendor whose name and colour frame every page."""
    return identity_queries.get_workspace(actor=actor)
