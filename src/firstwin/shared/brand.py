"""The brand colour of a workspace, corrected until text in it can be read (WCAG 2.2 contrast)."""

import colorsys
import re
from dataclasses import dataclass

HEX = re.compile(r"^#?([0-9a-fA-F]{6})$")
DEFAULT = "#2f5bd8"
LIGHT_GROUND = (246, 247, 249)
DARK_GROUND = (32, 37, 45)
ENOUGH = 5.0
"""A little over the 4.5:1 that normal text needs, so that it also holds on tinted grounds."""
STEPS = 50

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Accent:
    """The brand colour on one ground and the colour of text upon it, as #rrggbb."""

    colour: str
    text_on_it: str


def luminance(colour: Colour) -> float:
    """Return the relative luminance (WCAG 2.2)."""
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Colour, other: Colour) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def parse(text: str) -> Colour:
    """Return the colour of #rrggbb; the product's own accent for anything else."""
    match = HEX.match(text)
    digits = match.group(1) if match else DEFAULT[1:]
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def accent_on(brand: str, ground: Colour, *, darken: bool) -> Accent:
    """Return the brand colour, moved in lightness only as far as contrast on the ground demands."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in parse(brand)))
    colour = _of_hls(hue, lightness, saturation)
    for _ in range(STEPS):
        if contrast(colour, ground) >= ENOUGH:
            break
        lightness = max(0.0, lightness - 1 / STEPS) if darken else min(1.0, lightness + 1 / STEPS)
        colour = _of_hls(hue, lightness, saturation)
    white, ink = (255, 255, 255), (15, 21, 32)
    text = white if contrast(white, colour) >= contrast(ink, colour) else ink
    return Accent(_hex(colour), _hex(text))


def stylesheet(brand: str) -> str:
    """Return the stylesheet that puts a brand colour in place of the product's accent, light and dark."""
    light = accent_on(brand, LIGHT_GROUND, darken=True)
    dark = accent_on(brand, DARK_GROUND, darken=False)
    return (
        f":root{{--fw-accent:light-dark({light.colour},{dark.colour});"
        f"--fw-on-accent:light-dark({light.text_on_it},{dark.text_on_it})}}\n"
    )


def _of_hls(hue: float, lightness: float, saturation: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue, lightness, saturation)
    return round(red * 255), round(green * 255), round(blue * 255)


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
