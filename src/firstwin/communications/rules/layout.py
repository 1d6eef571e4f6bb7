"""The look of every mail: the workspace's name and colour, the text, one button, and why it came."""

import re
from dataclasses import dataclass
from html import escape as escape_html

import mrml

from firstwin.communications.rules import markdown

_FONT = "Inter, -apple-system, Segoe UI, Roboto, Helvetica, Arial, sans-serif"
_OPTIONS = mrml.RenderOptions(fonts={})
_BUTTON_CONTRAST = 4.5
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail before it has a form: `body` is filled-in Markdown, `footer` says why it came."""

    subject: str
    body: str
    brand_name: str
    brand_color: str
    button_text: str = ""
    button_url: str = ""
    footer: str = ""
    footer_link_text: str = ""
    footer_link_url: str = ""


def to_html(letter: Letter) -> str:
    """Return the HTML part: MJML laid out for mail programs, no picture, no tracking, nothing from elsewhere."""
    accent = readable_on_white(letter.brand_color)
    button = (
        f'<mj-button href="{_escape(letter.button_url)}" background-color="{accent}" color="#ffffff" border-radius="8px"'
        ' font-size="15px" font-weight="600" align="left" inner-padding="12px 20px">'
        f"{_escape(letter.button_text)}</mj-button>"
        if letter.button_url
        else ""
    )
    link = (
        f' <a href="{_escape(letter.footer_link_url)}" style="color:#5b6472">{_escape(letter.footer_link_text)}</a>'
        if letter.footer_link_url
        else ""
    )
    words = markdown.excerpt(markdown.to_text(letter.body), length=110)
    source = f"""<mjml lang="en"><mj-head><mj-title>{_escape(letter.subject)}</mj-title>
<mj-preview>{_escape(words)}</mj-preview>
<mj-attributes><mj-all font-family="{_FONT}"/><mj-text font-size="15px" line-height="1.55" color="#1d2330"/>
</mj-attributes><mj-style>a {{ color: {accent}; }}</mj-style></mj-head>
<mj-body background-color="#f4f5f7" width="600px">
<mj-section background-color="#ffffff" border-top="4px solid {accent}" padding="20px 8px 4px">
<mj-column><mj-text font-size="14px" font-weight="600" color="#5b6472">{_escape(letter.brand_name)}</mj-text></mj-column>
</mj-section>
<mj-section background-color="#ffffff" padding="0 8px 24px"><mj-column>
<mj-text>{markdown.to_html(_CONTROL.sub("", letter.body))}</mj-text>{button}</mj-column></mj-section>
<mj-section padding="8px"><mj-column>
<mj-text font-size="12px" color="#5b6472">{_escape(letter.footer)}{link}</mj-text></mj-column></mj-section>
</mj-body></mjml>"""
    return str(mrml.to_html(source, None, _OPTIONS).content)


def to_text(letter: Letter) -> str:
    """Return the plain text part; it says everything that the HTML says."""
    parts = [markdown.to_text(letter.body)]
    if letter.button_url:
        parts.append(f"{letter.button_text}: {letter.button_url}\n")
    if letter.footer or letter.footer_link_url:
        link = f"{letter.footer_link_text}: {letter.footer_link_url}" if letter.footer_link_url else ""
        parts.append("-- \n" + "\n".join(line for line in (letter.brand_name, letter.footer, link) if line) + "\n")
    return "\n".join(parts)


def readable_on_white(color: str) -> str:
    """The brand colour is darkened until white letters on it can be read (4.5 to 1, WCAG AA)."""
    try:
        channels = [int(color.lstrip("#")[place : place + 2], 16) for place in (0, 2, 4)]
    except ValueError:
        return "#2f5bd8"
    while 1.05 / (_luminance(channels) + 0.05) < _BUTTON_CONTRAST:
        channels = [int(channel * 0.94) for channel in channels]
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def _escape(text: str) -> str:
    return escape_html(_CONTROL.sub("", text))


def _luminance(channels: list[int]) -> float:
    linear = []
    for channel in channels:
        part = channel / 255
        linear.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
