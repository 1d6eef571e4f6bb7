import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.communications.rules import layout
from firstwin.communications.rules.layout import Letter

LETTER = Letter(
    subject="Welcome <to> it",
    body="Hello & **welcome**\n\n- a\n- b",
    brand_name="Beacon & Sons",
    brand_color="#ffd400",
    button_text="Open your plan",
    button_url="https://x.example/p/t?a=1&b=2",
    footer="You get this because you are part of the project.",
    footer_link_text="Choose your mail",
    footer_link_url="https://x.example/prefs",
)


def test_html_holds_everything_and_loads_nothing_from_elsewhere() -> None:
    html = layout.to_html(LETTER)
    assert "<strong>welcome</strong>" in html
    assert "Beacon &amp; Sons" in html
    assert "https://x.example/p/t?a=1&amp;b=2" in html
    assert "<img" not in html
    assert "googleapis" not in html
    assert "@import" not in html


def test_text_says_the_same() -> None:
    text = layout.to_text(LETTER)
    assert "Open your plan: https://x.example/p/t?a=1&b=2" in text
    assert "Choose your mail: https://x.example/prefs" in text


def test_a_letter_without_button_and_link_has_none() -> None:
    bare = Letter(subject="s", body="b", brand_name="n", brand_color="#123456")
    assert "href" not in layout.to_html(bare).split("<body")[1]
    assert layout.to_text(bare) == "b\n"


@pytest.mark.parametrize("color", ["", "red", "#12"])
def test_a_colour_that_is_none_becomes_ours(color: str) -> None:
    assert layout.readable_on_white(color) == "#2f5bd8"


@given(st.integers(0, 0xFFFFFF))
def test_every_brand_colour_can_be_read(number: int) -> None:
    color = layout.readable_on_white(f"#{number:06x}")
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 4.5


@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_can_be_laid_out(body: str, name: str) -> None:
    assert "</html>" in layout.to_html(Letter(subject=name, body=body, brand_name=name, brand_color="#2f5bd8"))
