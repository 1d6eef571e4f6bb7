"""Events of accounts in a plain store, and projects whose tasks usage proves."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from firstwin.customers.models import Account
from firstwin.playbooks.contracts import (
    Anchor,
    MilestoneSettings,
    PlaybookDefinition,
    StageSpec,
    TaskKind,
    TaskSpec,
    UsageSettings,
)
from firstwin.scheduling.contracts import parse_span
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.models import UsageGroup
from tests.factories.event_store import done
from tests.factories.projects import after, example_definition
from tests.usage.oracle import PlainStore


def place(store: PlainStore, account: Account, group_id: str, *, at: datetime) -> None:
    """Let a group of the product be an account's."""
    UsageGroup(
        workspace_id=account.workspace_id, group_id=group_id, account=account, matched_by="hand", first_seen_at=at
    ).save(force_insert=True)
    store.place(account.workspace_id, group_id=group_id, account_id=account.id)


def did(
    store: PlainStore,
    account: Account,
    name: str = "report_run",
    *,
    at: datetime,
    user: str = "ada",
    group_id: str = "acorn",
    properties: str = "{}",
) -> None:
    """Let somebody of an account have done something."""
    store.append([done(account.workspace_id, name, user=user, group=group_id, at=at, properties=properties)])


def proved_definition(**milestone: Any) -> PlaybookDefinition:
    """A playbook with a usage task, and a first win that usage shows."""
    settings = {"criterion": "The first report is run", "first_value": True, "goal": Goal(events=("report_run",))}
    return example_definition(
        key=f"proved-{uuid4().hex[:6]}",
        stages=(
            StageSpec(
                key="use",
                name="Use it",
                tasks=(
                    TaskSpec(
                        key="active",
                        name="Three people work with it",
                        kind=TaskKind.USAGE,
                        owner="sponsor",
                        duration=parse_span("5wd"),
                        settings=UsageSettings(goal=Goal(users=3)),
                    ),
                    TaskSpec(
                        key="imported",
                        name="Data imported twice",
                        kind=TaskKind.USAGE,
                        owner="sponsor",
                        duration=parse_span("5wd"),
                        settings=UsageSettings(event="data_imported", count=2),
                    ),
                    TaskSpec(
                        key="first-win",
                        name="First report run",
                        kind=TaskKind.MILESTONE,
                        owner="csm",
                        after=after("imported"),
                        anchors=Anchor.FIRST_VALUE,
                        settings=MilestoneSettings(**{**settings, **milestone}),
                    ),
                ),
            ),
        ),
    )
