"""Comments as people write and read them: Markdown in, safe HTML out."""

import re
from typing import Final

import nh3
from markdown_it import MarkdownIt

LONGEST_COMMENT = 20_000
_MARKDOWN: Final = MarkdownIt("js-default", {"html": False, "linkify": False, "breaks": True})
_TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "hr", "i", "li", "ol", "p", "pre", "s",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
_MARKS = re.compile(r"[*_`#>\[\]]+|\(https?://[^)]*\)")


def html_of(markdown: str) -> str:
    """A comment as HTML that is safe to show: no scripts, no styles, no pictures, links that open apart."""
    return nh3.clean(
        _MARKDOWN.render(markdown),
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def excerpt_of(markdown: str, length: int = 160) -> str:
    """The first words of a comment without its marks."""
    text = " ".join(_MARKS.sub("", markdown).split())
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0] + "…"
