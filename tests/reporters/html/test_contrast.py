"""Every pair of colours that carries text meets WCAG 2.1 AA (1.4.3: 4.5:1), in light, dark and print."""

from __future__ import annotations

import re

import pytest

from reporters.html.render import TEMPLATES

STYLE = (TEMPLATES / "style.css").read_text(encoding="utf-8")
ON_PAGE = ("ink", "muted", "accent", "met", "largely-met", "partly-met", "not-met", "not-determined")
ON_CARD = (*ON_PAGE, "high", "medium", "low", "good", "open")
BARS = ("met", "largely-met", "partly-met", "not-met", "not-determined", "not-applicable")
TEXT = [
    *[(colour, "page") for colour in ON_PAGE],
    *[(colour, "surface") for colour in ON_CARD],
    *[(colour, "raised") for colour in ("ink", "muted")],
    *[(colour, "page") for colour in ("high", "medium", "low")],
    *[("on-bar", colour) for colour in BARS],
]
SHAPES = [*[(colour, "page") for colour in BARS], ("focus", "page"), ("focus", "surface")]


def palettes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r":root \{([^}]*)\}", STYLE)
    light, dark, printed = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in blocks)
    return {"light": light, "dark": dark, "print": {**light, **printed}}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1, definition of that name)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio (WCAG 2.1, definition of that name)."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("palette", ["light", "dark", "print"])
def test_text_can_be_read(palette: str) -> None:
    colours = palettes()[palette]
    poor = [
        (a, b, round(contrast(colours[a], colours[b]), 2)) for a, b in TEXT if contrast(colours[a], colours[b]) < 4.5
    ]
    assert poor == []


@pytest.mark.parametrize("palette", ["light", "dark", "print"])
def test_shapes_can_be_told_from_the_page(palette: str) -> None:
    colours = palettes()[palette]
    assert [(a, b) for a, b in SHAPES if contrast(colours[a], colours[b]) < 3] == []


def test_every_colour_is_named_in_the_palettes() -> None:
    rest = re.sub(r":root \{[^}]*\}", "", STYLE)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s,)])", rest) == []
    used = set(re.findall(r"var\(--([a-z-]+)\)", rest)) - {"tone"}
    for palette in palettes().values():
        assert used <= set(palette)
