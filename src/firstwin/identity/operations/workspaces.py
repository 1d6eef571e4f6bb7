"""Writes on workspaces."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from firstwin.identity import permissions, queries, rules
from firstwin.identity.contracts import (
    Actor,
    CreatedWorkspace,
    NewWorkspace,
    Role,
    WorkspaceInfo,
    system_actor,
)
from firstwin.identity.events import MemberJoined, WorkspaceChanged, WorkspaceCreated
from firstwin.identity.models import Member, Workspace
from firstwin.identity.operations import people
from firstwin.journal import operations as journal_operations
from firstwin.shared.errors import InvalidInputError, PermissionDeniedError, Problem

EDITABLE_FIELDS = ("name", "time_zone", "country", "brand_color", "sender_name", "sender_email")


def create_workspace(*, new: NewWorkspace, at: datetime) -> CreatedWorkspace:
    """Create a workspace with its first owner; an existing person with that address becomes the owner.

    Called at first set-up and on the command line, where nobody is signed in yet. Raises InvalidInputError.
    """
    problems = [
        *_name_problems(new.name),
        *people.person_problems(email=new.owner_email, name=new.owner_name, time_zone=new.time_zone),
        *_country_problems(new.country),
    ]
    if problems:
        raise InvalidInputError("The workspace cannot be created like this.", problems=tuple(problems))
    with transaction.atomic():
        workspace = Workspace(
            name=new.name.strip(),
            slug=_free_slug(new.name),
            time_zone=new.time_zone,
            country=new.country.upper(),
            sender_name=new.name.strip(),
            created_at=at,
        )
        workspace.save(force_insert=True)
        user = people.find_or_create_user(
            email=new.owner_email, name=new.owner_name, time_zone=new.time_zone, password=new.password, at=at
        )
        owner = Member(workspace=workspace, user=user, role=Role.OWNER, joined_at=at)
        owner.save(force_insert=True)
        actor = system_actor(workspace.id)
        journal_operations.record(WorkspaceCreated(workspace_id=workspace.id, title=workspace.name), actor=actor, at=at)
        journal_operations.record(
            MemberJoined(member_id=owner.id, person_name=user.name, email=user.email, role=Role.OWNER.value),
            actor=actor,
            at=at,
        )
        return CreatedWorkspace(
            workspace=queries.workspace_info(workspace), owner=queries.get_member(actor=actor, member_id=owner.id)
        )


def edit_workspace(*, actor: Actor, changes: dict[str, str], at: datetime) -> WorkspaceInfo:
    """Change settings of the workspace: name, time_zone, country, brand_color, sender_name, sender_email."""
    if not permissions.can_edit_workspace(actor):
        raise PermissionDeniedError("Only owners and admins change the workspace.", remedy="Ask an owner or admin.")
    problems = _change_problems(changes)
    if problems:
        raise InvalidInputError("The workspace was not changed.", problems=tuple(problems))
    with transaction.atomic():
        workspace = Workspace.objects.select_for_update().get(id=actor.workspace_id)
        before = asdict(queries.workspace_info(workspace))
        changed = tuple(
            (field, str(before[field]), value.strip())
            for field, value in changes.items()
            if before[field] != value.strip()
        )
        if changed:
            Workspace.objects.filter(id=workspace.id).update(**{field: new for field, _, new in changed})
            journal_operations.record(WorkspaceChanged(workspace_id=workspace.id, changes=changed), actor=actor, at=at)
    return queries.get_workspace(actor=actor)


def _change_problems(changes: dict[str, Any]) -> list[Problem]:
    problems = [
        Problem(field, f"“{field}” cannot be changed.", f"Possible are {', '.join(EDITABLE_FIELDS)}.")
        for field in changes
        if field not in EDITABLE_FIELDS
    ]
    if "name" in changes:
        problems += _name_problems(changes["name"])
    if "country" in changes:
        problems += _country_problems(changes["country"])
    if "time_zone" in changes and not rules.is_time_zone(changes["time_zone"]):
        problems.append(Problem("time_zone", "That is not a time zone.", "Choose one such as Europe/Berlin."))
    if "brand_color" in changes and not rules.is_brand_color(changes["brand_color"]):
        problems.append(Problem("brand_color", "That is not a colour.", "Write it like #2f5bd8."))
    if changes.get("sender_email") and not rules.is_plausible_email(changes["sender_email"]):
        problems.append(Problem("sender_email", "That is not an email address.", "Write it like name@example.com."))
    if len(changes.get("sender_name", "")) > 200:
        problems.append(Problem("sender_name", "The sender's name is too long.", "Use at most 200 characters."))
    return problems


def _name_problems(name: str) -> list[Problem]:
    if not name.strip():
        return [Problem("name", "The workspace has no name.", "Enter your company's name.")]
    if len(name.strip()) > 200:
        return [Problem("name", "The name is too long.", "Use at most 200 characters.")]
    return []


def _country_problems(country: str) -> list[Problem]:
    if country and not (len(country) == 2 and country.isascii() and country.isalpha()):
        return [Problem("country", "That is not a country code.", "Write two letters, such as DE.")]
    return []


def _free_slug(name: str) -> str:
    slug = rules.slug_of(name)
    taken = set(Workspace.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    if slug not in taken:
        return slug
    return next(f"{slug}-{number}" for number in range(2, len(taken) + 3) if f"{slug}-{number}" not in taken)
