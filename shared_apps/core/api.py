"""The plumbing of the REST API: default-deny, pagination, and the one handler of errors."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import connections
from django.http import Http404
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from rest_framework import exceptions, status
from rest_framework.pagination import PageNumberPagination
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.throttling import BaseThrottle

from .addresses import client_network
from .errors import DomainError, InvalidInput
from .ratelimit import limit
from .responses import error_body, retry_after

if TYPE_CHECKING:
    from rest_framework.views import APIView  # whose class body imports this module by the settings' paths

# Pages say "marked below"; a program has no below.
INVALID_FIELDS = gettext_noop("The request has invalid fields.")
CODES = {
    status.HTTP_400_BAD_REQUEST: "bad_request",
    status.HTTP_401_UNAUTHORIZED: "not_authenticated",
    status.HTTP_403_FORBIDDEN: "permission_refused",
    status.HTTP_404_NOT_FOUND: "not_found",
    status.HTTP_405_METHOD_NOT_ALLOWED: "method_not_allowed",
    status.HTTP_406_NOT_ACCEPTABLE: "not_acceptable",
    status.HTTP_415_UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    status.HTTP_429_TOO_MANY_REQUESTS: "too_many_requests",
}


class DenyAll(BasePermission):
    """The default: a view that names no permission is open to nobody."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return False


class Parser(JSONParser):
    """JSON only; brackets nested too deep for Python to read are a malformed body, not a server error."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except (RecursionError, exceptions.ParseError) as error:
            raise exceptions.ParseError(_("The body is not valid JSON.")) from error


class Throttle(BaseThrottle):
    """The general limit of the API: per person, and per address for those who are not signed in."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if request.user.is_authenticated:
            limit("api", request.user.pk, "600/m")
        else:
            limit("api_anonymous", client_network(request._request), "120/m")
        return True


class Pagination(PageNumberPagination):
    """`?page=2&page_size=20`; at most 200 rows a page."""

    page_size_query_param = "page_size"
    max_page_size = 200


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer in the one error shape, and undo what the request wrote. An unknown error goes on to handler500."""
    request = context["request"]
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, DomainError | exceptions.APIException):
        return None
    roll_back(request)
    if isinstance(error, DomainError):
        message = _(INVALID_FIELDS) if isinstance(error, InvalidInput) else str(error)
        body = error_body(request, code=error.code, message=message, fields=error.fields, data=error.values)
        headers = retry_after(error)
        if error.status == status.HTTP_401_UNAUTHORIZED:
            headers["WWW-Authenticate"] = 'Bearer realm="api"'
        return Response(body, status=error.status, headers=headers)
    return _from_framework(request, error)


def roll_back(request: Request) -> None:
    """Mark every transaction that this request opened and that is still open to be undone."""
    before = getattr(request, "open_transactions", 0)
    for connection in connections.all(initialized_only=True):
        if len(connection.atomic_blocks) > before:
            connection.set_rollback(True)


def _from_framework(request: Request, error: exceptions.APIException) -> Response:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    if isinstance(error, exceptions.ValidationError):
        body = error_body(
            request,
            code="invalid_input",
            message=_(INVALID_FIELDS),
            fields=flatten(error.detail),
        )
        return Response(body, status=status.HTTP_422_UNPROCESSABLE_ENTITY, headers=headers)
    detail = error.detail.get("detail", "") if isinstance(error.detail, dict) else error.detail
    code = CODES.get(error.status_code, "error")
    return Response(
        error_body(request, code=code, message=force_str(detail)), status=error.status_code, headers=headers
    )


def flatten(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Return messages per field, with nested fields written as `blocks.0.starts_at`."""
    if isinstance(detail, dict):
        nested = ((f"{path}.{key}" if path else str(key), value) for key, value in detail.items())
    elif isinstance(detail, list) and any(isinstance(item, dict | list) for item in detail):
        nested = ((f"{path}.{index}" if path else str(index), value) for index, value in enumerate(detail))
    else:
        messages = detail if isinstance(detail, list) else [detail]
        # Messages quote what was sent, and JSON can smuggle in half a surrogate pair, which no answer can encode.
        texts = [force_str(message).encode(errors="replace").decode() for message in messages]
        return {path or api_settings.NON_FIELD_ERRORS_KEY: texts}
    flat: dict[str, list[str]] = {}
    for name, value in nested:
        flat.update(flatten(value, name))
    return flat
