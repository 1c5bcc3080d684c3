import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared_apps.core import color

MINIMUM = 4.5
colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
THEMES_CSS = Path(__file__).parents[3] / "static/src/css/themes.css"


def surfaces(texts: tuple[str, ...]) -> list[str]:
    return [color.to_hex(color.to_rgb(color.parse_oklch(text))) for text in texts]


@given(colors)
def test_correct_for_contrast_any_color_is_readable_in_both_themes(given_color):
    theme = color.correct_for_contrast(given_color, minimum=MINIMUM)
    assert color.contrast(theme.primary, theme.primary_content) >= MINIMUM
    assert color.contrast(theme.primary_dark, theme.primary_content_dark) >= MINIMUM
    for surface in surfaces(color.LIGHT_SURFACES):
        assert color.contrast(theme.primary, surface) >= MINIMUM
    for surface in surfaces(color.DARK_SURFACES):
        assert color.contrast(theme.primary_dark, surface) >= MINIMUM


@given(colors)
def test_correct_for_contrast_keeps_the_hue(given_color):
    before = color.to_oklch(color.parse_hex(given_color))
    after = color.to_oklch(color.parse_hex(color.correct_for_contrast(given_color).primary))
    if before.chroma > 0.05 and after.chroma > 0.05:
        apart = abs(before.hue - after.hue) % 360
        assert min(apart, 360 - apart) < 6


@given(colors)
def test_correct_for_contrast_twice_changes_nothing(given_color):
    once = color.correct_for_contrast(given_color).primary
    again = color.correct_for_contrast(once)
    assert again.primary == once
    assert not again.is_corrected


@given(colors)
def test_oklch_there_and_back_is_the_same_color(given_color):
    assert color.to_hex(color.to_rgb(color.to_oklch(color.parse_hex(given_color)))) == given_color


def test_to_oklch_known_values():
    # Source: CSS Color 4, sample values of oklch() for sRGB red and for white.
    red = color.to_oklch(color.parse_hex("#ff0000"))
    assert (round(red.lightness, 3), round(red.chroma, 3), round(red.hue, 1)) == (0.628, 0.258, 29.2)
    assert round(color.to_oklch(color.parse_hex("#fff")).lightness, 4) == 1.0


def test_contrast_known_values():
    # Source: WCAG 2.2 (21:1 for black on white); #767676 is the lightest gray that passes on white.
    assert round(color.contrast("#000000", "#ffffff"), 2) == 21.0
    assert 4.5 <= color.contrast("#767676", "#ffffff") < 4.6


@pytest.mark.parametrize("given_color", ["#005e66", "#7c3aed", "#0f766e"])
def test_correct_for_contrast_leaves_a_readable_color_alone(given_color):
    theme = color.correct_for_contrast(given_color)
    assert theme.primary == given_color
    assert not theme.is_corrected


@pytest.mark.parametrize("value", ["", "red", "#12", "#12345", "#gggggg", "#1234567", "#fff;}", "#fff\n"])
def test_parse_hex_anything_else_is_refused(value):
    with pytest.raises(ValueError):
        color.parse_hex(value)


def test_correct_for_contrast_impossible_minimum_is_refused():
    with pytest.raises(ValueError):
        color.correct_for_contrast("#005e66", minimum=15)


def test_render_theme_css_sets_the_primary_of_both_themes_only():
    css = color.render_theme_css(color.correct_for_contrast("#7c3aed"))
    assert set(re.findall(r"--[a-z-]+", css)) == {"--color-primary", "--color-primary-content"}
    assert css.count("--color-primary:") == 3
    assert 'data-theme="oficio-dark"' in css


def test_surfaces_are_those_of_the_stylesheet():
    source = THEMES_CSS.read_text(encoding="utf-8")
    light, dark = source.split('name: "oficio-dark"')
    for number, name in enumerate(("100", "200", "300")):
        assert f"--color-base-{name}: {color.LIGHT_SURFACES[number]};" in light
        assert f"--color-base-{name}: {color.DARK_SURFACES[number]};" in dark
    for lightness, share in (color.SOFT_LIGHT, color.SOFT_DARK):
        assert f"oklch(from var(--color-primary) {lightness * 100:g}% calc(c * {share:g}) h)" in source
