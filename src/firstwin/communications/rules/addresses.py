"""Where things are found: paths inside the product, and the addresses that mails point to."""

import re
from urllib.parse import urlsplit
from uuid import UUID

_PORTAL_KEY = re.compile(r"/p/[A-Za-z0-9_=-]{20,}/(\?[a-z]+=[A-Za-z0-9-]*)?")
MAIL_CHOICES_PATH = "/settings/mail/"
BOOKINGS_PATH = "/people/bookings/"


def update_path(project_id: UUID) -> str:
    """Return where a project is brought to a newer version of its playbook."""
    return f"/projects/{project_id}/update/"


def updates_path(playbook_id: UUID) -> str:
    """Return where the running projects of a playbook are brought to its newest version."""
    return f"/playbooks/{playbook_id}/updates/"


def project_path(project_id: UUID, task_id: UUID | None = None) -> str:
    """Return the team's page of a project, with a task's panel open."""
    return f"/projects/{project_id}/" + (f"?task={task_id}" if task_id else "")


def portal_entry(portal_url: str, *, task_id: UUID | None = None, page: str = "") -> str:
    """Return a reader's own portal link that leads on to a task or a page of the portal."""
    if task_id is not None:
        return f"{portal_url}?task={task_id}"
    return f"{portal_url}?page={page}" if page else portal_url


def without_keys(text: str) -> str:
    """Return a text whose portal links lead to the page that asks for one: whoever reads a link could act as its owner."""
    return _PORTAL_KEY.sub("/portal/link/", text)


def mail_host(base_url: str) -> str:
    """Return the host name that Message-IDs and sender addresses carry; a bare address becomes localhost."""
    host = urlsplit(base_url).hostname or "localhost"
    return "localhost" if host.replace(".", "").isdigit() or ":" in host else host


def quoted_name(name: str) -> str:
    """Return a display name that can stand before an address."""
    plain = "".join(" " if character in '"\\<>\r\n' else character for character in name)
    return f'"{" ".join(plain.split())}"'
