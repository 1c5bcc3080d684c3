"""Colors of a workspace: OKLCH and sRGB, WCAG contrast, and a brand color corrected until text on it can be read.

Sources: Björn Ottosson, "A perceptual color space for image processing" (2020) for OKLab; W3C CSS Color Module Level 4
§10 (sRGB transfer function) and §13.2 (gamut mapping by reducing chroma); W3C WCAG 2.2 §1.4.3 and its definitions of
relative luminance and contrast ratio. No Django.
"""

import math
import re
from dataclasses import dataclass

Rgb = tuple[float, float, float]

HEX = re.compile(r"#?(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
DEFAULT_COLOR = "#005e66"

# The surfaces of static/src/css/themes.css on which the primary is read as text: the page, the card, and the soft
# primary, which keeps the primary's hue. Held equal to that file by a test.
LIGHT_SURFACES = ("oklch(99.6% 0.002 85)", "oklch(97.6% 0.005 85)", "oklch(94.6% 0.007 85)")
DARK_SURFACES = ("oklch(23% 0.008 75)", "oklch(18.5% 0.007 75)", "oklch(28% 0.009 75)")
SOFT_LIGHT, SOFT_DARK = (0.955, 0.22), (0.29, 0.4)  # lightness, share of the chroma
STEP = 0.005


@dataclass(frozen=True)
class Oklch:
    """Shapes: lightness 0–1, chroma 0 to about 0.37, hue in degrees."""

    lightness: float
    chroma: float
    hue: float


@dataclass(frozen=True)
class ThemeColors:
    """The primary of both themes with the color of text on it, all as "#rrggbb".

    The plain values are the light theme's. is_corrected tells that the light primary is not the color that was given.
    """

    primary: str
    primary_content: str
    primary_dark: str
    primary_content_dark: str
    is_corrected: bool


def parse_hex(value: str) -> Rgb:
    """Return red, green and blue as 0–1. Raises ValueError for anything but #rgb or #rrggbb."""
    if not HEX.fullmatch(value):
        raise ValueError(f"not a color: {value!r}")
    digits = value.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    red, green, blue = (int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4))
    return red, green, blue


def to_hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(min(1.0, max(0.0, part)) * 255):02x}" for part in rgb)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _gamma(part: float) -> float:
    # Mirrored below zero, so that a color outside the gamut is still told from one at its edge.
    size = abs(part)
    return math.copysign(12.92 * size if size <= 0.0031308 else 1.055 * math.pow(size, 1 / 2.4) - 0.055, part)


def luminance(rgb: Rgb) -> float:
    """Relative luminance. Source: WCAG 2.2, "relative luminance"."""
    red, green, blue = (_linear(part) for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two "#rrggbb" colors, 1–21. Source: WCAG 2.2, "contrast ratio"."""
    lighter, darker = sorted((luminance(parse_hex(one)), luminance(parse_hex(other))), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def to_oklch(rgb: Rgb) -> Oklch:
    """Source: Ottosson 2020, linear sRGB to OKLab."""
    red, green, blue = (_linear(part) for part in rgb)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _to_rgb_unclipped(color: Oklch) -> Rgb:
    a = color.chroma * math.cos(math.radians(color.hue))
    b = color.chroma * math.sin(math.radians(color.hue))
    long = (color.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (color.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (color.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = +4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    return _gamma(red), _gamma(green), _gamma(blue)


def to_rgb(color: Oklch) -> Rgb:
    """Return the nearest sRGB color of the same lightness and hue. Source: CSS Color 4 §13.2, chroma reduction."""
    if color.lightness <= 0:
        return 0.0, 0.0, 0.0
    if color.lightness >= 1:
        return 1.0, 1.0, 1.0
    low, high = 0.0, color.chroma
    if not _is_in_gamut(_to_rgb_unclipped(color)):
        for _ in range(24):
            middle = (low + high) / 2
            if _is_in_gamut(_to_rgb_unclipped(Oklch(color.lightness, middle, color.hue))):
                low = middle
            else:
                high = middle
        color = Oklch(color.lightness, low, color.hue)
    red, green, blue = (min(1.0, max(0.0, part)) for part in _to_rgb_unclipped(color))
    return red, green, blue


def _is_in_gamut(rgb: Rgb) -> bool:
    return all(-1e-6 <= part <= 1 + 1e-6 for part in rgb)


def parse_oklch(text: str) -> Oklch:
    """Read "oklch(44% 0.075 205)". Raises ValueError for another form."""
    match = re.fullmatch(r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)", text)
    if match is None:
        raise ValueError(f"not an oklch() color: {text!r}")
    lightness, chroma, hue = (float(part) for part in match.groups())
    return Oklch(lightness / 100, chroma, hue)


def _surfaces(texts: tuple[str, ...]) -> list[str]:
    return [to_hex(to_rgb(parse_oklch(text))) for text in texts]


def _text_on(background: str, hue: float, minimum: float) -> str | None:
    """Return a text color with a breath of the hue that reaches the minimum, or pure white or black, or None."""
    near_white, near_black = (
        to_hex(to_rgb(Oklch(light, chroma, hue))) for light, chroma in ((0.99, 0.004), (0.2, 0.03))
    )
    for candidate in (near_white, near_black, "#ffffff", "#000000"):
        if contrast(candidate, background) >= minimum:
            return candidate
    return None


def _soft(primary: str, lightness: float, share: float) -> str:
    """Return the soft primary, as `oklch(from <primary> <lightness> calc(c * <share>) h)` in CSS."""
    color = to_oklch(parse_hex(primary))
    return to_hex(to_rgb(Oklch(lightness, color.chroma * share, color.hue)))


def _correct(
    color: Oklch, *, surfaces: list[str], soft: tuple[float, float], darker: bool, minimum: float
) -> tuple[str, str]:
    """Move the lightness, step by step, until every pair reaches the minimum; return primary and its text."""
    lightness = min(1 - STEP, max(STEP, color.lightness))
    while 0 < lightness < 1:
        primary = to_hex(to_rgb(Oklch(lightness, color.chroma, color.hue)))
        backgrounds = [*surfaces, _soft(primary, *soft)]
        content = _text_on(primary, color.hue, minimum)
        if content and all(contrast(primary, background) >= minimum for background in backgrounds):
            return primary, content
        lightness += -STEP if darker else STEP
    return ("#000000", "#ffffff") if darker else ("#ffffff", "#000000")


def correct_for_contrast(value: str, minimum: float = 4.5) -> ThemeColors:
    """Return the color for both themes, changed in lightness only as far as needed.

    Reached for each theme: text on the primary, and the primary as text on the page, the card and the soft primary,
    all ≥ minimum. Raises ValueError for anything but #rgb or #rrggbb, and for a minimum no surface allows (above 12).
    """
    if minimum > 12:
        raise ValueError("no color reaches that contrast on every surface")
    given = to_hex(parse_hex(value))
    color = to_oklch(parse_hex(given))
    light, light_content = _correct(
        color, surfaces=_surfaces(LIGHT_SURFACES), soft=SOFT_LIGHT, darker=True, minimum=minimum
    )
    dark, dark_content = _correct(
        color, surfaces=_surfaces(DARK_SURFACES), soft=SOFT_DARK, darker=False, minimum=minimum
    )
    return ThemeColors(light, light_content, dark, dark_content, is_corrected=light != given)


def render_theme_css(colors: ThemeColors) -> str:
    """Return the stylesheet of `/theme.css`: the primary of both themes, nothing else."""
    light = f"--color-primary:{colors.primary};--color-primary-content:{colors.primary_content}"
    dark = f"--color-primary:{colors.primary_dark};--color-primary-content:{colors.primary_content_dark}"
    return (
        f':root,[data-theme="oficio"]{{{light}}}'
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme]){{{dark}}}}}"
        f':root[data-theme="oficio-dark"],[data-theme="oficio-dark"]{{{dark}}}\n'
    )
