"""Which rule says what the first win of an account is, and what a rule would have come to in the past."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from firstwin.usage.contracts.first_value import Histogram, HistogramBar, RulePlace

FEW = 10
"""Below so many accounts a share says little, and the page says so."""


def choose(
    rules: Collection[RulePlace], *, account_id: UUID, playbook_id: UUID | None, segment: str
) -> RulePlace | None:
    """A rule for the account beats one for its playbook and segment, which beats one for the playbook, then the segment's, then
    the workspace's.
    """
    # Looked up from the nearest on, for there may be as many rules as accounts.
    nearest_first = (
        RulePlace(account_id=account_id),
        RulePlace(playbook_id=playbook_id, segment=segment),
        RulePlace(playbook_id=playbook_id),
        RulePlace(segment=segment),
        RulePlace(),
    )
    return next((place for place in nearest_first if place in rules), None)


def rank(rule: RulePlace) -> int:
    """How near a rule is to one account; a playbook's own goal stands between 2 and 3."""
    if rule.account_id is not None:
        return 5
    if rule.playbook_id is not None:
        return 4 if rule.segment else 3
    return 2 if rule.segment else 1


OWN_GOAL = 2.5
"""Where a playbook's own goal stands: before rules for segments and the workspace, behind those for the playbook."""


def days_until(signed_at: datetime, reached_at: datetime) -> int:
    """Days are counted from the signature; what was reached before it counts as day 0."""
    return max(0, (reached_at - signed_at) // timedelta(days=1))


def middle(days: Sequence[int]) -> float | None:
    """The median day is taken over those who got there, and not given for nobody."""
    return float(median(days)) if days else None


def histogram(days: Sequence[int]) -> Histogram:
    """Days are put into bars of equal width, at most twelve of them; each bar ends before the next begins."""
    if not days:
        return Histogram(width=7, bars=())
    width = next(width for width in (1, 7, 14, 30, 91, 365, 3650) if max(days) < 12 * width or width == 3650)
    counts = [0] * (max(days) // width + 1)
    for day in days:
        counts[day // width] += 1
    return Histogram(
        width=width, bars=tuple(HistogramBar(first_day=n * width, accounts=count) for n, count in enumerate(counts))
    )
