"""Telling the owners of running projects that a newer version of their playbook is out."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from firstwin.communications.contracts import NotificationKind
from firstwin.communications.operations import notifications
from firstwin.communications.operations.notifications import News
from firstwin.communications.rules import addresses
from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import Author
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts.comparison import ChangeType
from firstwin.playbooks.events import PlaybookPublished
from firstwin.projects.queries import updates as update_queries

_NOUNS = {
    ChangeType.ADDED: "addition",
    ChangeType.REMOVED: "removal",
    ChangeType.CHANGED: "change",
    ChangeType.MOVED: "move",
}


def announce_version(*, actor: Actor, published: PlaybookPublished, author: Author, source: str, at: datetime) -> None:
    """Tell each owner once, however many of their projects and tasks it concerns; who published it knows."""
    playbook_id, number = published.playbook_id, published.number
    owners = update_queries.list_outdated_owners(actor=actor, playbook_id=playbook_id, number=number)
    told = [owner for owner in owners if owner.owner_id != author.id]
    if not told:
        return
    line = _line(actor, playbook_id, number)
    for owner in told:
        count = len(owner.project_ids)
        whose = "one of your projects uses" if count == 1 else f"{count} of your projects use"
        path = addresses.update_path(owner.project_ids[0]) if count == 1 else addresses.updates_path(playbook_id)
        news = News(
            kind=NotificationKind.PLAYBOOK,
            source=source,
            title=f"Version {number} of {published.title} is out: {whose} an older one",
            excerpt=line,
            by_name=author.name,
            project_id=owner.project_ids[0] if count == 1 else None,
            path=path,
        )
        notifications.notify(actor=actor, member_ids=[owner.owner_id], news=news, at=at)


def _line(actor: Actor, playbook_id: UUID, number: int) -> str:
    """Return what the version changes in one line: 3 additions, 1 change."""
    changes = playbook_queries.compare_versions(actor=actor, playbook_id=playbook_id, old=number - 1, new=number)
    counts = Counter(change.type for change in changes)
    said = [f"{counts[kind]} {noun}{'' if counts[kind] == 1 else 's'}" for kind, noun in _NOUNS.items() if counts[kind]]
    return ", ".join(said)
