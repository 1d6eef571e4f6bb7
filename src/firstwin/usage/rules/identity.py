"""Which user somebody is in the end, when users were merged into others."""

from collections.abc import Mapping


def with_merge(merges: Mapping[str, str], *, user_id: str, into: str | None) -> dict[str, str]:
    """A user is merged into one other; what would lead back to the user is no merge."""
    others = {user: target for user, target in merges.items() if user != user_id}
    end = into
    while end in others:
        end = others[end]
    return {**others, user_id: into} if into is not None and end != user_id else others


def ends_of(merges: Mapping[str, str]) -> dict[str, str]:
    """Whoever was merged is the last of the chain."""
    ends = {}
    for user, target in merges.items():
        end = target
        while end in merges:
            end = merges[end]
        ends[user] = end
    return ends
