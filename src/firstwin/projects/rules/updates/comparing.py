"""Three-way comparison: the version a project started from, the new version, and the project as it stands."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from firstwin.projects.contracts.updates import UpdateAspect, UpdateGroup
from firstwin.projects.rules.updates.links import bridged
from firstwin.projects.rules.updates.shapes import CRITERION, ROLE, STAGE, TARGET, TASK, Part, Shape

ASPECTS: Mapping[str, UpdateAspect] = {
    **dict.fromkeys(("name", "description", "guidance", "objective", "exit_criteria", "deliverables", "text"), UpdateAspect.TEXT),
    **dict.fromkeys(("start", "due", "duration", "anchors", "at_least", "estimate_hours", "length"), UpdateAspect.TIMING),
    "after": UpdateAspect.LINKS,
    **dict.fromkeys(("owner_role", "side", "visibility"), UpdateAspect.PEOPLE),
    **dict.fromkeys(("kind", "settings", "is_required", "is_automatic", "task"), UpdateAspect.SETTINGS),
    "stage": UpdateAspect.PLACE,
}  # fmt: skip
_DATED = frozenset({"start", "due", "duration"})
GONE_BY_HAND = "Somebody took it out of this project."
EDITED_BY_HAND = "Somebody changed it in this project."
BEGUN = "People have worked on it: taken out, it is kept as not applicable."
STAGE_IS_OVER = "Its stage is over in this project."


class Action(StrEnum):
    """What accepting a difference does to a part."""

    ADD = "add"
    REMOVE = "remove"
    SET = "set"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference of one part. `fields` gives (base, ours, theirs) by field; for an order they are lists of keys."""

    ref: str
    group: UpdateGroup
    aspect: UpdateAspect
    action: Action
    part: Part
    fields: Mapping[str, tuple[Any, Any, Any]]
    note: str = ""
    needs: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Stand for what is offered, so that the same offer is recognized in a later version."""
        offered = {field: theirs for field, (_, _, theirs) in self.fields.items()}
        text = json.dumps([self.action.value, self.part.ref, offered], sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def differences(base: Shape, ours: Shape, theirs: Shape) -> tuple[Difference, ...]:
    """Only what the new version changes is asked; what somebody changed by hand beside it becomes a conflict.

    What is done is never touched, and what a project left out or added by itself stays as it is.
    """
    return tuple(_Comparison.of(base, ours, theirs).differences())


@dataclass(frozen=True, slots=True)
class _Comparison:
    base: Shape
    ours: Shape
    theirs: Shape
    over: frozenset[str]

    @classmethod
    def of(cls, base: Shape, ours: Shape, theirs: Shape) -> "_Comparison":
        """Compare links as if what somebody took out by hand were out of the playbook as well."""
        gone = {ref for ref in base.parts if ref not in ours.parts}
        over = {
            stage.key for stage in ours.of(STAGE) if (own := ours.tasks_in(stage.key)) if all(t.is_closed for t in own)
        }
        return cls(without(base, gone), ours, without(theirs, gone), frozenset(over))

    def differences(self) -> Iterator[Difference]:
        for sort in (TARGET, ROLE, STAGE, TASK, CRITERION):
            yield from self.sort(sort)
        yield from self.orders()

    def sort(self, sort: str) -> Iterator[Difference]:
        for part in self.theirs.of(sort):
            own, old = self.ours.parts.get(part.ref), self.base.parts.get(part.ref)
            if own is None:
                yield from self.missing(part, old)
            elif old is not None:
                yield from self.changed(old, own, part)
        for old in self.base.of(sort):
            own = self.ours.parts.get(old.ref)
            if own is not None and old.ref not in self.theirs.parts:
                yield self.removed(old, own)

    def missing(self, part: Part, old: Part | None) -> Iterator[Difference]:
        """A part of the new version that the project does not have."""
        added = Difference(
            ref=f"{part.sort}:{part.family}:added",
            group=UpdateGroup.ADDED,
            aspect=UpdateAspect.WHOLE,
            action=Action.ADD,
            part=part,
            fields={"": (None, None, dict(part.values))},
            needs=self.needs(part.values),
        )
        if old is None and part.values.get("stage") in self.over:
            yield replace(added, ref=f"{part.ref}:over", group=UpdateGroup.CONFLICTING, note=STAGE_IS_OVER)
        elif old is None:
            yield added
        elif old.values != part.values:
            yield replace(added, ref=f"{part.ref}:back", group=UpdateGroup.CONFLICTING, note=GONE_BY_HAND)

    def needs(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """A new task brings its stage and its role along."""
        wanted = ((STAGE, values.get("stage")), (ROLE, values.get("owner_role")))
        return tuple(
            f"{sort}:{key}:added" for sort, key in wanted if key and f"{sort}:{key}" not in self.ours.parts
            if f"{sort}:{key}" in self.theirs.parts
        )  # fmt: skip

    def removed(self, old: Part, own: Part) -> Difference:
        removed = Difference(
            ref=f"{old.sort}:{old.family}:removed",
            group=UpdateGroup.REMOVED,
            aspect=UpdateAspect.WHOLE,
            action=Action.REMOVE,
            part=own,
            fields={"": (dict(old.values), dict(own.values), None)},
        )
        if own.is_closed or (own.key in self.over and own.sort == STAGE):
            return replace(removed, group=UpdateGroup.DONE)
        if own.is_begun:
            return replace(removed, ref=f"{own.ref}:gone", group=UpdateGroup.CONFLICTING, note=BEGUN)
        if own.has_own_dates or _own_values(own, old) != dict(old.values):
            return replace(removed, ref=f"{own.ref}:gone", group=UpdateGroup.CONFLICTING, note=EDITED_BY_HAND)
        return removed

    def changed(self, old: Part, own: Part, new: Part) -> Iterator[Difference]:
        offered = _changed_fields(old.values, new.values)
        clean: dict[UpdateAspect, dict[str, tuple[Any, Any, Any]]] = {}
        is_done = own.is_closed or (own.sort == STAGE and own.key in self.over)
        for field in offered:
            values = tuple(_value(part.values, field) for part in (old, own, new))
            aspect = ASPECTS[field.partition(".")[0]]
            is_dated = own.has_own_dates and field in _DATED
            if values[1] == values[2] and not is_dated:
                continue
            if (values[0] == values[1] and not is_dated) or is_done:
                clean.setdefault(aspect, {})[field] = values
                continue
            yield Difference(
                ref=f"{own.sort}:{own.family}:conflict:{field}",
                group=UpdateGroup.CONFLICTING,
                aspect=aspect,
                action=Action.SET,
                part=own,
                fields={field: values},
                needs=self.needs({field: values[2]}),
                note="Somebody set its dates by hand." if is_dated else EDITED_BY_HAND,
            )
        for aspect, fields in clean.items():
            yield Difference(
                ref=f"{own.sort}:{own.family}:{aspect.value}",
                group=UpdateGroup.DONE if is_done else UpdateGroup.CHANGED,
                aspect=aspect,
                action=Action.SET,
                part=own,
                fields=fields,
                needs=self.needs({field: theirs for field, (_, _, theirs) in fields.items()}),
            )

    def orders(self) -> Iterator[Difference]:
        """Tasks within each stage, and stages among each other, that the new version puts into another order."""
        yield from self.order("order:stages", None, *(shape.of(STAGE) for shape in (self.base, self.ours, self.theirs)))
        for stage in self.ours.of(STAGE):
            if stage.key not in self.over:
                rows = (shape.tasks_in(stage.key) for shape in (self.base, self.ours, self.theirs))
                yield from self.order(f"order:{stage.key}", stage, *rows)

    def order(
        self, ref: str, stage: Part | None, base: Sequence[Part], ours: Sequence[Part], theirs: Sequence[Part]
    ) -> Iterator[Difference]:
        common = {part.key for part in base} & {part.key for part in ours} & {part.key for part in theirs}
        old, own, new = ([part.key for part in parts if part.key in common] for parts in (base, ours, theirs))
        if new in (old, own):
            return
        carrier = stage or Part(sort=STAGE, key="stages", family="stages", values={"name": "Order of the stages"})
        names = {part.key: part.name for part in ours}
        is_clean = old == own
        yield Difference(
            ref=ref if is_clean else f"{ref}:conflict",
            group=UpdateGroup.CHANGED if is_clean else UpdateGroup.CONFLICTING,
            aspect=UpdateAspect.PLACE,
            action=Action.ORDER,
            part=carrier,
            fields={"order": tuple([names[key] for key in keys] for keys in (old, own, new))},  # type: ignore[dict-item]
            note="" if is_clean else "Somebody put them into another order.",
        )


def without(shape: Shape, gone: set[str]) -> Shape:
    """A plan whose links are as if some of its parts were out of it."""
    parts = {
        ref: replace(part, values={**part.values, "after": bridged(part, lambda ref: ref not in gone, shape.parts)})
        if part.values.get("after")
        else part
        for ref, part in shape.parts.items()
    }
    return Shape(parts)


def _own_values(own: Part, old: Part) -> dict[str, Any]:
    """Return what the project says in the fields that a playbook has."""
    return {field: own.values.get(field) for field in old.values}


def _changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return the fields that the new version changes; settings key by key while the kind stays."""
    fields = [field for field in new if field != "settings" and old.get(field) != new[field]]
    before, after = old.get("settings", {}), new.get("settings", {})
    if "kind" in fields:
        return [*fields, "settings"]
    return [*fields, *(f"settings.{key}" for key in after if before.get(key) != after[key])]


def _value(values: Mapping[str, Any], field: str) -> Any:
    head, _, rest = field.partition(".")
    value = values.get(head)
    return value.get(rest) if rest and isinstance(value, Mapping) else value
