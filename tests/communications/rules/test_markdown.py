from hypothesis import given
from hypothesis import strategies as st

from firstwin.communications.rules import markdown

SOURCE = """# Welcome

Hello *Ada*, see [your plan](https://x.example/p/) or https://y.example.

- one
- two
  1. deeper
  2. still

> quoted

<script>alert(1)</script>
"""


def test_html_is_safe() -> None:
    html = markdown.to_html(SOURCE + "\n[bad](javascript:alert(1)) ![x](https://evil.example/pixel.png)")
    assert "<script" not in html
    assert "javascript:" not in html.replace("[bad](javascript:alert(1))", "")
    assert "<img" not in html
    assert 'href="https://x.example/p/"' in html
    assert "noopener" in html


def test_text_keeps_lists_and_addresses() -> None:
    text = markdown.to_text(SOURCE)
    assert "your plan (https://x.example/p/)" in text
    assert "- one\n- two\n  1. deeper\n  2. still\n" in text
    assert text.startswith("Welcome\n\nHello Ada")


def test_excerpt_ends_at_a_word() -> None:
    assert markdown.excerpt("one two three", length=9) == "one two…"
    assert markdown.excerpt("short") == "short"


@given(st.text(max_size=200))
def test_any_text_can_be_rendered(source: str) -> None:
    assert "<script" not in markdown.to_html(source)
    assert markdown.to_text(source).endswith("\n")


def test_a_name_under_the_regards_stays_on_its_own_line() -> None:
    html = markdown.to_html("A long line that an editor wrapped somewhere near its\nend.\n\nWarm regards\nMara")
    assert "Warm regards<br>\nMara" in html
    assert "its\nend" in html
