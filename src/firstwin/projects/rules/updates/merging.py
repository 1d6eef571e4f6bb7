"""Working accepted differences into a plan, and what is decided when somebody decided only a part."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from firstwin.projects.contracts.updates import Decision, UpdateItem
from firstwin.projects.rules.updates.comparing import Action, Difference
from firstwin.projects.rules.updates.links import bridged
from firstwin.projects.rules.updates.shapes import ROLE, STAGE, TASK, Part, Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """A plan with accepted differences. `retired` are tasks that stay as not applicable, `unfixed` lose hand-set dates."""

    shape: Shape
    retired: frozenset[str] = frozenset()
    unfixed: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()


def settled_decisions(items: Iterable[UpdateItem], decisions: Mapping[str, Decision]) -> dict[str, Decision]:
    """What is accepted brings along what it needs, unless that was refused: then it is refused as well."""
    asked = {item.ref: item for item in items if item.is_asked}
    known = {ref: decision for ref, decision in decisions.items() if ref in asked}
    for ref in list(known):
        if known[ref] is not Decision.ACCEPT:
            continue
        wanted = [need for need in asked[ref].needs if need in asked]
        if any(known.get(need) is Decision.REFUSE for need in wanted):
            known[ref] = Decision.REFUSE
        else:
            known.update(dict.fromkeys(wanted, Decision.ACCEPT))
    return known


def merged(ours: Shape, theirs: Shape, accepted: Sequence[Difference]) -> Merged:
    """The plan as it is after the accepted differences; everything else stays as it stands."""
    work = _Merge(parts=dict(ours.parts), ours=ours, theirs=theirs)
    for difference in accepted:
        work.take(difference)
    work.drop_empty_stages()
    work.drop_unused_roles()
    work.mend_links()
    return Merged(
        shape=work.in_order(),
        retired=frozenset(work.retired),
        unfixed=frozenset(work.unfixed),
        changed=frozenset(work.changed & work.parts.keys()),
    )


@dataclass(slots=True)
class _Merge:
    parts: dict[str, Part]
    ours: Shape
    theirs: Shape
    retired: set[str] = field(default_factory=set)
    unfixed: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    reordered: set[str] = field(default_factory=set)

    def take(self, difference: Difference) -> None:
        ref = difference.part.ref
        match difference.action:
            case Action.ADD:
                self.parts[ref] = difference.part
                if difference.ref.endswith(":back"):
                    self.returned.add(ref)
            case Action.REMOVE:
                self.remove(difference.part)
            case Action.SET:
                self.parts[ref] = replace(self.parts[ref], values=_with(self.parts[ref].values, difference.fields))
                self.changed.add(ref)
                if self.parts[ref].has_own_dates and difference.fields.keys() & {"start", "due", "duration"}:
                    self.unfixed.add(ref)
            case Action.ORDER:
                self.reordered.add(difference.ref.removesuffix(":conflict").partition(":")[2])

    def remove(self, part: Part) -> None:
        if part.sort in (STAGE, ROLE):
            self.leaving.add(part.ref)
        elif part.is_begun:
            self.retired.add(part.ref)
        else:
            self.parts.pop(part.ref, None)

    def drop_empty_stages(self) -> None:
        used = {part.values["stage"] for part in self.parts.values() if part.sort == TASK}
        for ref in [ref for ref in self.leaving if ref in self.parts and self.parts[ref].sort == STAGE]:
            if self.parts[ref].key not in used:
                del self.parts[ref]

    def drop_unused_roles(self) -> None:
        used = {part.values["owner_role"] for part in self.parts.values() if part.sort == TASK}
        for ref in [ref for ref in self.leaving if ref in self.parts and self.parts[ref].sort == ROLE]:
            if self.parts[ref].key not in used:
                del self.parts[ref]

    def mend_links(self) -> None:
        """Bridge over what is not part of the plan, and let those who waited for what came back wait again."""
        lookup = {**self.theirs.parts, **self.ours.parts}
        for ref, part in list(self.parts.items()):
            if part.values.get("after") or self.returned:
                after = bridged(self.waiting_again(part), self.parts.__contains__, lookup)
                if after != part.values.get("after", ()):
                    self.parts[ref] = replace(part, values={**part.values, "after": after})
                    self.changed.add(ref)

    def waiting_again(self, part: Part) -> Part:
        new = self.theirs.parts.get(part.ref)
        if new is None or part.is_closed:
            return part
        own = part.values.get("after", ())
        back = [link for link in new.values.get("after", ()) if link[0] in self.returned and link not in own]
        return replace(part, values={**part.values, "after": tuple(sorted([*own, *back]))}) if back else part

    def in_order(self) -> Shape:
        """Put new parts behind what they follow in the new version; what was there keeps its order unless it was changed."""
        stages = self.placed(
            [p for p in self.parts.values() if p.sort == STAGE], self.theirs.of(STAGE), "stages" in self.reordered
        )
        tasks: list[Part] = []
        for stage in stages:
            own = [p for p in self.parts.values() if p.sort == TASK and p.values["stage"] == stage.key]
            tasks += self.placed(own, self.theirs.tasks_in(stage.key), stage.key in self.reordered)
        rest = [part for part in self.parts.values() if part.sort not in (STAGE, TASK)]
        return Shape({part.ref: part for part in [*stages, *tasks, *rest]})

    def placed(self, parts: Sequence[Part], wanted: Sequence[Part], is_reordered: bool) -> list[Part]:
        keys = [part.key for part in wanted]
        by_key = {part.key: part for part in parts}
        home = {part.ref: part.values.get("stage") for part in self.ours.parts.values()}
        staying = [p for p in parts if p.ref in home and home[p.ref] == p.values.get("stage")]
        order = [part.key for part in staying]
        if is_reordered:
            order = _reordered(order, keys)
        for key in keys:
            if key in by_key and key not in order:
                order.insert(_place_after(key, keys, order), key)
        order += [part.key for part in parts if part.key not in order]
        return [by_key[key] for key in order]


def _reordered(own: list[str], wanted: list[str]) -> list[str]:
    """Put what the new version knows into its order; what only the project has stays behind what it followed."""
    known = [key for key in wanted if key in own]
    order = list(known)
    for index, key in enumerate(own):
        if key not in known:
            order.insert(order.index(own[index - 1]) + 1 if index else 0, key)
    return order


def _place_after(key: str, wanted: list[str], order: list[str]) -> int:
    before = [other for other in wanted[: wanted.index(key)] if other in order]
    if before:
        return order.index(before[-1]) + 1
    behind: Collection[str] = wanted[wanted.index(key) + 1 :]
    return next((index for index, other in enumerate(order) if other in behind), 0)


def _with(values: Mapping[str, Any], fields: Mapping[str, tuple[Any, Any, Any]]) -> dict[str, Any]:
    found = dict(values)
    for name, (_, _, theirs) in fields.items():
        head, _, rest = name.partition(".")
        found[head] = {**found.get(head, {}), rest: theirs} if rest else theirs
    return found
