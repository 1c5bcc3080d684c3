"""Messages at the foot of the page: one call for full pages and for fragments."""

import json
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

UNDO_PREFIX = "undo:"


def show(request: HttpRequest, message: str, *, level: int = messages.SUCCESS, undo_url: str = "") -> None:
    """Queue a message for the next page or, on an htmx request, for this answer.

    undo_url takes a POST that reverses what was done.
    """
    messages.add_message(request, level, message, extra_tags=UNDO_PREFIX + undo_url if undo_url else "")


def as_toast(message: Any) -> dict[str, Any]:
    """Return a Django message in the shape that static/src/js/toast.js reads."""
    tags = message.extra_tags or ""
    undo_url = tags.removeprefix(UNDO_PREFIX) if tags.startswith(UNDO_PREFIX) else ""
    return {
        "message": str(message.message),
        "level": message.level_tag,
        **({"undo": {"url": undo_url}} if undo_url else {}),
    }


class ToastMiddleware:
    """Send queued messages along with an htmx fragment, in the HX-Trigger header.

    A redirect of any kind (3xx, HX-Redirect, HX-Location, HX-Refresh) leaves them for the page that follows.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        goes_elsewhere = 300 <= response.status_code < 400 or any(
            header in response for header in ("HX-Redirect", "HX-Location", "HX-Refresh")
        )
        if request.headers.get("HX-Request") != "true" or goes_elsewhere:
            return response
        storage = getattr(request, "_messages", None)
        toasts = [as_toast(message) for message in storage] if storage is not None else []
        if toasts:
            triggers = self._triggers(response)
            own = triggers.get("toast", [])
            triggers["toast"] = [*(own if isinstance(own, list) else [own]), *toasts]
            response["HX-Trigger"] = json.dumps(triggers)
        return response

    def _triggers(self, response: HttpResponse) -> dict[str, Any]:
        """Return what the view itself put into HX-Trigger, which may be JSON or names with commas."""
        value = response.get("HX-Trigger", "").strip()
        if not value:
            return {}
        if value.startswith("{"):
            return dict(json.loads(value))
        return {name.strip(): None for name in value.split(",")}
