"""Who may look after jobs."""

from firstwin.jobs.contracts import Caretaker

CARETAKER_ROLES = frozenset({"owner", "admin"})


def can_manage_jobs(actor: Caretaker) -> bool:
    """Owners and admins see, retry and drop the dead jobs of their workspace."""
    return actor.role in CARETAKER_ROLES
