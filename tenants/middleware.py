"""Enters the tenant of each request, and writes one log line about it."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import translation

from . import logs
from .context import PUBLIC, TenantSnapshot, public_context, tenant_context
from .enums import TenantStatus
from .errors import WorkspaceNotFound, WorkspaceSuspended
from .hosts import find_context
from .services import note_activity

logger = logging.getLogger("oficio.request")
_REQUEST_ID = re.compile(r"^[A-Za-z0-9._\-]{8,64}$")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware:
    """Gives the request an id and logs method, path, status, tenant, user, milliseconds and queries."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _REQUEST_ID.match(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        started = time.perf_counter()
        with logs.request_scope(request_id) as scope:
            response = self.get_response(request)
            user = getattr(request, "_cached_user", None)  # set only if the view asked: no query for the log
            tenant = getattr(request, "tenant", None)
            logger.info(
                "%s %s %s",
                request.method,
                request.path,
                response.status_code,
                extra={
                    "tenant": getattr(tenant, "schema", None),
                    "user": user.pk if user is not None and user.is_authenticated else None,
                    "ms": round((time.perf_counter() - started) * 1000, 1),
                    "queries": scope.queries,
                    "status": response.status_code,
                },
            )
        response["X-Request-ID"] = request_id
        return response


class TenantMiddleware:
    """Serves the apex in the public context, a workspace in its tenant's, and no other host at all.

    Sets `request.tenant` (a snapshot, or PUBLIC) and the urlconf.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        context = find_context(request.get_host())
        if context is PUBLIC:
            request.tenant = PUBLIC  # type: ignore[attr-defined]
            request.urlconf = settings.PUBLIC_SCHEMA_URLCONF  # type: ignore[attr-defined]
            with public_context():
                return self.get_response(request)
        if not isinstance(context, TenantSnapshot):
            return _refuse(request, WorkspaceNotFound(), "errors/unknown_workspace.html")
        if context.status == TenantStatus.SUSPENDED:
            response = _refuse(request, WorkspaceSuspended(), "errors/suspended.html", workspace=context)
            response["Retry-After"] = "3600"
            # It is no error of ours, and RequestLogMiddleware notes it: no ERROR of django.request for each visit.
            response._has_been_logged = True  # type: ignore[attr-defined]
            return response
        request.tenant = context  # type: ignore[attr-defined]
        with tenant_context(context):
            response = self.get_response(request)
            if request.method not in {"GET", "HEAD", "OPTIONS"} and response.status_code < 400:
                note_activity(tenant_id=context.id)
        return response


def _refuse(
    request: HttpRequest,
    error: WorkspaceNotFound | WorkspaceSuspended,
    template: str,
    workspace: TenantSnapshot | None = None,
) -> HttpResponse:
    """Answer for a host that serves nothing now; as JSON for the API, else as a page."""
    language = translation.get_language_from_request(request)
    if workspace is not None and not request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME):
        language = workspace.language
    with public_context(), translation.override(language):
        if request.path.startswith("/api/"):
            return JsonResponse(
                {
                    "error": {
                        "code": error.code,
                        "message": str(error),
                        "fields": {},
                        "data": {},
                        "request_id": getattr(request, "request_id", ""),
                    }
                },
                status=error.status,
            )
        return render(request, template, {"workspace": workspace, "base_host": settings.BASE_HOST}, status=error.status)
