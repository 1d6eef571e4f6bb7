"""When somebody's week is free, full or too full."""

from decimal import Decimal

from firstwin.projects.contracts.workload import LoadLevel

_TOLERANCE = Decimal("0.5")
"""Hours by which a week may be over before anybody is bothered with it."""


def level_of(hours: Decimal, capacity: Decimal) -> LoadLevel:
    """A week is over when its work takes over half an hour more than there is, full from 85 %, busy from half of it.

    A week without any hours is away, unless work falls on it.
    """
    if hours > capacity + _TOLERANCE:
        return LoadLevel.OVER
    if capacity <= 0:
        return LoadLevel.AWAY
    share = hours / capacity
    if share >= Decimal("0.85"):
        return LoadLevel.FULL
    return LoadLevel.BUSY if share >= Decimal("0.5") else LoadLevel.FREE
