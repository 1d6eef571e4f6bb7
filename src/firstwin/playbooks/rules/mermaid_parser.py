"""Read a Mermaid flowchart into nodes, edges and subgraphs. Lenient where the meaning is clear, exact in what it refuses.

The grammar follows the flowchart syntax of Mermaid 11: https://mermaid.js.org/syntax/flowchart.html
"""

import re
from dataclasses import dataclass, field
from typing import NoReturn

from firstwin.playbooks.rules import mermaid_grammar as grammar
from firstwin.playbooks.rules.mermaid_text import MAX_LABEL, MAX_LENGTH, Source, plain_label

MAX_NODES = 1_000
MAX_EDGES = 5_000
MAX_DEPTH = 50


@dataclass(slots=True)
class Node:
    """A node: its id in the text, what it says, its shape and its classes."""

    id: str
    line: int
    label: str = ""
    shape: str = ""
    classes: tuple[str, ...] = ()
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow between nodes or subgraphs; an invisible one only orders."""

    source: str
    target: str
    label: str
    line: int
    is_invisible: bool = False


@dataclass(slots=True)
class Group:
    """A subgraph with the ids of its own nodes, in order of their first mention."""

    id: str
    title: str
    line: int
    parent: str | None
    nodes: list[str] = field(default_factory=list)
    classes: tuple[str, ...] = ()


@dataclass(slots=True)
class Flowchart:
    """A flowchart as written: nodes and groups in order of their first mention."""

    title: str
    direction: str
    nodes: dict[str, Node]
    groups: dict[str, Group]
    edges: list[Edge]


def parse_flowchart(text: str) -> Flowchart:
    """Read a flowchart; raises InvalidInputError with line, column and remedy when the text is none."""
    source = Source(text)
    if len(text) > MAX_LENGTH:
        raise source.failure(f"it has {len(text)} characters", f"Split it: at most {MAX_LENGTH} are read.", at=0)
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: Source) -> None:
        self.source = source
        self.chart = Flowchart(title=source.title, direction="TB", nodes={}, groups={}, edges=[])
        self.open_groups: list[Group] = []
        self.edge_ids: set[str] = set()

    def parse(self) -> Flowchart:
        self.header()
        source = self.source
        while True:
            source.take(grammar.GAP)
            if source.at_end():
                break
            self.statement()
        if self.open_groups:
            group = self.open_groups[-1]
            message = f"the subgraph '{group.title}' of line {group.line} is never closed"
            raise source.failure(
                message, "Write 'end' in a line of its own after its last node.", at=len(source.text.rstrip())
            )
        return self.chart

    def header(self) -> None:
        source = self.source
        if not source.text.strip():
            raise source.failure(
                "there is nothing in it", "Begin with 'flowchart TD', then write lines such as 'A --> B'.", at=0
            )
        if source.take(grammar.HEADER) is None:
            word = source.looking_at(grammar.FIRST_WORD)
            at = word.start(1) if word else 0
            name = word.group(1) if word else ""
            message = f"it begins with '{name[:40]}', and that is not a flowchart"
            raise source.failure(
                message, "Begin with 'flowchart TD' (or 'graph LR'). Other diagrams cannot be imported.", at=at
            )
        direction = source.take(grammar.DIRECTION)
        if direction is not None:
            names = {">": "LR", "<": "RL", "^": "BT", "v": "TB", "TD": "TB"}
            self.chart.direction = names.get(direction.group(1), direction.group(1))
        elif not source.looking_at(grammar.END_OF_STATEMENT):
            word = source.looking_at(grammar.BAD_DIRECTION)
            name = word.group(0) if word else ""
            raise source.failure(f"'{name[:40]}' is not a direction", "Write TD, TB, BT, LR or RL, then a new line.")

    def statement(self) -> None:
        source = self.source
        if source.take(grammar.SUBGRAPH):
            self.open_group()
        elif source.looking_at(grammar.END):
            self.close_group()
        elif mark := source.take(grammar.CLASS):
            self.classify(mark.group(1))
        elif any(
            source.take(pattern)
            for pattern in (grammar.SUB_DIRECTION, grammar.STYLING, grammar.CLICK, grammar.ACCESSIBILITY)
        ):
            pass
        else:
            self.chain()
            return
        if not source.looking_at(grammar.END_OF_STATEMENT):
            self.unexpected()

    # ---- subgraphs

    def open_group(self) -> None:
        source = self.source
        at = source.position
        if len(self.open_groups) >= MAX_DEPTH:
            raise source.failure(f"subgraphs are nested more than {MAX_DEPTH} deep", "Nest them less.")
        source.take(grammar.SPACE)
        name, title = self.group_name()
        if not name or name in self.chart.groups or name in self.chart.nodes:
            name = self.unused(name or f"subgraph-{len(self.chart.groups) + 1}")
        parent = self.open_groups[-1].id if self.open_groups else None
        group = Group(id=name, title=title or name, line=source.line(at), parent=parent)
        while mark := source.take(grammar.CLASS_MARK):
            group.classes += (mark.group(1),)
        self.chart.groups[name] = group
        self.open_groups.append(group)

    def group_name(self) -> tuple[str, str]:
        """Read 'id [title]', 'id', 'several words' or '"quoted title"'."""
        source = self.source
        if source.starts('"'):
            title = self.plain(self.quoted(), source.position)
            return title if re.fullmatch(r"\S+", title) else "", title
        start = source.position
        name = source.take(grammar.ID)
        source.take(grammar.SPACE)
        if name is not None and source.looking_at(grammar.END_OF_STATEMENT):
            return name.group(0), plain_label(name.group(0))
        if name is not None and source.starts("["):
            label, _ = self.shape()
            return name.group(0), label
        if name is not None and source.starts(":::"):
            return name.group(0), plain_label(name.group(0))
        source.position = start
        match = source.take(grammar.REST)
        text = match.group(0).strip() if match else ""
        bracket = re.fullmatch(r'(.*?)\s*\[\s*"?(.*?)"?\s*\]', text)
        return "", self.plain(bracket.group(2) if bracket else text, start)

    def unused(self, name: str) -> str:
        number = 2
        candidate = name
        while candidate in self.chart.groups or candidate in self.chart.nodes:
            candidate = f"{name}-{number}"
            number += 1
        return candidate

    def close_group(self) -> None:
        if not self.open_groups:
            remedy = "Remove it, or write End with a capital letter if it is meant to be a node."
            raise self.source.failure("'end' closes a subgraph, but none is open", remedy)
        self.source.take(grammar.END)
        self.open_groups.pop()

    def classify(self, text: str) -> None:
        """Read the rest of 'class A,B name'."""
        *names, class_name = text.split() or [""]
        for name in "".join(names).split(","):
            target = self.chart.nodes.get(name) or self.chart.groups.get(name)
            if target is not None:
                target.classes += (class_name,)

    # ---- nodes and arrows

    def chain(self) -> None:
        source = self.source
        left = self.node_list()
        while (link := self.link()) is not None:
            source.take(grammar.WHITE)
            if source.at_end() or source.looking_at(grammar.END_OF_STATEMENT):
                raise source.failure("the arrow leads nowhere", "Write the node it leads to, such as 'A --> B'.")
            right = self.node_list()
            self.connect(left, right, link)
            left = right
        if not source.looking_at(grammar.END_OF_STATEMENT):
            self.unexpected()

    def connect(self, left: list[str], right: list[str], link: "_Link") -> None:
        chart = self.chart
        if len(chart.edges) + len(left) * len(right) > MAX_EDGES:
            raise self.source.failure(f"there are more than {MAX_EDGES} arrows", "Split the flowchart.")
        for start in left:
            for end in right:
                pair = (end, start) if link.is_reversed else (start, end)
                chart.edges.append(Edge(pair[0], pair[1], link.label, link.line, link.is_invisible))

    def node_list(self) -> list[str]:
        source = self.source
        found = [self.node()]
        while True:
            start = source.position
            source.take(grammar.SPACE)
            if not source.take(grammar.AMPERSAND):
                source.position = start
                return [name for name in found if name]
            source.take(grammar.SPACE)
            found.append(self.node())

    def node(self) -> str:
        source = self.source
        at = source.position
        match = source.take(grammar.ID)
        if match is None:
            self.unexpected()
        name = match.group(0)
        if name == "end":
            remedy = "Write End with a capital letter, or put 'end' of a subgraph in a line of its own."
            raise source.failure("'end' is a reserved word", remedy, at=at)
        if name in self.edge_ids and source.starts("@{"):
            self.data()
            return ""
        label, shape, classes = self.dress(name)
        if name in self.chart.groups:
            self.chart.groups[name].classes += classes
            return name
        node = self.chart.nodes.get(name)
        if node is None:
            if len(self.chart.nodes) >= MAX_NODES:
                raise source.failure(f"there are more than {MAX_NODES} nodes", "Split the flowchart.", at=at)
            node = Node(id=name, line=source.line(at), label=plain_label(name))
            self.chart.nodes[name] = node
        node.label = label or node.label
        node.shape = shape or node.shape
        node.classes += classes
        self.place_in_group(node)
        return name

    def dress(self, name: str) -> tuple[str, str, tuple[str, ...]]:
        """Read what follows an id: its shape with the label, its data and its classes."""
        source = self.source
        label, shape = "", ""
        classes: tuple[str, ...] = ()
        while True:
            if mark := source.take(grammar.CLASS_MARK):
                classes += (mark.group(1),)
            elif source.looking_at(grammar.DATA_START):
                data = self.data()
                label = self.plain(data.get("label", ""), source.position) or label
                shape = data.get("shape", "") or shape
            elif not label and self.opens_shape():
                label, shape = self.shape()
                label = label or name
            else:
                return label, shape, classes

    def place_in_group(self, node: Node) -> None:
        if not self.open_groups or node.group is not None:
            return
        node.group = self.open_groups[-1].id
        self.open_groups[-1].nodes.append(node.id)

    def opens_shape(self) -> bool:
        return self.source.starts(("(", "[", "{", ">"))

    def shape(self) -> tuple[str, str]:
        source = self.source
        at = source.position
        for opener, closers, name in grammar.SHAPES:
            if not source.starts(opener):
                continue
            source.position = at + len(opener)
            if opener == "[|":
                source.take(grammar.PROPERTIES)
            label = self.label_until(closers)
            if label is not None:
                return self.plain(label, at), name
            source.position = at
        bracket = source.text[at]
        remedy = (
            f"Close it with '{grammar.BRACKETS.get(bracket, ']')}', and put labels with brackets in quotes: A[\"...\"]."
        )
        raise source.failure(f"the label that begins with '{source.shown(at)}' is not closed", remedy, at=at)

    def plain(self, label: str, at: int) -> str:
        if len(label) > MAX_LABEL:
            raise self.source.failure(f"a label has {len(label)} characters", f"Shorten it to {MAX_LABEL}.", at=at)
        return plain_label(label)

    def label_until(self, closers: tuple[str, ...]) -> str | None:
        """Return the label up to one of the closing marks, or None when there is none."""
        source = self.source
        start = source.position
        source.take(grammar.WHITE)
        if source.starts('"'):
            quoted = self.quoted()
            source.take(grammar.WHITE)
            for closer in closers:
                if source.starts(closer):
                    source.position += len(closer)
                    return quoted
        source.position = start
        end = _raw_end(source.text, start, closers)
        if end is None:
            return None
        label = source.text[start:end]
        closer = next(closer for closer in closers if source.text.startswith(closer, end))
        source.position = end + len(closer)
        return label

    def quoted(self) -> str:
        source = self.source
        at = source.position
        end = source.text.find('"', at + 1)
        if end < 0:
            raise source.failure(
                "the quotation mark is never closed", 'Write the closing ", and #quot; inside of labels.', at=at
            )
        source.position = end + 1
        return source.text[at + 1 : end]

    def data(self) -> dict[str, str]:
        """Read '@{ shape: rounded, label: "Text" }'."""
        source = self.source
        at = source.position
        end = at + 2
        while end < len(source.text) and source.text[end] != "}":
            if source.text[end] == '"':
                end = source.text.find('"', end + 1)
                if end < 0:
                    raise source.failure("the quotation mark is never closed", 'Write the closing ".', at=at)
            end += 1
        if end >= len(source.text):
            raise source.failure("'@{' is never closed", "Close it with '}'.", at=at)
        pairs = grammar.DATA_PAIR.finditer(source.text[at + 2 : end])
        source.position = end + 1
        return {pair.group(1): next((text for text in pair.groups()[1:] if text), "").strip() for pair in pairs}

    def link(self) -> "_Link | None":
        """Read an arrow with its label, or return None when none follows."""
        source = self.source
        start = source.position
        white = source.take(grammar.WHITE)
        if link_id := source.take(grammar.LINK_ID):
            self.edge_ids.add(link_id.group(0)[:-1])
        at = source.position
        broken = white is not None and "\n" in white.group(0)
        match = source.take(grammar.LINK_AFTER_BREAK if broken else grammar.LINK)
        if match is not None:
            mark, label = match.group(0), self.pipe_text()
            invisible = match.group("invisible") is not None
        elif opening := source.looking_at(grammar.LINK_START):
            if broken and opening.group("head") in {"x", "o"}:
                source.position = start
                return None
            source.position = opening.end()
            closing = source.take(grammar.LINK_CLOSE[opening.group("stroke")])
            if closing is None:
                stroke = opening.group("stroke")
                close = {"--": "-->", "==": "==>", "-.": ".->"}[stroke]
                remedy = f"Close it with '{close}': A {stroke} text {close} B, or write A -->|text| B."
                if opening.group("head") == "<":
                    remedy = "Arrows point forward: write B --> A instead of A <-- B."
                raise source.failure(f"the arrow '{source.shown(at)}' is not complete", remedy, at=at)
            mark, label = opening.group("head") + closing.group("link"), closing.group("text")
            invisible = False
        else:
            source.position = start
            return None
        is_reversed = mark.startswith("<") and not mark.endswith((">", "x", "o"))
        return _Link(self.plain(label.strip().strip('"'), at), source.line(at), is_reversed, invisible)

    def pipe_text(self) -> str:
        source = self.source
        start = source.position
        source.take(grammar.WHITE)
        if not source.starts("|"):
            source.position = start
            return ""
        match = source.take(grammar.PIPE_TEXT)
        if match is None:
            raise source.failure("the label of the arrow is not closed", "Write it between two bars: A -->|text| B.")
        return match.group("quoted") or match.group("raw") or ""

    def unexpected(self) -> NoReturn:
        source = self.source
        source.take(grammar.SPACE)
        arrow = source.looking_at(grammar.FOREIGN_ARROW)
        if arrow is not None:
            remedy = "Write '-->' (also '---', '-.->', '==>' or '-->|text|')."
            raise source.failure(f"'{arrow.group(0)}' is not an arrow of a flowchart", remedy)
        remedy = 'Put each statement in a line of its own, and labels with special characters in quotes: A["..."].'
        raise source.failure(f"'{source.shown()}' is not expected here", remedy)


@dataclass(frozen=True, slots=True)
class _Link:
    label: str
    line: int
    is_reversed: bool
    is_invisible: bool


def _raw_end(text: str, start: int, closers: tuple[str, ...]) -> int | None:
    """Find where an unquoted label ends; brackets may nest within a line, and not across lines."""
    waiting: list[str] = []
    has_break = False
    for at in range(start, len(text)):
        sign = text[at]
        if not waiting and text.startswith(closers, at):
            return at
        if sign == "\n":
            if waiting:
                return None
            has_break = True
        elif waiting and sign == waiting[-1]:
            waiting.pop()
        elif sign in grammar.BRACKETS:
            if has_break:
                return None
            waiting.append(grammar.BRACKETS[sign])
        elif sign in "])}" or (has_break and sign in '|"'):
            return None
    return None
