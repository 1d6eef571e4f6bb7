"""Whatever brand colour a workspace has, text in it can be read."""

from hypothesis import given
from hypothesis import strategies as st

from firstwin.shared import brand

colours = st.integers(min_value=0, max_value=0xFFFFFF).map(lambda number: f"#{number:06x}")


@given(colours)
def test_the_accent_can_be_read_on_light_and_on_dark_ground(colour: str) -> None:
    for ground, darken in ((brand.LIGHT_GROUND, True), (brand.DARK_GROUND, False)):
        accent = brand.accent_on(colour, ground, darken=darken)
        assert brand.contrast(brand.parse(accent.colour), ground) >= 4.5
        assert brand.contrast(brand.parse(accent.text_on_it), brand.parse(accent.colour)) >= 4.5


def test_a_colour_that_reads_well_is_kept() -> None:
    assert brand.accent_on("#2f5bd8", brand.LIGHT_GROUND, darken=True).colour == "#2f5bd8"


def test_anything_but_a_colour_gives_the_products_own_accent() -> None:
    assert brand.stylesheet("red;}body{display:none") == brand.stylesheet(brand.DEFAULT)
