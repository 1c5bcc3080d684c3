"""The workspace's look for every template, read only when a template asks for it."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import selectors


def branding(request: HttpRequest) -> dict[str, Any]:
    """Return `branding`, or None at the apex. At most one query, shared by all templates of the request."""
    if not getattr(getattr(request, "tenant", None), "slug", None):
        return {"branding": None}
    if not hasattr(request, "_branding"):
        request._branding = SimpleLazyObject(selectors.get_branding)  # type: ignore[attr-defined]
    return {"branding": request._branding}  # type: ignore[attr-defined]
