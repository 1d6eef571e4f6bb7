"""The five state colours and the words that go with them; the same key looks the same on every page."""

from dataclasses import dataclass

from firstwin.shared import wording

TONES = ("done", "progress", "waiting", "risk", "late", "neutral")


@dataclass(frozen=True, slots=True)
class State:
    """How a state is shown: its tone (one of TONES), its icon and its word."""

    tone: str
    icon: str
    word: str


STATES: dict[str, State] = {
    # The tones themselves, for a state whose word the page gives.
    "done": State("done", "circle-check", "Done"),
    "progress": State("progress", "progress-check", "In progress"),
    "waiting": State("waiting", "hourglass", "Waiting for the customer"),
    "risk": State("risk", "alert-triangle", "At risk"),
    "late": State("late", "clock-exclamation", "Late"),
    "neutral": State("neutral", "circle", "Open"),
    # How a whole thing is doing.
    "draft": State("neutral", "circle-dashed", "Draft"),
    "active": State("progress", "player-play", "Active"),
    "on_track": State("done", "circle-check", "On track"),
    "at_risk": State("risk", "alert-triangle", "At risk"),
    "non_responsive": State("waiting", "message-circle", "Customer is silent"),
    "on_hold": State("neutral", "player-pause", "On hold"),
    "completed": State("done", "flag-check", "Completed"),
    "cancelled": State("neutral", "circle-x", "Cancelled"),
    "archived": State("neutral", "archive", "Archived"),
    "published": State("done", "circle-check", "Published"),
    # Where one step of it stands.
    "open": State("neutral", "circle", "Open"),
    "scheduled": State("neutral", "calendar-time", "Scheduled"),
    "blocked": State("neutral", "lock", "Waits for others"),
    "ready": State("progress", "circle-dot", "Ready"),
    "in_progress": State("progress", "progress-check", "In progress"),
    "stuck": State("late", "hand-stop", "Stuck"),
    "awaiting_approval": State("waiting", "writing", "Awaiting approval"),
    "not_applicable": State("neutral", "circle-minus", "Not applicable"),
    # How a message or an invitation is doing.
    "queued": State("neutral", "clock", "Queued"),
    "sent": State("progress", "send", "Sent"),
    "delivered": State("done", "mail-opened", "Delivered"),
    "failed": State("late", "alert-circle", "Failed"),
    "invited": State("waiting", "mail", "Invited"),
    "accepted": State("done", "check", "Accepted"),
    "tentative": State("risk", "help-circle", "Maybe"),
    "declined": State("late", "x", "Declined"),
}


def state_of(key: str) -> State:
    """Return how a state is shown; an unknown key is shown as plain words, so that no page breaks over one."""
    return STATES.get(key) or State("neutral", "circle", wording.in_words(key))
