"""Signals as rows of a page show them."""

from typing import Any

from firstwin.usage.contracts.signals import SignalInfo, SignalKind

LOOKS = {
    SignalKind.SEATS_NEARLY_FULL: ("done", "users", "Seats nearly full"),
    SignalKind.FEATURE_WANTED: ("done", "puzzle", "Wants a feature"),
    SignalKind.USAGE_FALLING: ("risk", "trending-down", "Usage falls"),
    SignalKind.CHAMPION_SILENT: ("risk", "user-question", "Champion silent"),
    SignalKind.CHAMPION_LEFT: ("risk", "logout", "Champion left"),
    SignalKind.NOTHING_SINCE_WIN: ("risk", "zzz", "Nothing since the first win"),
    SignalKind.BEHIND_PLAN: ("late", "clock-exclamation", "Behind the plan"),
}


def entry(one: SignalInfo) -> dict[str, Any]:
    """Return a signal as a row shows it."""
    tone, icon, word = LOOKS[one.kind]
    return {"signal": one, "tone": tone, "icon": icon, "word": word}
