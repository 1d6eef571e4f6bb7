"""How often a customer may be reminded."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from firstwin.communications.contracts import NudgeState

PAUSE = timedelta(days=3)
MOST = 3


def nudge_state(sent_at: Sequence[datetime], at: datetime) -> NudgeState:
    """The same task is nudged at most once in three days and at most three times; after that a call helps more."""
    earlier = tuple(sorted(sent_at, reverse=True))
    if len(earlier) >= MOST:
        return NudgeState(is_allowed=False, reason=f"{MOST} nudges were sent. A call helps more now.", sent_at=earlier)
    if earlier and at - earlier[0] < PAUSE:
        return NudgeState(
            is_allowed=False, reason=f"A nudge was sent less than {PAUSE.days} days ago.", sent_at=earlier
        )
    return NudgeState(is_allowed=True, reason="", sent_at=earlier)
