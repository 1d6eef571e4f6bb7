"""Names that projects keep of accounts and people, so that lists need not look them up; kept right when those change."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from firstwin.customers import queries as customer_queries
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import RUNNING_STATES
from firstwin.projects.models import Project, ProjectRole, ProjectTask
from firstwin.projects.operations import settling
from firstwin.projects.queries import plans


def refresh_account(*, actor: Actor, account_id: UUID, at: datetime) -> None:
    """Take over an account's name, segment, industry and signature; dates follow where they hang on the signature."""
    account = customer_queries.find_account(actor=actor, account_id=account_id)
    if account is None:
        return
    with transaction.atomic():
        rows = plans.projects_of(actor).filter(account_id=account_id)
        plans.lock_projects(rows)
        words = {"account_name": account.name, "segment": account.segment, "industry": account.industry}
        rows.update(**words)
        signed_at = account.contract_signed_at
        same = {"signed_at__isnull": True} if signed_at is None else {"signed_at": signed_at}
        stale = rows.filter(state__in=[state.value for state in RUNNING_STATES]).exclude(**same)
        for project_id in list(stale.order_by("id").values_list("id", flat=True)):
            _replan(actor, project_id, signed_at, at)


def _replan(actor: Actor, project_id: UUID, signed_at: datetime | None, at: datetime) -> None:
    plan = settling.opened(actor=actor, project_id=project_id)
    plan.project.signed_at = signed_at
    plan.project.save(update_fields=["signed_at"])
    settling.settle(plan, actor=actor, at=at, cause="the account changed")


def refresh_member(*, actor: Actor, member_id: UUID) -> None:
    """Take over a member's present name wherever a project keeps it."""
    member = identity_queries.find_member(actor=actor, member_id=member_id)
    if member is None:
        return
    with transaction.atomic():
        owned = Project.objects.for_actor(actor).filter(owner_id=member_id)
        _rename(actor, {"member_id": member_id}, owned, name=member.name, email=member.email)


def refresh_contact(*, actor: Actor, contact_id: UUID) -> None:
    """Take over a contact's present name and address wherever a project keeps it."""
    contact = customer_queries.find_contact(actor=actor, contact_id=contact_id)
    if contact is None:
        return
    with transaction.atomic():
        owned = Project.objects.for_actor(actor).none()
        _rename(actor, {"contact_id": contact_id}, owned, name=contact.name, email=contact.email)


def _rename(actor: Actor, whose: Mapping[str, UUID], owned: QuerySet[Project], *, name: str, email: str) -> None:
    """Write a name where another stands, after whoever changes one of these plans right now and has read the old one."""
    tasks = ProjectTask.objects.for_actor(actor).filter(**whose).exclude(assignee_name=name)
    roles = ProjectRole.objects.for_actor(actor).filter(**whose).exclude(person_name=name, person_email=email)
    owned = owned.exclude(owner_name=name)
    found = {project_id for rows in (tasks, roles) for project_id in rows.values_list("project_id", flat=True)}
    found.update(owned.values_list("id", flat=True))
    if found:
        plans.lock_projects(plans.projects_of(actor).filter(id__in=found))
        tasks.update(assignee_name=name)
        roles.update(person_name=name, person_email=email)
        owned.update(owner_name=name)
