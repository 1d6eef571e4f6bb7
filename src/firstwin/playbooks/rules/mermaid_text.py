"""The lexical side of Mermaid: places in a text, what is not content (comments, directives), and labels."""

import html
import re

from firstwin.shared.errors import InvalidInputError, Problem

MAX_LENGTH = 100_000
MAX_LABEL = 2_000

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[ \t]*mermaid[^\n]*\n(.*?)(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_FRONTMATTER = re.compile(r"\A\s*---[ \t]*\n(.*?)^[ \t]*---[ \t]*$", re.MULTILINE | re.DOTALL)
_TITLE = re.compile(r"^title:([^\n]*)", re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*%%[^\n]*", re.MULTILINE)

_MARKDOWN = re.compile(r'^"?`(.*)`"?$', re.DOTALL)
_EMPHASIS = re.compile(r"(\*\*|__|\*|_)(?=\S)(.+?)(?<=\S)\1", re.DOTALL)
_ICON = re.compile(r"\bfa[bsrlkd]?:fa-[\w-]+")
_BREAK = re.compile(r"<br\s*/?>|\\n", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ENTITY = re.compile(r"#(\w+);")
_SPECIAL = {
    "#": "#35;",
    '"': "#quot;",
    "<": "#lt;",
    ">": "#gt;",
    "&": "#amp;",
    "`": "#96;",
    "\\": "#92;",
    "\xa0": "#160;",
}


class Source:
    """A text that is read from left to right, and knows line and column of each position."""

    def __init__(self, text: str) -> None:
        self.original = text
        self.text = _without_decoration(text)
        self.title = _title_of(text)
        self.position = 0

    def failure(self, message: str, remedy: str, at: int | None = None) -> InvalidInputError:
        """Return the error with line, column and remedy."""
        place = self.place(self.position if at is None else at)
        detail = f"The flowchart cannot be read at {place}: {message}"
        return InvalidInputError(
            detail, remedy=remedy, problems=(Problem(place=place, message=message, remedy=remedy),)
        )

    def place(self, at: int) -> str:
        """Return 'line 3, column 7', both counted from 1."""
        before = self.text[:at]
        line_start = before.rfind("\n") + 1
        return f"line {before.count(chr(10)) + 1}, column {at - line_start + 1}"

    def line(self, at: int) -> int:
        """Return the line of a position, counted from 1."""
        return self.text.count("\n", 0, at) + 1

    def at_end(self) -> bool:
        """Say whether nothing is left."""
        return self.position >= len(self.text)

    def looking_at(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the match of the pattern here, without moving on."""
        return pattern.match(self.text, self.position)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return the match of the pattern here and move behind it."""
        match = pattern.match(self.text, self.position)
        if match is not None:
            self.position = match.end()
        return match

    def starts(self, text: str | tuple[str, ...]) -> bool:
        """Say whether this text, or one of these, stands here."""
        return self.text.startswith(text, self.position)

    def shown(self, at: int | None = None) -> str:
        """Return a short piece of the text for an error message."""
        start = self.position if at is None else at
        rest = self.text[start : start + 40].split("\n")[0].strip()
        return rest or "the end of the line"


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group(0))


def _without_decoration(text: str) -> str:
    """Blank out what is not content, so that every position keeps its line and column."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", " ")
    fence = _FENCE.search(text)
    if fence is not None:
        outside_before = re.sub(r"[^\n]", " ", text[: fence.start(2)])
        text = outside_before + fence.group(2)
    text = _FRONTMATTER.sub(_blank, text, count=1)
    return _COMMENT.sub(_blank, _without_directives(text))


def _without_directives(text: str) -> str:
    """Blank out %%{init: ...}%%, which may run over several lines."""
    start = text.find("%%{")
    while start >= 0 and (end := text.find("}%%", start)) >= 0:
        inside = re.sub(r"[^\n]", " ", text[start : end + 3])
        text = text[:start] + inside + text[end + 3 :]
        start = text.find("%%{", end)
    return text


def _title_of(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\ufeff", " ")
    fence = _FENCE.search(text)
    front = _FRONTMATTER.match(fence.group(2) if fence else text)
    title = _TITLE.search(front.group(1)) if front else None
    if title is None:
        return ""
    raw = title.group(1).strip()
    if len(raw) > 1 and raw[0] == raw[-1] and raw[0] in "\"'":
        raw = raw[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return " ".join(raw.split())


def plain_label(raw: str) -> str:
    """Return what a reader sees of a label: without tags, icons, Markdown marks and entities, in one line."""
    text = raw.strip()
    markdown = _MARKDOWN.match(text)
    if markdown is not None:
        text = _EMPHASIS.sub(r"\2", markdown.group(1))
    text = _TAG.sub("", _BREAK.sub(" ", _ICON.sub(" ", text)))
    text = _ENTITY.sub(_character, text)
    return " ".join(html.unescape(text).split())


def _character(match: re.Match[str]) -> str:
    name = match.group(1)
    return html.unescape(f"&#{name};" if name.isdigit() else f"&{name};")


def quoted_label(text: str) -> str:
    """Return the text as a quoted label that Mermaid shows and `plain_label` reads back exactly, but for line breaks."""
    one_line = " ".join(text.split())
    escaped = "".join(_SPECIAL.get(sign, sign) for sign in one_line)
    return '"' + _ICON.sub(lambda icon: icon.group(0).replace(":", "#58;"), escaped) + '"'
