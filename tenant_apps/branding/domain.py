"""What a workspace shows of itself; plain Python."""

import re
from dataclasses import dataclass
from typing import Any, Final

from shared_apps.core.color import DEFAULT_COLOR, ThemeColors, contrast, correct_for_contrast

DEFAULT_COLOR: Final = DEFAULT_COLOR
# Colors that look well with our surfaces, to begin from.
SWATCHES: Final = ("#0b5a66", "#1f4e9c", "#5b3fa8", "#8c2f6b", "#a3352b", "#9a5b13", "#3d6b2f", "#33383d")
LOGO_MAX_BYTES: Final = 2 * 1024 * 1024
LOGO_MAX_PIXELS: Final = 4096
LOGO_KEY: Final = re.compile(r"[0-9a-f]{16}")
# What the onboarding shows next; the last one means that it is over.
ONBOARDING_STEPS: Final = ("services", "hours", "look", "share", "finished")


@dataclass(frozen=True, slots=True)
class Profile:
    """The words of the public page. `name` is the tenant's own, kept in its public row."""

    name: str
    tagline: str = ""
    about: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Branding:
    """All that pages and e-mails show of a workspace.

    Shapes: colors "#rrggbb"; `colors` is `color` corrected for contrast in both themes; logo is the key of the stored
    images or "".
    """

    name: str
    tagline: str
    about: str
    address: str
    phone: str
    color: str
    colors: ThemeColors | None
    css_version: str
    logo: str
    onboarding_step: str

    @property
    def theme_css_url(self) -> str:
        """Return the address of the stylesheet with the workspace's color, or "" when it has the product's."""
        return f"/theme.css?v={self.css_version}" if self.css_version else ""

    @property
    def logo_url(self) -> str:
        """Return the address of the square logo, 128 pixels a side, or ""."""
        return self._image("mark.webp")

    @property
    def large_logo_url(self) -> str:
        """Return the address of the logo in its own proportions, at most 512 pixels a side, or ""."""
        return self._image("logo.webp")

    @property
    def mail_logo_url(self) -> str:
        """Return the address of the PNG for programs that cannot read WebP, or ""."""
        return self._image("logo.png")

    @property
    def is_onboarded(self) -> bool:
        return self.onboarding_step == ONBOARDING_STEPS[-1]

    def _image(self, name: str) -> str:
        return f"/media/branding/{self.logo}/{name}" if self.logo else ""


def look_sample(color: str) -> dict[str, Any]:
    """Return what the color field of a form shows: colors to begin from, and this one before and after the guard.

    The ratios are those of white text on the given color, and of the chosen text on the corrected one.
    Raises ValueError for anything but #rgb or #rrggbb.
    """
    corrected = correct_for_contrast(color)
    sample = {
        "color": color,
        "corrected": corrected,
        "ratio_before": round(contrast(color, "#ffffff"), 1),
        "ratio_after": round(contrast(corrected.primary, corrected.primary_content), 1),
    }
    return {"sample": sample, "swatches": SWATCHES}


def look_sample_typed(typed: str, *, saved: str) -> dict[str, Any]:
    """Return the sample of what somebody chose or, if that is no color, of the saved one."""
    try:
        return look_sample(typed)
    except ValueError:
        return look_sample(saved)
