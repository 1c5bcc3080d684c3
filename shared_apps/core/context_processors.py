"""What every layout needs besides its page: theme, workspace, the visitor's time zone. No query."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from .themes import chosen_theme, theme_name
from .zones import visitor_zone


def interface(request: HttpRequest) -> dict[str, Any]:
    """Return theme, workspace and visitor's zone.

    `workspace` is the tenant's snapshot or None at the apex; `theme` is the daisyUI name or "" (follow the system).
    """
    tenant = getattr(request, "tenant", None)
    return {
        "theme_choice": chosen_theme(request),
        "theme": theme_name(chosen_theme(request)),
        "workspace": tenant if getattr(tenant, "slug", None) else None,
        "visitor_timezone": visitor_zone(request),
        "languages": settings.LANGUAGES,
    }
