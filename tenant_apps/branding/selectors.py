"""Reads of a workspace's look."""

import hashlib
import logging
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from shared_apps.core.color import ThemeColors, render_theme_css
from tenants.context import current_tenant

from .domain import DEFAULT_COLOR, ONBOARDING_STEPS, Branding
from .models import ONLY_ID, Theme

logger = logging.getLogger(__name__)
CACHE_KEY = "branding:1"  # raise the number when the shape of the cached values changes
CACHE_SECONDS = 600
CORRECTED = ("primary", "primary_content", "primary_dark", "primary_content_dark")
FIELDS = ("tagline", "about", "address", "phone", "color", *CORRECTED, "logo", "onboarding_step")


def get_branding() -> Branding:
    """Return how the current workspace looks.

    No query when the cache has it, one when it has not or is down. A workspace that changed nothing has no row.
    """
    values = _find_cached()
    if values is None:
        values = Theme.objects.filter(pk=ONLY_ID).values(*FIELDS).first() or {}
        # add, not set: a value that a writer stored meanwhile is newer than what was read here.
        _try_cache(lambda: cache.add(CACHE_KEY, values, CACHE_SECONDS))
    return _branding(values)


def remember_branding(theme: Theme) -> None:
    """Put a committed row into the cache; when the cache is down its old entry, if any, lives CACHE_SECONDS at most."""
    values = {field: getattr(theme, field) for field in FIELDS}
    _try_cache(lambda: cache.set(CACHE_KEY, values, CACHE_SECONDS))


def render_css(branding: Branding) -> str:
    """Return the stylesheet of `/theme.css`; empty for a workspace with the product's own color."""
    return render_theme_css(branding.colors) if branding.colors else ""


def _find_cached() -> dict[str, Any] | None:
    found: dict[str, Any] | None = _try_cache(lambda: cache.get(CACHE_KEY))
    return found


def _try_cache(call: Any) -> Any:
    """Run a cache call; a cache that is down costs one log line, never the page."""
    try:
        return call()
    except (RedisError, OSError):
        logger.warning("The cache does not answer; branding comes from the database.")
        return None


def _branding(values: dict[str, Any]) -> Branding:
    colors = None
    if values.get("primary"):
        corrected = {field: values[field] for field in CORRECTED}
        colors = ThemeColors(**corrected, is_corrected=values["primary"] != values["color"])
    css = render_theme_css(colors) if colors else ""
    return Branding(
        name=current_tenant().name,
        tagline=values.get("tagline", ""),
        about=values.get("about", ""),
        address=values.get("address", ""),
        phone=values.get("phone", ""),
        color=values.get("color", DEFAULT_COLOR),
        colors=colors,
        css_version=hashlib.sha256(css.encode()).hexdigest()[:10] if css else "",
        logo=values.get("logo", ""),
        onboarding_step=values.get("onboarding_step", ONBOARDING_STEPS[0]),
    )
