"""The project's error pages: handler400, 403, 404, 500 and the answer to a missing CSRF token.

They ask the database and the cache for nothing, because one of them may be what is down.
"""

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from redis import exceptions as valkey

from .middleware import request_language
from .responses import error_body, is_api
from .themes import chosen_theme, theme_name

OUTAGES = (OperationalError, InterfaceError, valkey.ConnectionError, valkey.TimeoutError)
RETRY_SECONDS = 10


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400, "bad_request", _("The server could not understand this request."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, "permission_refused", _("You do not have permission to do this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, "not_found", _("We could not find what you are looking for."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(
        request, 403, "csrf_failed", _("This page was open for too long. Go back, reload it and send the form again.")
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when the database or the cache cannot be reached, 500 for everything else."""
    if is_outage(sys.exc_info()[1]):
        message = _("Oficio is not available right now. Nothing of yours is lost. Try again in a moment.")
        response = _answer(request, 503, "service_unavailable", message)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    return _answer(request, 500, "server_error", _("Something broke on our side. We have been told about it."))


def is_outage(error: BaseException | None) -> bool:
    """Tell whether an error, or what it came from, is a server that does not answer."""
    while error is not None:
        if isinstance(error, OUTAGES):
            return True
        error = error.__cause__
    return False


def _answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    if is_api(request):
        return JsonResponse(error_body(request, code=code, message=message), status=status)
    return HttpResponse(render_to_string(f"errors/{status}.html", _context(request, status, message)), status=status)


def _context(request: HttpRequest, status: int, message: str) -> dict[str, Any]:
    """Return what the layout needs, without context processors: some of them would query."""
    return {
        "status": status,
        "message": message,
        "theme": theme_name(chosen_theme(request)),
        "LANGUAGE_CODE": request_language(request),
        "request_id": getattr(request, "request_id", ""),
    }
