"""Plain rules about people: how an address is written, what a device is called."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

MAX_PASSWORD_LENGTH = 256  # Argon2 reads them all; a longer one is only work for us


def normalize_email(email: str) -> str:
    """Return the address as it is stored and compared: NFKC, lower case, without spaces around it.

    No provider in use tells upper from lower case, and people do not remember which one they typed.
    """
    return unicodedata.normalize("NFKC", email).strip().lower()


@dataclass(frozen=True)
class Device:
    """What a session runs on, in names that people know; empty when the browser does not say."""

    browser: str
    system: str
    kind: Literal["phone", "tablet", "computer"]


# In this order: Chromium's children carry Chrome's name, and Chrome carries Safari's.
_BROWSERS = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\b(OPR|OPiOS|Opera)/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bVersion/.*\bSafari/"),
)
_SYSTEMS = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("Windows", r"\bWindows\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("macOS", r"\bMacintosh\b"),
    ("Linux", r"\bLinux\b"),
)


def describe_device(user_agent: str) -> Device:
    """Return the browser and system of a User-Agent header.

    Source: MDN, "Browser detection using the user agent", table of browser name substrings.
    """
    system = _first_match(_SYSTEMS, user_agent)
    is_tablet = system == "iPad" or (system == "Android" and "Mobile" not in user_agent)
    is_phone = system in {"iPhone", "Android"} and not is_tablet
    kind: Literal["phone", "tablet", "computer"] = "tablet" if is_tablet else "phone" if is_phone else "computer"
    return Device(browser=_first_match(_BROWSERS, user_agent), system=system, kind=kind)


def _first_match(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for name, pattern in names if re.search(pattern, text)), "")
