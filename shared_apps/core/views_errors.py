"""The project's error pages: handler400, 403, 404, 500 and the answer to a missing CSRF token.

They ask the database and the cache for nothing, because one of them may be what is down.
"""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from redis import exceptions as valkey

from .middleware import request_language
from .responses import error_body, is_api
from .themes import chosen_theme, theme_name

VALKEY_OUTAGES = (valkey.ConnectionError, valkey.TimeoutError)
OUTAGES = (OperationalError, InterfaceError, *VALKEY_OUTAGES)
RETRY_SECONDS = 10


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400, "bad_request", _("The server could not understand this request."))


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, "permission_refused", _("You do not have permission to do this."))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, "not_found", _("We could not find what you are looking for."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    message = _("This page was open for too long. Go back, reload it and send the form again.")
    return _answer(request, 403, "csrf_failed", message, "errors/403_csrf.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 when the database or the cache cannot be reached, 500 for everything else."""
    outage = find_outage(sys.exc_info()[1])
    if outage is not None:
        message = _("Oficio is not available right now. What you had saved is safe. Try again in a moment.")
        template = "errors/503.html" if isinstance(outage, VALKEY_OUTAGES) else "errors/database_down.html"
        response = _answer(request, 503, "service_unavailable", message, template)
        response["Retry-After"] = str(RETRY_SECONDS)
        return response
    return _answer(request, 500, "server_error", _("Something broke on our side. We have been told about it."))


def find_outage(error: BaseException | None) -> BaseException | None:
    """Return the error, or the one it came from, that says a server does not answer; None for any other error."""
    while error is not None and not isinstance(error, OUTAGES):
        error = error.__cause__
    return error


def _answer(request: HttpRequest, status: int, code: str, message: str | Promise, template: str = "") -> HttpResponse:
    """Return JSON below /api/, else a page. Context processors are left out: some of them would query."""
    language = request_language(request)
    with translation.override(language):
        if is_api(request):
            return JsonResponse(error_body(request, code=code, message=str(message)), status=status)
        context = {"theme": theme_name(chosen_theme(request)), "request_id": getattr(request, "request_id", "")}
        return HttpResponse(render_to_string(template or f"errors/{status}.html", context), status=status)
