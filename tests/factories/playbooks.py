"""Playbooks for tests."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from firstwin.customers.contracts import Industry
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries
from firstwin.playbooks.contracts import (
    FieldSpec,
    FieldType,
    LinkSpec,
    MilestoneSettings,
    OverlayAddition,
    OverlaySpec,
    PlaybookDefinition,
    PlaybookVersionInfo,
    RoleSpec,
    Side,
    StageSpec,
    TaskKind,
    TaskSpec,
)
from firstwin.playbooks.operations import library, versions


def task(key: str, **fields: Any) -> TaskSpec:
    """Build a task."""
    return TaskSpec(key=key, **{"name": key.replace("-", " ").capitalize(), "owner": "csm", **fields})


def stage(key: str, *tasks: TaskSpec, **fields: Any) -> StageSpec:
    """Build a stage."""
    return StageSpec(key=key, tasks=tasks, **{"name": key.replace("-", " ").capitalize(), **fields})


def definition(*stages: StageSpec, **fields: Any) -> PlaybookDefinition:
    """Build a playbook without problems: two stages, a first win, a question, and an overlay for healthcare."""
    defaults: dict[str, Any] = {
        "key": "demo",
        "name": "Demo",
        "roles": (
            RoleSpec(key="csm", name="Success manager", side=Side.VENDOR),
            RoleSpec(key="owner", name="Project owner", side=Side.CUSTOMER),
        ),
        "fields": (FieldSpec(key="needs_sso", label="Single sign-on?", type=FieldType.BOOLEAN),),
        "stages": stages
        or (
            stage("start", task("welcome"), task("sso", when="project.needs_sso"), task("brief", after=links("sso"))),
            stage(
                "win",
                task("import", owner="owner"),
                task(
                    "first-win",
                    kind=TaskKind.MILESTONE,
                    settings=MilestoneSettings(criterion="First report run", first_value=True),
                ),
                when="account.segment != 'self_serve'",
            ),
        ),
        "overlays": (
            OverlaySpec(
                key="healthcare",
                name="Healthcare",
                industry=Industry.HEALTHCARE,
                add=(OverlayAddition(stage="start", after_task="welcome", tasks=(task("hipaa"),)),),
                remove=("import",),
            ),
        ),
    }
    if stages:
        defaults["overlays"] = ()
    return PlaybookDefinition(**{**defaults, **fields})


def links(*keys: str) -> tuple[Any, ...]:
    """Build links that wait for the end of each."""
    return tuple(LinkSpec(task=key) for key in keys)


def facts(**account: Any) -> dict[str, dict[str, Any]]:
    """Build facts about a mid-market account."""
    project = account.pop("project", {})
    defaults = {
        "name": "Northwind Dental",
        "segment": "mid_market",
        "industry": "other",
        "products": ["crm"],
        "contract_value": None,
        "licensed_seats": 120,
        "country": "DE",
    }
    return {"account": {**defaults, **account}, "project": {"needs_sso": False, **project}}


AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def make_playbook(actor: Actor, definition_: PlaybookDefinition | None = None, **fields: Any) -> UUID:
    """A playbook in the library with a draft and no version."""
    chosen = definition_ or definition(**fields)
    return library.import_definition(actor=actor, definition=chosen, at=AT)


def make_version(actor: Actor, definition_: PlaybookDefinition | None = None, **fields: Any) -> PlaybookVersionInfo:
    """A published version of a new playbook."""
    playbook_id = make_playbook(actor, definition_, **fields)
    version_id = versions.publish(actor=actor, playbook_id=playbook_id, notes="First edition", at=AT)
    return queries.get_version(actor, version_id)
