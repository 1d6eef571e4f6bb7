"""Mermaid in and out: any flowchart becomes a draft playbook, and any playbook a flowchart."""

import re
import unicodedata

from firstwin.playbooks.contracts import (
    LinkSpec,
    PlaybookDefinition,
    RoleSpec,
    Side,
    StageSpec,
    TaskKind,
    TaskSpec,
)
from firstwin.playbooks.rules.mermaid_outline import Outline, StageOutline, outline_of
from firstwin.playbooks.rules.mermaid_parser import Edge, Flowchart, parse_flowchart
from firstwin.playbooks.rules.mermaid_text import quoted_label
from firstwin.scheduling.contracts import InvalidSpanError, LinkType, Span, parse_span

DRAFT_NAME = "Playbook from a flowchart"
_OWNER = RoleSpec(
    key="specialist",
    name="Onboarding specialist",
    side=Side.VENDOR,
    description="Owns every step of the draft until you name other roles.",
)
_OWN_ID = re.compile(r"(?:stage|task)-([a-z0-9]+(?:[_-][a-z0-9]+)*)")
_PLAIN_KEY = re.compile(r"[a-z0-9]+(?:[_-][a-z0-9]+)*")
_LINK_LABEL = re.compile(r"(finish|start) to (start|finish)(?:, (\S+))?|(\+\S+)")
_STYLES = {
    TaskKind.MESSAGE: "fill:#e8f1fd,stroke:#3b7dd8,color:#12233d",
    TaskKind.MEETING: "fill:#efe9fb,stroke:#7a52c7,color:#241440",
    TaskKind.MILESTONE: "fill:#e5f6ec,stroke:#2c9a5b,color:#0d2c1a,stroke-width:2px",
    TaskKind.APPROVAL: "fill:#fdf3e0,stroke:#c98a1b,color:#3a2704",
}
_BRACKETS = {
    TaskKind.MILESTONE: ("{{", "}}"),
    TaskKind.MEETING: ("([", "])"),
    TaskKind.MESSAGE: (">", "]"),
    TaskKind.FORM: ("[[", "]]"),
    TaskKind.TRAINING: ("(", ")"),
}


def draft_from_flowchart(text: str) -> PlaybookDefinition:
    """Chain = stages, branches off a stage = tasks, subgraphs = stages, arrows between tasks = dependencies.

    An arrow that leads back is kept as a note to the team, since a plan runs forward. The same text always gives the
    same keys. Raises InvalidInputError with line, column and remedy when the text is not a flowchart.
    """
    chart = parse_flowchart(text)
    return _Draft(chart, outline_of(chart)).definition()


class _Draft:
    def __init__(self, chart: Flowchart, outline: Outline) -> None:
        self.chart = chart
        self.outline = outline
        self.keys: dict[str, str] = {}
        used: set[str] = set()
        for stage in outline.stages:
            for name in (stage.id, *stage.tasks):
                self.keys[name] = _unused(_key_of(name, self.label(name)), used)
        self.stage_ids = {stage.id for stage in outline.stages}
        self.incoming: dict[str, list[Edge]] = {}
        for edge in outline.edges:
            self.incoming.setdefault(edge.target, []).append(edge)
        self.loops: dict[str, list[Edge]] = {}
        for edge in outline.loops:
            self.loops.setdefault(edge.source, []).append(edge)

    def definition(self) -> PlaybookDefinition:
        name = self.chart.title or DRAFT_NAME
        previous: StageOutline | None = None
        stages: list[StageSpec] = []
        for stage in self.outline.stages:
            stages.append(self.stage(stage, previous))
            previous = stage
        has_tasks = any(stage.tasks for stage in stages)
        return PlaybookDefinition(
            key=slug(name) or "flowchart", name=name, roles=(_OWNER,) if has_tasks else (), stages=tuple(stages)
        )

    def label(self, name: str) -> str:
        group = self.chart.groups.get(name)
        return (group.title if group else self.chart.nodes[name].label) or name

    def stage(self, stage: StageOutline, previous: StageOutline | None) -> StageSpec:
        incoming = self.incoming.get(stage.id, [])
        return StageSpec(
            key=self.keys[stage.id],
            name=self.label(stage.id),
            description=" ".join([*self.conditions(incoming), *self.returns(stage.id)]),
            after=self.stage_links(incoming, previous),
            tasks=tuple(self.task(name, stage.id) for name in stage.tasks),
        )

    def stage_links(self, incoming: list[Edge], previous: StageOutline | None) -> tuple[LinkSpec, ...]:
        """What waits for the stage before it (or for that stage and some of its tasks) needs no links of its own."""
        sources = {edge.source for edge in incoming}
        if previous is not None and previous.id in sources and sources <= {previous.id, *previous.tasks}:
            return ()
        return self.links(incoming)

    def task(self, name: str, stage_id: str) -> TaskSpec:
        incoming = [edge for edge in self.incoming.get(name, []) if edge.source != stage_id]
        node = self.chart.nodes[name]
        kinds = [TaskKind(mark) for mark in node.classes if mark in set(TaskKind)]
        return TaskSpec(
            key=self.keys[name],
            name=self.label(name),
            kind=kinds[-1] if kinds else TaskKind.TODO,
            description=" ".join(self.conditions(self.incoming.get(name, []))),
            guidance=" ".join(self.returns(name)),
            owner=_OWNER.key,
            after=self.links(incoming),
        )

    def links(self, edges: list[Edge]) -> tuple[LinkSpec, ...]:
        links: dict[str, LinkSpec] = {}
        for edge in edges:
            key = self.keys[edge.source]
            kind, lag = _read_link(edge.label) or (LinkType.FINISH_TO_START, None)
            links.setdefault(key, LinkSpec(task=key, type=kind, lag=lag))
        return tuple(links.values())

    def conditions(self, edges: list[Edge]) -> list[str]:
        labelled = [edge for edge in edges if edge.label and _read_link(edge.label) is None]
        return [f"After “{self.label(edge.source)}”: {edge.label}." for edge in labelled]

    def returns(self, name: str) -> list[str]:
        notes = []
        for edge in self.loops.get(name, []):
            why = f" ({edge.label})" if edge.label else ""
            notes.append(
                f"The flowchart leads back from here to “{self.label(edge.target)}”{why}. A plan runs forward: "
                "reopen that step when it happens, or let it repeat."
            )
        return notes


def slug(text: str) -> str:
    """Return a key made of the text: 'Kickoff Call!' becomes 'kickoff-call'; empty when nothing of it can stand in a key."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].rstrip("-")


def _key_of(name: str, label: str) -> str:
    own = _OWN_ID.fullmatch(name)
    return own.group(1)[:76] if own else slug(label) or slug(name) or "step"


def _unused(key: str, used: set[str]) -> str:
    candidate, number = key, 2
    while candidate in used:
        candidate = f"{key}-{number}"
        number += 1
    used.add(candidate)
    return candidate


def _read_link(label: str) -> tuple[LinkType, Span | None] | None:
    """Read 'start to start, 2wd' or '+2wd', as `flowchart_of` writes them."""
    match = _LINK_LABEL.fullmatch(label)
    if match is None:
        return None
    lag = match.group(3) or (match.group(4) or "")[1:]
    kind = LinkType(f"{match.group(1)}_to_{match.group(2)}") if match.group(1) else LinkType.FINISH_TO_START
    try:
        return kind, parse_span(lag) if lag else None
    except InvalidSpanError:
        return None


def flowchart_of(definition: PlaybookDefinition) -> str:
    """Write the stages as subgraphs and the tasks in them, from left to right, with their dependencies.

    Conditional parts are shown; overlays are not, so apply them before. Milestones, meetings, messages and forms have
    shapes of their own; a dotted arrow leads to a stage that has its own time to start. `draft_from_flowchart` reads
    the same stages, tasks, kinds and links back.
    """
    ids = _ids_of(definition)
    lines = ["---", f"title: {_title(definition.name or definition.key)}", "---", "flowchart LR"]
    for number, stage in enumerate(definition.stages):
        lines.append(f"    subgraph {ids['stage', number]}[{quoted_label(stage.name or stage.key)}]")
        lines.append("        direction LR")
        for position, task in enumerate(stage.tasks):
            lines.append(f"        {_node(ids['task', number, position], task)}")
        lines.append("    end")
    arrows = _arrows(definition, ids)
    if arrows:
        lines += ["", *(f"    {arrow}" for arrow in arrows)]
    shown = {task.kind for stage in definition.stages for task in stage.tasks}
    styles = [f"    classDef {kind.value} {style}" for kind, style in _STYLES.items() if kind in shown]
    return "\n".join([*lines, *([""] if styles else []), *styles]) + "\n"


Place = tuple[str, int] | tuple[str, int, int]


def _ids_of(definition: PlaybookDefinition) -> dict[Place, str]:
    """Return an id for each stage and task: made of its key, or of its position where the key cannot be an id."""
    ids: dict[Place, str] = {}
    used: set[str] = set()

    def choose(place: Place, prefix: str, key: str) -> None:
        wanted = f"{prefix}-{key}" if _PLAIN_KEY.fullmatch(key) else f"{prefix}.{'.'.join(map(str, place[1:]))}"
        ids[place] = _unused(wanted, used)

    for number, stage in enumerate(definition.stages):
        choose(("stage", number), "stage", stage.key)
        for position, task in enumerate(stage.tasks):
            choose(("task", number, position), "task", task.key)
    return ids


def _title(name: str) -> str:
    one_line = " ".join(name.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{one_line}"'


def _node(name: str, task: TaskSpec) -> str:
    opening, closing = _BRACKETS.get(task.kind, ("[", "]"))
    mark = "" if task.kind is TaskKind.TODO else f":::{task.kind.value}"
    return f"{name}{opening}{quoted_label(task.name or task.key)}{closing}{mark}"


def _arrows(definition: PlaybookDefinition, ids: dict[Place, str]) -> list[str]:
    targets: dict[str, str] = {}
    inside: dict[str, str] = {}
    for number, stage in enumerate(definition.stages):
        for position, task in enumerate(stage.tasks):
            targets.setdefault(task.key, ids["task", number, position])
            inside[ids["task", number, position]] = ids["stage", number]
    for number, stage in enumerate(definition.stages):
        targets.setdefault(stage.key, ids["stage", number])
    arrows: list[str] = []
    for number, stage in enumerate(definition.stages):
        own = ids["stage", number]
        links = [link for link in stage.after if link.task in targets]
        if number and not links:
            sign = "-.->" if stage.start is not None or stage.after else "-->"
            arrows.append(f"{ids['stage', number - 1]} {sign} {own}")
        arrows += [_arrow(targets[link.task], own, link) for link in links if inside.get(targets[link.task]) != own]
        for position, task in enumerate(stage.tasks):
            name = ids["task", number, position]
            known = [targets[link.task] for link in task.after if link.task in targets]
            pairs = zip(known, (link for link in task.after if link.task in targets), strict=True)
            arrows += [_arrow(source, name, link) for source, link in pairs if source not in {own, name}]
    return list(dict.fromkeys(arrows))


def _arrow(source: str, target: str, link: LinkSpec) -> str:
    label = "" if link.type is LinkType.FINISH_TO_START else link.type.value.replace("_", " ")
    if link.lag is not None:
        label = f"{label}, {link.lag}" if label else f"+{link.lag}"
    return f"{source} -->|{quoted_label(label)}| {target}" if label else f"{source} --> {target}"
