"""Times: in order, on anchors that something sets, with lengths that make sense."""

from collections.abc import Iterator

from firstwin.playbooks.contracts import (
    Anchor,
    MeetingSettings,
    MilestoneSettings,
    Moment,
    PlaybookDefinition,
    TaskSpec,
)
from firstwin.playbooks.rules.findings import Findings, walk_stages, walk_tasks
from firstwin.playbooks.rules.reading import Locator
from firstwin.scheduling.contracts import Span, SpanUnit

SETTABLE = frozenset({Anchor.KICKOFF, Anchor.GO_LIVE, Anchor.FIRST_VALUE})


def check(findings: Findings) -> None:
    """Nothing is due before it starts, and every anchor that a time hangs on is set by something else."""
    _check_order(findings)
    _check_lengths(findings)
    _check_repeats(findings)
    _check_anchors(findings)


def _hours(span: Span) -> int | None:
    """The hours of the clock that a length surely is; nobody knows it of working time without a calendar."""
    match span.unit:
        case SpanUnit.HOURS:
            return span.amount
        case SpanUnit.CALENDAR_DAYS:
            return span.amount * 24
    return None


def is_before(one: Moment, other: Moment) -> bool:
    """Say whether one moment surely lies before another: same anchor, and lengths that can be compared."""
    if one.anchor is not other.anchor:
        return False
    if one.offset.unit is other.offset.unit:
        return one.offset.amount < other.offset.amount
    first, second = _hours(one.offset), _hours(other.offset)
    if first is not None and second is not None:
        return first < second
    return one.offset.amount < 0 <= other.offset.amount or one.offset.amount <= 0 < other.offset.amount


def _check_order(findings: Findings) -> None:
    parts: list[tuple[Locator, str, Moment | None, Moment | None]] = [
        (at, stage.key, stage.start, stage.due) for at, stage in walk_stages(findings.definition)
    ]
    parts += [(found.at, found.part.key, found.part.start, found.part.due) for found in walk_tasks(findings.definition)]
    for at, key, start, due in parts:
        if start is not None and due is not None and is_before(due, start):
            message = f"'{key}' is due {_say(due)} but starts {_say(start)}."
            findings.report("due_before_start", (*at, "due"), message, "Set the due time later than the start.")


def _say(moment: Moment) -> str:
    return f"{moment.offset} after {moment.anchor.value.replace('_', ' ')}"


def _lengths(findings: Findings) -> Iterator[tuple[Locator, Span | None]]:
    for at, stage in walk_stages(findings.definition):
        yield (*at, "duration_min"), stage.duration_min
        yield (*at, "duration_max"), stage.duration_max
    for found in walk_tasks(findings.definition):
        yield (*found.at, "duration"), found.part.duration
        yield (*found.at, "duration_min"), found.part.duration_min
        yield (*found.at, "duration_max"), found.part.duration_max
        if found.part.repeat is not None:
            yield (*found.at, "repeat", "every"), found.part.repeat.every
        if isinstance(found.part.settings, MeetingSettings):
            yield (*found.at, "settings", "notice"), found.part.settings.notice
    for index, target in enumerate(findings.definition.durations):
        yield ("durations", index, "at_least"), target.at_least
        yield ("durations", index, "at_most"), target.at_most


def _check_lengths(findings: Findings) -> None:
    for at, span in _lengths(findings):
        if span is not None and (span.amount < 0 or (span.amount == 0 and at[-1] in {"every", "at_most"})):
            message = f"A length of {span} is not possible here."
            findings.report("invalid_duration", at, message, "Write a length above zero, such as 2d or 5wd.")
    pairs: list[tuple[Locator, Span | None, Span | None]] = [
        ((*at, "duration_max"), stage.duration_min, stage.duration_max)
        for at, stage in walk_stages(findings.definition)
    ]
    for found in walk_tasks(findings.definition):
        own, end = found.part, (*found.at, "duration_max")
        pairs += [(end, own.duration_min, own.duration_max), (end, own.duration, own.duration_max)]
        pairs.append(((*found.at, "duration"), own.duration_min, own.duration))
    pairs += [
        (("durations", index, "at_most"), target.at_least, target.at_most)
        for index, target in enumerate(findings.definition.durations)
    ]
    for at, shortest, longest in pairs:
        if shortest is None or longest is None:
            continue
        moments = (Moment(anchor=Anchor.SIGNATURE, offset=span) for span in (longest, shortest))
        if is_before(*moments):
            message = f"The longest time {longest} is shorter than the shortest {shortest}."
            findings.report("invalid_duration", at, message, "Swap the two.")
    for found in walk_tasks(findings.definition):
        task = found.part
        if task.start is not None and task.due is not None and task.duration is not None:
            message = f"'{task.key}' has a start, a due time and a duration; the duration has no effect."
            findings.report(
                "duration_ignored", (*found.at, "duration"), message, "Remove the duration or the due time."
            )


def _check_repeats(findings: Findings) -> None:
    for found in walk_tasks(findings.definition):
        repeat = found.part.repeat
        if repeat is None:
            continue
        if (repeat.times is None) == (repeat.until is None):
            message = f"'{found.part.key}' repeats without an end, or with two."
            remedy = "Write either 'times: 5' or 'until: {anchor: project_end}'."
            findings.report("repeat_without_end", (*found.at, "repeat"), message, remedy)
        if repeat.times is not None and not 1 <= repeat.times <= 500:
            message = f"'{found.part.key}' cannot repeat {repeat.times} times."
            findings.report("invalid_number", (*found.at, "repeat", "times"), message, "Write a number from 1 to 500.")


def anchor_setters(definition: PlaybookDefinition) -> dict[Anchor, list[tuple[Locator, TaskSpec]]]:
    """Return the tasks that set each anchor when they are done."""
    setters: dict[Anchor, list[tuple[Locator, TaskSpec]]] = {anchor: [] for anchor in SETTABLE}
    for found in walk_tasks(definition):
        anchors = {found.part.anchors}
        if isinstance(found.part.settings, MilestoneSettings) and found.part.settings.first_value:
            anchors.add(Anchor.FIRST_VALUE)
        for anchor in anchors:
            if anchor in setters:
                setters[anchor].append((found.at, found.part))
    return setters


def moments_in(definition: PlaybookDefinition) -> Iterator[tuple[Locator, Moment, str]]:
    """Return every moment with its locator and the key of the stage or task that it belongs to."""
    for at, stage in walk_stages(definition):
        for name, moment in (("start", stage.start), ("due", stage.due)):
            if moment is not None:
                yield (*at, name), moment, stage.key
    for found in walk_tasks(definition):
        task = found.part
        moments = {"start": task.start, "due": task.due, "repeat.until": task.repeat.until if task.repeat else None}
        if isinstance(task.settings, MeetingSettings):
            moments["settings.invite_within"] = task.settings.invite_within
        for name, moment in moments.items():
            if moment is not None:
                yield (*found.at, *name.split(".")), moment, task.key


def _check_anchors(findings: Findings) -> None:
    definition = findings.definition
    setters = anchor_setters(definition)
    for at, moment, key in moments_in(definition):
        anchor = moment.anchor
        if anchor is Anchor.STAGE_START and len(at) == 3:
            message = f"The stage '{key}' cannot start relative to its own start."
            findings.report("anchor_circle", at, message, "Use another anchor, or leave the start out.")
        if anchor not in SETTABLE:
            continue
        if not setters[anchor]:
            message = f"Nothing in the playbook sets the anchor '{anchor.value}'."
            remedy = f"Write 'anchors: {anchor.value}' on the meeting or milestone that brings it about."
            if anchor is Anchor.FIRST_VALUE:
                remedy = "Write 'first_value: true' on the milestone that is the first win."
            findings.report("anchor_never_set", at, message, remedy)
        elif all(task.key == key for _, task in setters[anchor]) and at[-1] != "until":
            message = f"'{key}' hangs on the anchor '{anchor.value}', which it sets itself."
            findings.report("anchor_circle", at, message, "Hang it on an earlier anchor, such as signature.")
    _check_setters(findings, setters)


def _check_setters(findings: Findings, setters: dict[Anchor, list[tuple[Locator, TaskSpec]]]) -> None:
    for found in walk_tasks(findings.definition):
        if found.part.anchors is not None and found.part.anchors not in SETTABLE:
            message = f"'{found.part.anchors.value}' is set by the product itself, not by a task."
            remedy = f"Use one of: {', '.join(sorted(anchor.value for anchor in SETTABLE))}."
            findings.report("anchor_not_settable", (*found.at, "anchors"), message, remedy)
    for anchor, tasks in setters.items():
        for at, task in tasks[1:]:
            if anchor is not Anchor.FIRST_VALUE and not task.when:
                message = f"'{task.key}' sets the anchor '{anchor.value}', as '{tasks[0][1].key}' does."
                findings.report(
                    "anchor_set_twice", (*at, "anchors"), message, "Let one of them set it; the first one counts."
                )
