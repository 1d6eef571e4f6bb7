"""What the dates of a project hang on, for members."""

from uuid import UUID

from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.anchors import AnchorInfo
from firstwin.projects.queries import plans
from firstwin.projects.rules import anchors


def list_anchors(*, actor: Actor, project_id: UUID) -> tuple[AnchorInfo, ...]:
    """Return the instants of a project that can be moved, with what they are now. Raises NotFoundError."""
    plan = plans.load_for_team(actor, project_id)
    return anchors.movable(plan.facts(is_dated=False), is_signed=plan.project.signed_at is not None)
