"""Markdown of messages as safe HTML and as plain text."""

import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li", "h1", "h2", "h3", "h4", "blockquote", "code", "pre", "hr"}
_SCHEMES = {"http", "https", "mailto", "tel"}
_reader = MarkdownIt("commonmark", {"html": False})
_SHORT = 45
_BLOCK = re.compile(r"\s*([-*+>#|`~=]|\d+[.)])")
_BREAKS = re.compile(r"\n{3,}")


def to_html(source: str) -> str:
    """Return HTML with nothing in it but text, lists, headings, quotes and links of ordinary schemes."""
    return nh3.clean(
        _reader.render(keep_short_lines(source)),
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes=_SCHEMES,
        link_rel="noopener noreferrer",
    )


def keep_short_lines(source: str) -> str:
    """A short line was ended on purpose: the name under the greeting stays on a line of its own.

    Long lines are those that an editor wrapped; they flow together as Markdown wants.
    """
    lines = source.split("\n")
    for place, line in enumerate(lines[:-1]):
        is_short = 0 < len(line.strip()) < _SHORT and not _BLOCK.match(line)
        if is_short and lines[place + 1].strip() and not _BLOCK.match(lines[place + 1]):
            lines[place] = line.rstrip() + "  "
    return "\n".join(lines)


def to_text(source: str) -> str:
    """Return the same as plain text: a link keeps its address in brackets, a list its marks."""
    lines: list[str] = []
    marks: list[str | int] = []
    for token in _reader.parse(source):
        _add_token(token, lines, marks)
    return _BREAKS.sub("\n\n", "\n".join(lines)).strip() + "\n"


def excerpt(text: str, *, length: int = 160) -> str:
    """Return the first words of a plain text on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rsplit(" ", 1)[0] + "…"


def _add_token(token: Token, lines: list[str], marks: list[str | int]) -> None:
    match token.type:
        case "bullet_list_open":
            marks.append("-")
        case "ordered_list_open":
            marks.append(int(token.attrGet("start") or 1))
        case "bullet_list_close" | "ordered_list_close":
            marks.pop()
            if not marks:
                lines.append("")
        case "list_item_open":
            lines.append(_mark(marks))
        case "inline":
            _add_inline(_inline_text(token.children or []), lines)
        case "fence" | "code_block":
            lines += [*(f"    {line}" for line in token.content.splitlines()), ""]
        case "hr":
            lines += ["----", ""]
        case "paragraph_close" | "heading_close" if not token.hidden and not marks:
            lines.append("")


def _mark(marks: list[str | int]) -> str:
    mark = marks[-1]
    indent = "  " * (len(marks) - 1)
    if isinstance(mark, int):
        marks[-1] = mark + 1
        return f"{indent}{mark}. "
    return f"{indent}- "


def _add_inline(text: str, lines: list[str]) -> None:
    if lines and re.fullmatch(r"\s*(-|\d+\.) ", lines[-1]):
        lines[-1] += text
    else:
        lines.append(text)


def _inline_text(children: Sequence[Token]) -> str:
    parts: list[str] = []
    links: list[tuple[str, int]] = []
    for child in children:
        match child.type:
            case "text" | "text_special" | "code_inline":
                parts.append(child.content)
            case "softbreak" | "hardbreak":
                parts.append("\n")
            case "link_open":
                links.append((str(child.attrGet("href") or ""), len(parts)))
            case "link_close":
                href, start = links.pop()
                if "".join(parts[start:]) != href.removeprefix("mailto:"):
                    parts.append(f" ({href})")
            case "image":
                parts.append(child.content)
    return "".join(parts)
