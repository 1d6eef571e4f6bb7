"""Find the stages and tasks in a flowchart: subgraphs and the main chain are stages, what branches off is tasks."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from firstwin.playbooks.rules.mermaid_parser import Edge, Flowchart, Group


@dataclass(slots=True)
class StageOutline:
    """A stage: the id of its subgraph or node, and the ids of the nodes that are its tasks."""

    id: str
    tasks: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Outline:
    """Stages in order; `edges` join stages and tasks only; `loops` are the edges that lead back and cannot be kept."""

    stages: list[StageOutline]
    edges: list[Edge]
    loops: list[Edge]


def outline_of(chart: Flowchart) -> Outline:
    """Chain = stages, branches off a stage = its tasks, subgraphs = stages; the order is that of the text and arrows."""
    homes = _Homes(chart)
    edges = [edge for edge in _expanded(chart, homes) if edge.source != edge.target]
    loops = [edge for edge in _expanded(chart, homes) if edge.source == edge.target and not edge.is_invisible]
    graph = _Contracted(chart, homes, edges)
    stage_of = graph.assign()
    order = graph.order_of_stages(stage_of)
    stages = {name: StageOutline(name) for name in order}
    for node in chart.nodes.values():
        home = homes.of_node.get(node.id) or stage_of[node.id]
        if home != node.id:
            stages[home].tasks.append(node.id)
    kept, back = _without_loops(stages, edges)
    return Outline(list(stages.values()), kept, loops + back)


class _Homes:
    """Which subgraphs are stages, and which stage each node of a subgraph belongs to."""

    def __init__(self, chart: Flowchart) -> None:
        self.chart = chart
        self.children: dict[str, list[Group]] = {}
        for group in chart.groups.values():
            if group.parent is not None:
                self.children.setdefault(group.parent, []).append(group)
        self.stages: list[str] = []
        self.stage_of_group: dict[str, str] = {}
        self.stages_in: dict[str, list[str]] = {}
        for group in chart.groups.values():
            if group.parent is None or group.parent in self.stages_in:
                self.visit(group)
            else:
                self.stage_of_group[group.id] = self.stage_of_group[group.parent]
        self.of_node = {
            node.id: self.stage_of_group.get(node.group, node.group)
            for node in chart.nodes.values()
            if node.group is not None
        }

    def visit(self, group: Group) -> None:
        """A subgraph that only holds other subgraphs is a frame around stages; any other is a stage."""
        if not group.nodes and group.id in self.children:
            self.stages_in[group.id] = []
            return
        self.stages.append(group.id)
        self.stage_of_group[group.id] = group.id
        parent = group.parent
        while parent is not None:
            self.stages_in[parent].append(group.id)
            parent = self.chart.groups[parent].parent

    def nodes_in(self, group_id: str) -> list[str]:
        found: list[str] = []
        waiting = [group_id]
        while waiting:
            current = waiting.pop()
            found.extend(self.chart.groups[current].nodes)
            waiting.extend(child.id for child in self.children.get(current, []))
        return found

    def ends(self, name: str, *, is_source: bool) -> list[str]:
        """Return what an arrow at this id stands for: a frame means its last or first stage, a nested subgraph its nodes."""
        if name not in self.chart.groups or name in self.stages:
            return [name]
        if name in self.stages_in:
            stages = self.stages_in[name]
            return stages[-1:] if is_source else stages[:1]
        return self.nodes_in(name)


def _expanded(chart: Flowchart, homes: _Homes) -> list[Edge]:
    edges: list[Edge] = []
    for edge in chart.edges:
        for source in homes.ends(edge.source, is_source=True):
            for target in homes.ends(edge.target, is_source=False):
                edges.append(Edge(source, target, edge.label, edge.line, edge.is_invisible))
    return edges


class _Contracted:
    """The flowchart with each stage subgraph drawn together into one vertex, and without arrows that lead back."""

    def __init__(self, chart: Flowchart, homes: _Homes, edges: Iterable[Edge]) -> None:
        self.forced = set(homes.stages)
        free = {node.id: node.line for node in chart.nodes.values() if node.id not in homes.of_node}
        lines = {**free, **{name: chart.groups[name].line for name in homes.stages}}
        self.vertices = sorted(lines, key=lambda name: lines[name])
        children: dict[str, list[str]] = {name: [] for name in self.vertices}
        for edge in edges:
            source = homes.of_node.get(edge.source, edge.source)
            target = homes.of_node.get(edge.target, edge.target)
            if source != target and target not in children[source]:
                children[source].append(target)
        self.children = _acyclic(self.vertices, children)
        self.parents: dict[str, list[str]] = {name: [] for name in self.vertices}
        for name, targets in self.children.items():
            for target in targets:
                self.parents[target].append(name)
        self.sorted = _topological(self.vertices, self.children)
        self.depth: dict[str, tuple[int, int]] = {}
        for name in reversed(self.sorted):
            below = max((self.depth[child] for child in self.children[name]), default=(0, 0))
            self.depth[name] = (below[0] + (name in self.forced), below[1] + 1)

    def assign(self) -> dict[str, str]:
        """Return the stage of each vertex; a stage is its own."""
        alone = {name for name in self.vertices if not self.parents[name] and not self.children[name]}
        stage_of = {name: name for name in self.vertices if name in self.forced or name in alone}
        position = {name: index for index, name in enumerate(self.vertices)}
        while open_names := [name for name in self.vertices if name not in stage_of]:
            roots = [name for name in open_names if not any(parent not in stage_of for parent in self.parents[name])]
            fresh = [name for name in roots if not self.parents[name]]
            if not stage_of or (fresh and not self.join(open_names, stage_of)):
                root = max(fresh or roots, key=lambda name: (self.depth[name], -position[name]))
                self.walk(root, stage_of)
            elif not fresh:
                self.join(open_names, stage_of)
        return stage_of

    def walk(self, root: str, stage_of: dict[str, str]) -> None:
        """Follow the main chain from a root; each vertex on it is a stage."""
        current: str | None = root
        while current is not None:
            stage_of[current] = current
            current = self.next_on_chain(current, stage_of)

    def next_on_chain(self, name: str, stage_of: dict[str, str]) -> str | None:
        open_children = [child for child in self.children[name] if child not in stage_of]
        leading = [child for child in open_children if self.depth[child][0]]
        if self.forced and any(child in self.forced for child in self.children[name]) and not leading:
            return None
        inner = leading or [child for child in open_children if self.depth[child][1] > 1]
        unnumbered = [child for child in inner if not _is_numbered(child, name)]
        candidates = unnumbered or inner
        if candidates:
            return max(candidates, key=lambda child: (self.depth[child], -self.children[name].index(child)))
        return open_children[0] if len(self.children[name]) == 1 and open_children else None

    def join(self, open_names: list[str], stage_of: dict[str, str]) -> bool:
        """Give what branches off a stage, or leads into one, to that stage; say whether anything was placed."""
        placed = False
        waiting = set(open_names)
        for name in self.sorted:
            parents = [stage_of[parent] for parent in self.parents[name] if parent in stage_of]
            if name in waiting and parents:
                self.place(name, parents[0], stage_of)
                placed = True
        for name in reversed(self.sorted):
            targets = [stage_of[child] for child in self.children[name] if child in stage_of]
            if name in waiting and name not in stage_of and targets:
                self.place(name, targets[0], stage_of)
                placed = True
        return placed

    def place(self, name: str, stage: str, stage_of: dict[str, str]) -> None:
        """A free node on the way to a subgraph, or the only one after it, is a stage; any other is a task."""
        is_on_the_way = self.forced and self.depth[name][0] > 0
        is_only_follower = stage in self.forced and self.children[stage] == [name]
        stage_of[name] = name if is_on_the_way or is_only_follower else stage

    def order_of_stages(self, stage_of: dict[str, str]) -> list[str]:
        """Order stages along the arrows, and as written where the arrows leave it open."""
        names = [name for name in self.vertices if stage_of[name] == name]
        follows: dict[str, list[str]] = {name: [] for name in names}
        for name in self.vertices:
            for child in self.children[name]:
                source, target = stage_of[name], stage_of[child]
                if source != target and target not in follows[source]:
                    follows[source].append(target)
        return _topological(names, _acyclic(names, follows))


def _is_numbered(child: str, parent: str) -> bool:
    """B1, B_2 or B.a are written as parts of B, whatever follows them."""
    return child != parent and child.startswith(parent) and not child[len(parent)].isalpha()


def _acyclic(vertices: list[str], children: dict[str, list[str]]) -> dict[str, list[str]]:
    """Drop each arrow that leads back to a vertex on the way to it, walking in the order of the text."""
    kept: dict[str, list[str]] = {name: [] for name in vertices}
    state: dict[str, int] = {}
    for root in vertices:
        if root in state:
            continue
        state[root] = 1
        stack = [(root, iter(children[root]))]
        while stack:
            name, rest = stack[-1]
            child = next(rest, None)
            if child is None:
                state[name] = 2
                stack.pop()
            elif state.get(child) != 1:
                kept[name].append(child)
                if child not in state:
                    state[child] = 1
                    stack.append((child, iter(children[child])))
    return kept


def _topological(vertices: list[str], children: dict[str, list[str]]) -> list[str]:
    """Order as in the text, but put what leads to a vertex before it."""
    parents: dict[str, list[str]] = {name: [] for name in vertices}
    for name in vertices:
        for child in children[name]:
            parents[child].append(name)
    ordered: dict[str, None] = {}
    for root in vertices:
        stack = [(root, iter(parents[root]))]
        while stack:
            name, rest = stack[-1]
            parent = next((other for other in rest if other not in ordered), None)
            if parent is None:
                ordered[name] = None
                stack.pop()
            else:
                stack.append((parent, iter(parents[parent])))
    return list(ordered)


def _without_loops(stages: dict[str, StageOutline], edges: list[Edge]) -> tuple[list[Edge], list[Edge]]:
    """Split the arrows into those that a plan can follow and those that lead back to something earlier."""
    position = {name: index for index, name in enumerate(stages)}
    place = dict(position)
    own_stage: dict[str, str] = {}
    for name, stage in stages.items():
        for task in stage.tasks:
            place[task] = position[name]
            own_stage[task] = name
    kept: list[Edge] = []
    back: list[Edge] = []
    for edge in edges:
        if edge.is_invisible:
            continue
        is_back = place[edge.source] > place[edge.target] or own_stage.get(edge.source) == edge.target
        (back if is_back else kept).append(edge)
    inner = [
        edge for edge in kept if own_stage.get(edge.source) and own_stage.get(edge.source) == own_stage.get(edge.target)
    ]
    names = list(own_stage)
    children: dict[str, list[str]] = {name: [] for name in names}
    for edge in inner:
        children[edge.source].append(edge.target)
    forward = _acyclic(names, children)
    forward_pairs = {(source, target) for source, targets in forward.items() for target in targets}
    inner_ids = {id(edge) for edge in inner if (edge.source, edge.target) not in forward_pairs}
    circular = [edge for edge in kept if id(edge) in inner_ids]
    return [edge for edge in kept if id(edge) not in inner_ids], back + circular
