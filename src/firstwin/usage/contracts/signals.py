"""Signals: what usage says about an account that somebody should act on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class SignalKind(StrEnum):
    """What can be noticed; the first two are chances, the others risks."""

    SEATS_NEARLY_FULL = "seats_nearly_full"
    FEATURE_WANTED = "feature_wanted"
    USAGE_FALLING = "usage_falling"
    CHAMPION_SILENT = "champion_silent"
    CHAMPION_LEFT = "champion_left"
    NOTHING_SINCE_WIN = "nothing_since_win"
    BEHIND_PLAN = "behind_plan"


CHANCES = frozenset({SignalKind.SEATS_NEARLY_FULL, SignalKind.FEATURE_WANTED})


class SignalState(StrEnum):
    """Where a signal stands."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DISMISSED = "dismissed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalLimits:
    """From when on something is noticed. Shares are percent.

    `seats_percent` of the licensed seats were used in four weeks; there were `falling_percent` fewer events in four weeks
    than in the four before, if these had at least `falling_events`; a champion was away for `silent_days`; nothing was done for
    `win_days` after the first win; a goal is `plan_percent` behind where its time is; `feature_users` people used a
    feature that was not bought. A dismissed signal stays quiet for `quiet_days`.
    """

    seats_percent: int = 90
    feature_users: int = 2
    falling_percent: int = 50
    falling_events: int = 20
    silent_days: int = 14
    win_days: int = 14
    plan_percent: int = 30
    quiet_days: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSignal:
    """What was noticed: why in a sentence, what to do, and the figures behind it."""

    account_id: UUID
    kind: SignalKind
    subject: str
    reason: str
    todo: str
    figures: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalInfo:
    """A signal as a list shows it."""

    id: UUID
    account_id: UUID
    account_name: str
    kind: SignalKind
    is_chance: bool
    reason: str
    todo: str
    figures: Mapping[str, Any]
    state: SignalState
    raised_at: datetime
    seen_at: datetime
    snoozed_until: datetime | None
    settled_at: datetime | None
    settled_by: str
    settled_why: str
