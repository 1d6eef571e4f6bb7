"""The tokens of Mermaid's flowchart grammar, as patterns: what may stand where is in the parser."""

import re

HEADER = re.compile(r"\s*(flowchart-elk|flowchart|graph)(?![\w-])[ \t]*")
FIRST_WORD = re.compile(r"\s*([^\s;{]+)")
DIRECTION = re.compile(r"(TB|TD|BT|RL|LR|>|<|\^|v)(?![\w-])")
BAD_DIRECTION = re.compile(r"[^\s;]+")
GAP = re.compile(r"(?:[\s;]|%%[^\n]*)*")
SPACE = re.compile(r"[ \t]*")
WHITE = re.compile(r"\s*")
END_OF_STATEMENT = re.compile(r"[ \t]*(?:;|\n|%%|\Z)")

WORD_END = r"(?=[\s;]|\Z)"
SUBGRAPH = re.compile(r"subgraph" + WORD_END)
END = re.compile(r"end" + WORD_END)
SUB_DIRECTION = re.compile(r"direction[ \t]+(TB|TD|BT|RL|LR)" + WORD_END)
STYLING = re.compile(r"(?:classDef|style|linkStyle)[ \t][^\n;]*")
CLASS = re.compile(r"class[ \t]([^\n;]*)")
CLICK = re.compile(r'click[ \t](?:"[^"\n]*"|[^\n;"])*')
ACCESSIBILITY = re.compile(r"acc(?:Title|Descr)[ \t]*:[^\n]*|accDescr[ \t]*\{[^}]*\}")

ID = re.compile(
    r"""(?:[^\s\[\](){}<>|"@;:,~&^=%\-] | &(?=\S) | :(?!::) | -(?![>\-.\s]) | =(?!=) | %(?!%))
        (?:[^\s\[\](){}<>|"@;:,~&^=%\-] | & | :(?!::) | -(?![>\-.\s]) | =(?!=) | %(?!%))*""",
    re.VERBOSE,
)
CLASS_MARK = re.compile(r":::([\w-]+)")
DATA_START = re.compile(r"@\{")
DATA_PAIR = re.compile(r"""\b([A-Za-z]\w*)[ \t]*:\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^,\n}"']*))""")

LINK = re.compile(r"(?P<head>[xo<]?)(?:--+[-xo>]|==+[=xo>]|-?\.+-[xo>]?)|(?P<invisible>~~~+)")
LINK_AFTER_BREAK = re.compile(r"(?P<head><?)(?:--+[-xo>]|==+[=xo>]|-?\.+-[xo>]?)|(?P<invisible>~~~+)")
LINK_START = re.compile(r"(?P<head>[xo<]?)(?P<stroke>--|==|-\.)(?![->=.])")
LINK_ID = re.compile(r'[^\s"@;|\[\](){}]+@(?=[xo<]?(?:--|==|-\.|~~~))')
LINK_CLOSE = {
    "--": re.compile(r'(?P<text>(?:"[^"]*"|[^\-"]|-(?!-))*)(?P<link>--+[-xo>])'),
    "==": re.compile(r'(?P<text>(?:"[^"]*"|[^="]|=(?!=))*)(?P<link>==+[=xo>])'),
    "-.": re.compile(r'(?P<text>(?:"[^"]*"|[^."]|\.(?!-))*)(?P<link>-?\.+-[xo>]?)'),
}
PIPE_TEXT = re.compile(r'\|(?:\s*"(?P<quoted>[^"]*)"\s*|(?P<raw>[^|\n]*))\|')
FOREIGN_ARROW = re.compile(r"<?[-=]+>{1,2}|[-=]?→|—+>|–+>|[-=]+|-\)|[→⇒]")

SHAPES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("(((", (")))",), "double_circle"),
    ("((", ("))",), "circle"),
    ("([", ("])",), "stadium"),
    ("(-", ("-)",), "ellipse"),
    ("(", (")",), "rounded"),
    ("[[", ("]]",), "subprocess"),
    ("[(", (")]",), "cylinder"),
    ("[/", ("/]", "\\]"), "slanted"),
    ("[\\", ("\\]", "/]"), "slanted"),
    ("[|", ("]",), "rectangle"),
    ("[", ("]",), "rectangle"),
    ("{{", ("}}",), "hexagon"),
    ("{", ("}",), "diamond"),
    (">", ("]",), "flag"),
)
BRACKETS = {"(": ")", "[": "]", "{": "}"}
AMPERSAND = re.compile(r"&(?=\s)")
REST = re.compile(r"[^\n;]*")
PROPERTIES = re.compile(r"[^|\n]*\|")
