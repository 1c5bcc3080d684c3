import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core import colour

MINIMUM = 4.5
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
THEMES_CSS = Path(__file__).parents[3] / "static/src/css/themes.css"


def surfaces(texts: tuple[str, ...]) -> list[str]:
    return [colour.to_hex(colour.to_rgb(colour.parse_oklch(text))) for text in texts]


@given(colours)
def test_correct_for_contrast_any_colour_is_readable_in_both_themes(given_colour):
    theme = colour.correct_for_contrast(given_colour, minimum=MINIMUM)
    assert colour.contrast(theme.primary, theme.primary_content) >= MINIMUM
    assert colour.contrast(theme.primary_dark, theme.primary_content_dark) >= MINIMUM
    for surface in surfaces(colour.LIGHT_SURFACES):
        assert colour.contrast(theme.primary, surface) >= MINIMUM
    for surface in surfaces(colour.DARK_SURFACES):
        assert colour.contrast(theme.primary_dark, surface) >= MINIMUM


@given(colours)
def test_correct_for_contrast_keeps_the_hue(given_colour):
    before = colour.to_oklch(colour.parse_hex(given_colour))
    after = colour.to_oklch(colour.parse_hex(colour.correct_for_contrast(given_colour).primary))
    if before.chroma > 0.05 and after.chroma > 0.05:
        apart = abs(before.hue - after.hue) % 360
        assert min(apart, 360 - apart) < 6


@given(colours)
def test_correct_for_contrast_twice_changes_nothing(given_colour):
    once = colour.correct_for_contrast(given_colour).primary
    again = colour.correct_for_contrast(once)
    assert again.primary == once
    assert not again.is_corrected


@given(colours)
def test_oklch_there_and_back_is_the_same_colour(given_colour):
    assert colour.to_hex(colour.to_rgb(colour.to_oklch(colour.parse_hex(given_colour)))) == given_colour


def test_to_oklch_known_values():
    # Source: CSS Color 4, sample values of oklch() for sRGB red and for white.
    red = colour.to_oklch(colour.parse_hex("#ff0000"))
    assert (round(red.lightness, 3), round(red.chroma, 3), round(red.hue, 1)) == (0.628, 0.258, 29.2)
    assert round(colour.to_oklch(colour.parse_hex("#fff")).lightness, 4) == 1.0


def test_contrast_known_values():
    # Source: WCAG 2.2 (21:1 for black on white); #767676 is the lightest grey that passes on white.
    assert round(colour.contrast("#000000", "#ffffff"), 2) == 21.0
    assert 4.5 <= colour.contrast("#767676", "#ffffff") < 4.6


@pytest.mark.parametrize("given_colour", ["#005e66", "#7c3aed", "#0f766e"])
def test_correct_for_contrast_leaves_a_readable_colour_alone(given_colour):
    theme = colour.correct_for_contrast(given_colour)
    assert theme.primary == given_colour
    assert not theme.is_corrected


@pytest.mark.parametrize("value", ["", "red", "#12", "#12345", "#gggggg", "#1234567", "#fff;}", "#fff\n"])
def test_parse_hex_anything_else_is_refused(value):
    with pytest.raises(ValueError):
        colour.parse_hex(value)


def test_correct_for_contrast_impossible_minimum_is_refused():
    with pytest.raises(ValueError):
        colour.correct_for_contrast("#005e66", minimum=15)


def test_render_theme_css_sets_the_primary_of_both_themes_only():
    css = colour.render_theme_css(colour.correct_for_contrast("#7c3aed"))
    assert set(re.findall(r"--[a-z-]+", css)) == {"--color-primary", "--color-primary-content"}
    assert css.count("--color-primary:") == 3
    assert 'data-theme="oficio-dark"' in css


def test_surfaces_are_those_of_the_stylesheet():
    source = THEMES_CSS.read_text(encoding="utf-8")
    light, dark = source.split('name: "oficio-dark"')
    for number, name in enumerate(("100", "200", "300")):
        assert f"--color-base-{name}: {colour.LIGHT_SURFACES[number]};" in light
        assert f"--color-base-{name}: {colour.DARK_SURFACES[number]};" in dark
    for lightness, share in (colour.SOFT_LIGHT, colour.SOFT_DARK):
        assert f"oklch(from var(--color-primary) {lightness * 100:g}% calc(c * {share:g}) h)" in source
