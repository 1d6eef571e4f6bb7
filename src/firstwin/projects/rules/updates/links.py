"""Links of parts that come and go: who waited for something that is gone waits for what that waited for."""

from collections.abc import Callable, Mapping

from firstwin.projects.rules.updates.shapes import Link, Part


def bridged(part: Part, is_there: Callable[[str], bool], parts: Mapping[str, Part]) -> tuple[Link, ...]:
    """Who waits for something that is gone waits for what that waited for instead; the lag of the link stays."""
    after: tuple[Link, ...] = part.values.get("after", ())
    if all(is_there(ref) for ref, _, _ in after):
        return after
    found: dict[str, Link] = {}
    seen = {part.ref}
    waiting = list(after)
    while waiting:
        link = waiting.pop(0)
        ref, _, lag = link
        if is_there(ref):
            found.setdefault(ref, link)
        elif ref not in seen and ref in parts:
            seen.add(ref)
            behind = parts[ref].values.get("after", ())
            waiting = [(further, type_, own or lag) for further, type_, own in behind] + waiting
    return tuple(sorted(found.values()))
