"""Reads of all onboardings at once, for figures over many of them."""

from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import ProjectState
from firstwin.projects.contracts.onboardings import Onboarding, OnboardingFilters, VersionInUse
from firstwin.projects.queries import plans

_COLUMNS = (
    "id", "account_id", "account_name", "segment", "industry", "playbook_id", "playbook_name", "playbook_number",
    "state", "signed_at", "launched_at", "first_value_at", "completed_at",
)  # fmt: skip


def list_onboardings(*, actor: Actor, filters: OnboardingFilters | None = None) -> tuple[Onboarding, ...]:
    """Return every onboarding that was not cancelled, by account and launch; one read of a few columns."""
    asked = filters or OnboardingFilters()
    exact = {
        "segment": asked.segment,
        "industry": asked.industry,
        "playbook_id": asked.playbook_id,
        "playbook_number": asked.version,
    }
    rows = plans.projects_of(actor).exclude(state=ProjectState.CANCELLED)
    rows = rows.filter(**{column: value for column, value in exact.items() if value is not None})
    return tuple(
        Onboarding(
            project_id=id,
            account_id=account_id,
            account_name=account_name,
            segment=segment,
            industry=industry,
            playbook_id=playbook_id,
            playbook_name=playbook_name,
            playbook_version=version,
            state=ProjectState(state),
            began_at=signed_at or launched_at,
            first_value_at=first_value_at,
            completed_at=completed_at,
        )
        for (
            id, account_id, account_name, segment, industry, playbook_id, playbook_name, version,
            state, signed_at, launched_at, first_value_at, completed_at,
        ) in rows.order_by("account_name", "launched_at", "id").values_list(*_COLUMNS)
    )  # fmt: skip


def list_versions_in_use(*, actor: Actor) -> tuple[VersionInUse, ...]:
    """Return the versions of playbooks that projects run by, by name and version."""
    rows = plans.projects_of(actor).values_list("playbook_id", "playbook_name", "playbook_number").distinct()
    return tuple(
        VersionInUse(playbook_id=playbook_id, name=name, version=version)
        for playbook_id, name, version in rows.order_by("playbook_name", "playbook_number", "playbook_id")
    )
