"""Sets language and time zone of each request, and answers for domain errors that no view caught."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from .errors import DomainError
from .responses import error_response, is_api

GetResponse = Callable[[HttpRequest], HttpResponse]


def request_language(request: HttpRequest) -> str:
    """Return the visitor's choice (a cookie), else the workspace's language, else the browser's, else Spanish.

    A program that names a language is answered in it.
    """
    supported = dict(settings.LANGUAGES)
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    of_workspace = getattr(getattr(request, "tenant", None), "language", "")
    is_program = is_api(request) and "Accept-Language" in request.headers
    for language in (chosen, "" if is_program else of_workspace):
        if language in supported:
            return language
    return translation.get_language_from_request(request)


def request_zone(request: HttpRequest) -> str:
    """Return the workspace's IANA zone; UTC at the apex."""
    return getattr(getattr(request, "tenant", None), "timezone", "") or settings.TIME_ZONE


class WorkspaceLocaleMiddleware:
    """Runs the request in its language and in the workspace's time zone."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = request_language(request)
        with translation.override(language), timezone.override(ZoneInfo(request_zone(request))):
            request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response


class DomainErrorMiddleware:
    """Answers for a DomainError that leaves a view that is not of REST framework (which has its own handler)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # How many transactions were open before the view: none, except in tests. The API's handler rolls back more.
        request.open_transactions = len(connection.atomic_blocks)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return error_response(request, exception) if isinstance(exception, DomainError) else None
