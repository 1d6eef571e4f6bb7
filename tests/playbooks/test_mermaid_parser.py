"""Reading Mermaid: the expectations of valid texts were compared with the parser of Mermaid 11 itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstwin.playbooks.rules.mermaid_parser import MAX_NODES, parse_flowchart
from firstwin.playbooks.rules.mermaid_text import MAX_LABEL, MAX_LENGTH, plain_label, quoted_label
from firstwin.shared.errors import InvalidInputError


def edges(text: str) -> list[tuple[str, str, str]]:
    return [(edge.source, edge.target, edge.label) for edge in parse_flowchart(text).edges]


def labels(text: str) -> dict[str, str]:
    return {node.id: node.label for node in parse_flowchart(text).nodes.values()}


@pytest.mark.parametrize("keyword", ["graph", "flowchart", "flowchart-elk"])
@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("TB", "TB"),
        ("TD", "TB"),
        ("BT", "BT"),
        ("RL", "RL"),
        ("LR", "LR"),
        (">", "LR"),
        ("<", "RL"),
        ("^", "BT"),
        ("v", "TB"),
        ("", "TB"),
    ],
)
def test_every_heading_and_direction_is_read(keyword: str, direction: str, expected: str) -> None:
    chart = parse_flowchart(f"{keyword} {direction}\n  A --> B")
    assert chart.direction == expected
    assert list(chart.nodes) == ["A", "B"]


@pytest.mark.parametrize(
    ("written", "shape"),
    [
        ("A[Text]", "rectangle"),
        ("A(Text)", "rounded"),
        ("A([Text])", "stadium"),
        ("A[[Text]]", "subprocess"),
        ("A[(Text)]", "cylinder"),
        ("A((Text))", "circle"),
        ("A(((Text)))", "double_circle"),
        ("A(-Text-)", "ellipse"),
        ("A>Text]", "flag"),
        ("A{Text}", "diamond"),
        ("A{{Text}}", "hexagon"),
        ("A[/Text/]", "slanted"),
        ("A[\\Text\\]", "slanted"),
        ("A[/Text\\]", "slanted"),
        ("A[\\Text/]", "slanted"),
        ("A[|borders:lt|Text]", "rectangle"),
        ('A@{ shape: rounded, label: "Text" }', "rounded"),
        ("A@{ shape: manual-file, label: 'Text' }", "manual-file"),
        ("A@{ label: Text, shape: docs }", "docs"),
        ('A@{\n  shape: tag-doc\n  label: "Text"\n}', "tag-doc"),
    ],
)
def test_every_shape_of_a_node_is_read(written: str, shape: str) -> None:
    chart = parse_flowchart(f"flowchart LR\n {written} --> B")
    assert (chart.nodes["A"].label, chart.nodes["A"].shape) == ("Text", shape)
    assert [(edge.source, edge.target) for edge in chart.edges] == [("A", "B")]


@pytest.mark.parametrize(
    "arrow",
    [
        "-->",
        "---",
        "--x",
        "--o",
        "---->",
        "------",
        "==>",
        "===",
        "==x",
        "==o",
        "=====>",
        "-.->",
        "-.-",
        "-..->",
        "-...-",
        "-.-x",
        "-.-o",
        "<-->",
        "x--x",
        "o--o",
        "<==>",
        "<-.->",
        "--->",
        "----",
    ],
)
@pytest.mark.parametrize("layout", ["A {} B", "A{} B", "A {}B", "A\n  {} B", "A {}\n B"])
def test_every_arrow_joins_its_ends(arrow: str, layout: str) -> None:
    if arrow[0] in "xo" and not layout.startswith("A {}"):
        return  # 'Ax--x' names a node 'Ax', and an arrow of a new line does not begin with a letter
    assert edges("flowchart TD\n" + layout.format(arrow)) == [("A", "B", "")]


@pytest.mark.parametrize(
    "written",
    [
        "A -->|yes| B",
        "A --> |yes| B",
        "A-->|yes|B",
        'A -->|"yes"| B',
        "A -- yes --> B",
        'A -- "yes" --> B',
        "A--yes-->B",
        "A -- yes --- B",
        "A == yes ==> B",
        "A -. yes .-> B",
        "A -. yes .- B",
        "A <-- yes --> B",
        "A x-- yes --x B",
        "A ===>|yes| B",
        "A -.->|yes| B",
        "A e1@-->|yes| B",
        "A e1@-->|yes| B\n e1@{ animate: true }",
    ],
)
def test_every_way_to_label_an_arrow_is_read(written: str) -> None:
    chart = parse_flowchart(f"graph TD\n  {written}")
    assert [(edge.source, edge.target, edge.label) for edge in chart.edges] == [("A", "B", "yes")]
    assert list(chart.nodes) == ["A", "B"]


def test_labels_of_arrows_hold_dashes_and_quoted_bars() -> None:
    assert edges("graph TD\nA -- semi-final --> B") == [("A", "B", "semi-final")]
    assert edges('graph TD\nA -->|"this | that"| B') == [("A", "B", "this | that")]
    assert edges('graph TD\nA -- "one --> two" --> B') == [("A", "B", "one --> two")]


def test_chains_and_groups_of_nodes_are_multiplied_out() -> None:
    assert edges("flowchart TD\nA --> B --> C") == [("A", "B", ""), ("B", "C", "")]
    assert edges("flowchart TD\nA & B --> C & D") == [("A", "C", ""), ("A", "D", ""), ("B", "C", ""), ("B", "D", "")]
    assert edges("flowchart TD\nA --> B & C -- then --> D") == [
        ("A", "B", ""),
        ("A", "C", ""),
        ("B", "D", "then"),
        ("C", "D", "then"),
    ]
    assert edges("flowchart TD\nA[One] & B(Two) --> C{Three}") == [("A", "C", ""), ("B", "C", "")]


def test_an_arrow_to_the_left_leads_to_the_left_and_an_invisible_one_only_orders() -> None:
    chart = parse_flowchart("graph LR\nA <--- B\nC ~~~ D")
    assert [(edge.source, edge.target, edge.is_invisible) for edge in chart.edges] == [
        ("B", "A", False),
        ("C", "D", True),
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('A["Quoted (with) [brackets]"]', "Quoted (with) [brackets]"),
        ("A[Text (in brackets) {too}]", "Text (in brackets) {too}"),
        ("A[Über uns – 日本語 ✓]", "Über uns – 日本語 ✓"),
        ('A["`The **cat** in\nthe _hat_`"]', "The cat in the hat"),
        ('A["Say #quot;hi#quot; #35;1 &amp; go #9829;"]', 'Say "hi" #1 & go ♥'),
        ("A[one<br/>two<br>three]", "one two three"),
        ("A[<b>bold</b> text]", "bold text"),
        ("A[fa:fa-car Drive]", "Drive"),
        ("A[two\nlines]", "two lines"),
        ("A[a; b]", "a; b"),
        ('A["#lt;b#gt; 5 < 6"]', "<b> 5 < 6"),
        ("A", "A"),
        ('A@{ shape: rect, label: "x } y" }', "x } y"),
    ],
)
def test_labels_are_read_as_a_person_would_see_them(written: str, read: str) -> None:
    assert labels(f"flowchart TD\n{written}\n") == {"A": read}


@pytest.mark.parametrize(
    "name",
    ["A-B", "a.b", "a_b", "a/b", "A:B", "A&B", "node1", "ä1", "日本", "subgraphs", "endpoint", "task-end-user", "x"],
)
def test_ids_of_nodes(name: str) -> None:
    assert edges(f"flowchart TD\n{name} --> B\nB-->{name}") == [(name, "B", ""), ("B", name, "")]


def test_the_last_label_of_a_node_counts_and_mentions_do_not_erase_it() -> None:
    assert labels("graph TD\nA --> B[First]\nB[Second] --> C\nB --> A") == {"A": "A", "B": "Second", "C": "C"}


def test_what_is_not_content_is_skipped() -> None:
    text = """%%{init: {'theme': 'base',
 'themeVariables': {'a': 'b'}}}%%
flowchart TD
    %% a comment --> with an arrow
    accTitle: A title; with a semicolon
    accDescr { several
      lines }
    A:::big --> B@{ shape: rect }:::small %% a late comment
    click A "https://example.com/a;b" "Tip; here" _blank
    click B call run() "Run"
    click B href "https://example.com"
    classDef big fill:#9f6,stroke:#333,stroke-width:2px;
    classDef default,other fill:#fff
    class A,B other
    style A fill:#bbf,stroke:#f66
    linkStyle 0 stroke:#ff3,stroke-width:4px;
    linkStyle default color:red
    direction LR
"""
    chart = parse_flowchart(text)
    assert list(chart.nodes) == ["A", "B"]
    assert chart.nodes["A"].classes == ("big", "other")
    assert chart.nodes["B"].classes == ("small", "other")
    assert [(edge.source, edge.target) for edge in chart.edges] == [("A", "B")]


def test_semicolons_separate_statements() -> None:
    assert edges("graph TD;A-->B;B-->C;;C-->D;") == [("A", "B", ""), ("B", "C", ""), ("C", "D", "")]


def test_the_title_comes_from_the_front_matter() -> None:
    assert (
        parse_flowchart('---\ntitle: "One: \\"two\\""\nconfig:\n  theme: dark\n---\nflowchart TD\nA').title
        == 'One: "two"'
    )
    assert parse_flowchart("---\ntitle: Plain title\n---\ngraph TD\nA").title == "Plain title"
    assert parse_flowchart("graph TD\nA").title == ""


def test_a_flowchart_inside_of_a_document_is_found() -> None:
    text = "# Our process\n\nSome words.\n\n```mermaid\nflowchart TD\n  A --> B\n```\n\nMore words -> here.\n"
    assert edges(text) == [("A", "B", "")]


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    assert edges("\ufeffflowchart TD\r\n  A --> B\r\n  B --> C\r\n") == [("A", "B", ""), ("B", "C", "")]


def test_subgraphs_nest_and_have_ids_and_titles() -> None:
    chart = parse_flowchart(
        """flowchart TB
    subgraph one [First part]
        direction LR
        a1 --> a2
        subgraph inner
            b1
        end
    end
    subgraph two words
        c1
    end
    subgraph "A quoted title"
        d1 --> a1
    end
    subgraph five["With #quot;quotes#quot;"]
    end
    one --> five
"""
    )
    assert {group.id: (group.title, group.parent, group.nodes) for group in chart.groups.values()} == {
        "one": ("First part", None, ["a1", "a2"]),
        "inner": ("inner", "one", ["b1"]),
        "subgraph-3": ("two words", None, ["c1"]),
        "subgraph-4": ("A quoted title", None, ["d1"]),
        "five": ('With "quotes"', None, []),
    }
    assert ("one", "five") in [(edge.source, edge.target) for edge in chart.edges]


@pytest.mark.parametrize(
    ("text", "place", "message", "remedy"),
    [
        ("", "line 1, column 1", "nothing in it", "flowchart TD"),
        ("   \n\n", "line 1, column 1", "nothing in it", "flowchart TD"),
        ("sequenceDiagram\n A->>B: hi", "line 1, column 1", "'sequenceDiagram'", "Begin with 'flowchart TD'"),
        ("\n\n  gantt\n title x", "line 3, column 3", "'gantt'", "Begin with 'flowchart TD'"),
        ("hello world", "line 1, column 1", "'hello'", "Begin with 'flowchart TD'"),
        ("flowchart XX\nA-->B", "line 1, column 11", "'XX' is not a direction", "Write TD"),
        ("graph TD\nA -> B", "line 2, column 3", "'->' is not an arrow", "Write '-->'"),
        ("graph TD\nA => B", "line 2, column 3", "'=>' is not an arrow", "Write '-->'"),
        ("graph TD\nA → B", "line 2, column 3", "'→' is not an arrow", "Write '-->'"),
        ("graph TD\nA - B", "line 2, column 3", "'-' is not an arrow", "Write '-->'"),
        ("graph TD\n\nA -- text B\n", "line 3, column 3", "is not complete", "Close it with '-->'"),
        ("graph TD\nA == text B\n", "line 2, column 3", "is not complete", "Close it with '==>'"),
        ("graph TD\nA -. text B\n", "line 2, column 3", "is not complete", "Close it with '.->'"),
        ("graph TD\nA <-- B\n", "line 2, column 3", "is not complete", "write B --> A"),
        ("graph TD\nA -->", "line 2, column 6", "leads nowhere", "A --> B"),
        ("graph TD\nA --> ;\nB", "line 2, column 7", "leads nowhere", "A --> B"),
        ("graph TD\nA -->|text B", "line 2, column 6", "label of the arrow is not closed", "-->|text|"),
        ("graph TD\nA[Text --> B", "line 2, column 2", "is not closed", "Close it with ']'"),
        ("graph TD\nA{Text\nB{Other}", "line 2, column 2", "is not closed", "Close it with '}'"),
        ('graph TD\nA["Text --> B', "line 2, column 3", "quotation mark is never closed", "#quot;"),
        ("graph TD\nA@{ shape: rect --> B", "line 2, column 2", "'@{' is never closed", "'}'"),
        ("graph TD\nsubgraph one\nA-->B\n", "line 3, column 6", "'one' of line 2 is never closed", "Write 'end'"),
        ("graph TD\nA-->B\nend\n", "line 3, column 1", "none is open", "Remove it"),
        ("graph TD\nA --> end", "line 2, column 7", "'end' is a reserved word", "capital letter"),
        ("graph TD\nA --> B C", "line 2, column 9", "'C' is not expected", "in quotes"),
        ("graph TD\nA --> B]", "line 2, column 8", "']' is not expected", "in quotes"),
        ("graph TD\n(Text)", "line 2, column 1", "'(Text)' is not expected", "in quotes"),
        ("graph TD\nA & ", "line 2, column 5", "not expected", "in quotes"),
        ("# Doc\n\n```mermaid\ngraph TD\nA -> B\n```\n", "line 5, column 3", "'->' is not an arrow", "Write '-->'"),
    ],
)
def test_what_is_wrong_is_said_with_its_place_and_remedy(text: str, place: str, message: str, remedy: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_flowchart(text)
    (problem,) = caught.value.problems
    assert problem.place == place
    assert message in problem.message
    assert remedy in problem.remedy
    assert place in caught.value.detail


@pytest.mark.parametrize(
    "text",
    [
        "graph TD\n" + "A-->B\n" * (MAX_LENGTH // 6),
        "graph TD\n" + "\n".join(f"N{number}" for number in range(MAX_NODES + 1)),
        "graph TD\n" + " --> ".join([" & ".join(f"N{number}" for number in range(100))] * 2),
        f"graph TD\nA[{'x' * (MAX_LABEL + 1)}]",
        "graph TD\n" + "subgraph x\n" * 60,
    ],
)
def test_what_is_too_large_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_flowchart(text)


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@given(TEXTS)
def test_a_written_label_is_read_back(text: str) -> None:
    assert plain_label(quoted_label(text)[1:-1]) == " ".join(text.split())


PIECES = st.sampled_from(
    [
        "graph TD\n",
        "flowchart LR",
        "\n",
        ";",
        " ",
        "A",
        "B",
        "C1",
        "é",
        "-->",
        "---",
        "-.->",
        "==>",
        "--",
        "==",
        "-.",
        "&",
        "|",
        "[",
        "]",
        "(",
        ")",
        "((",
        "{",
        "}",
        "{{",
        ">",
        "/",
        "\\",
        '"',
        "`",
        "@{",
        "shape: x",
        ":::",
        "e1@",
        "~~~",
        "x--x",
        "subgraph ",
        "end",
        "%%",
        "%%{",
        "}%%",
        "---\n",
        "title: x",
        "```mermaid\n",
        "```",
        "classDef a b",
        "class A b",
        "style ",
        "click A ",
        "#quot;",
        "&amp;",
        "<br/>",
        "direction TB",
        "linkStyle 0 x",
        "accDescr {",
        "fa:fa-x",
    ]
)

SCRAPS = st.lists(PIECES, max_size=30).map("".join)


@settings(max_examples=300)
@given(st.one_of(TEXTS, SCRAPS, SCRAPS.map(lambda text: "graph TD\n" + text)))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        chart = parse_flowchart(text)
    except InvalidInputError as refused:
        problem = refused.problems[0]
    else:
        problem = None
    if problem is not None:
        assert problem.place.startswith("line ")
        assert problem.remedy
        return
    for edge in chart.edges:
        assert {edge.source, edge.target} <= chart.nodes.keys() | chart.groups.keys()
    for group in chart.groups.values():
        assert all(chart.nodes[name].group == group.id for name in group.nodes)
