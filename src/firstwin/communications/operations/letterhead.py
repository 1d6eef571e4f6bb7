"""What a mail about a project needs to know: the workspace, the project, the account and who writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from firstwin.communications.contracts import Reader
from firstwin.communications.queries import people
from firstwin.communications.rules import addresses, reading
from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountInfo
from firstwin.customers.operations import portal_access
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, WorkspaceInfo, system_actor
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts.briefs import ProjectBrief, TaskBrief
from firstwin.projects.queries import briefs


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Loaded once for all mails of one cause. `owner` is the vendor's project owner, if there is one."""

    workspace: WorkspaceInfo
    project: ProjectBrief
    account: AccountInfo
    owner: Reader | None

    @property
    def sender(self) -> str:
        """Return the From of mails about this project: the owner's name at the workspace's address."""
        name = f"{self.owner.name} at {self.workspace.name}" if self.owner else ""
        return sender_of(self.workspace, name)


def letterhead_of(*, actor: Actor, project_id: UUID) -> Letterhead:
    """Load what mails about a project need. Raises NotFoundError."""
    project = briefs.get_project_brief(actor=actor, project_id=project_id)
    account = customer_queries.get_account(actor=actor, account_id=project.account_id)
    found = people.readers_of(actor=actor, account=account, people=[project.owner]) if project.owner else ()
    return Letterhead(
        workspace=identity_queries.get_workspace(actor=actor),
        project=project,
        account=account,
        owner=found[0] if found else None,
    )


def sender_of(workspace: WorkspaceInfo, name: str = "") -> str:
    """Return a From header in the workspace's name, or in a person's at the workspace."""
    return f"{addresses.quoted_name(name or workspace.sender_name or workspace.name)} <{sender_address(workspace)}>"


def sender_address(workspace: WorkspaceInfo) -> str:
    """Return the address that mails of the workspace come from."""
    return workspace.sender_email or f"onboarding@{addresses.mail_host(settings.BASE_URL)}"


def link_for(*, actor: Actor, reader: Reader, project_id: UUID, at: datetime, task_id: UUID | None = None) -> str:
    """Return where a reader goes from a mail: a customer through their own portal link, a member into the product."""
    if reader.side is Side.VENDOR:
        return settings.BASE_URL + addresses.project_path(project_id, task_id)
    url = portal_access.issue(actor=system_actor(actor.workspace_id), contact_id=reader.id, at=at)
    return addresses.portal_entry(url, task_id=task_id)


def values_for(
    *,
    head: Letterhead,
    reader: Reader,
    link: str,
    task: TaskBrief | None = None,
    extra: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the value of every placeholder for one reader."""
    project = head.project
    owner = head.owner
    fields = {f"project.{key}": _spoken(value) for key, value in project.fields.items()}
    return {
        **fields,
        "account.name": project.account_name,
        "contact.name": reader.name,
        "contact.first_name": reader.first_name,
        "owner.name": owner.name if owner else head.workspace.name,
        "owner.first_name": owner.first_name if owner else head.workspace.name,
        "owner.email": owner.email if owner else sender_address(head.workspace),
        "workspace.name": head.workspace.name,
        "portal_link": link,
        "project.name": project.name,
        "project.target_end_on": reading.day_in_words(project.target_end_at, reader.time_zone),
        "playbook.name": project.playbook_name,
        "stage.name": task.stage_name if task else project.current_stage,
        "task.name": task.name if task else "",
        "task.due_on": reading.day_in_words(task.due_at, reader.time_zone) if task else "",
        "first_value.title": "",
        "first_value.evidence": "",
        **(extra or {}),
    }


def _spoken(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
