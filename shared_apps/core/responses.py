"""Turns a refusal into an answer: the one JSON shape, a page, or a fragment for htmx."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone

from .errors import DomainError, TooManyRequests
from .htmx import is_htmx

API_PREFIX = "/api/"


def error_body(
    request: Any,
    *,
    code: str,
    message: str,
    fields: Mapping[str, Sequence[str]] | None = None,
    data: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the error shape that every API answer has; times are the workspace's, with its offset."""
    return {
        "error": {
            "code": code,
            "message": message,
            "fields": fields or {},
            "data": {name: _local(value) for name, value in (data or {}).items()},
            "request_id": getattr(request, "request_id", ""),
        }
    }


def _local(value: Any) -> Any:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat()
    if isinstance(value, Mapping):
        return {name: _local(item) for name, item in value.items()}
    return [_local(item) for item in value] if isinstance(value, list | tuple) else value


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith(API_PREFIX)


def retry_after(error: DomainError) -> dict[str, str]:
    """Return the Retry-After header of errors that know when to come back."""
    seconds = getattr(error, "retry_after", 5 if error.status == 503 else None)
    return {} if seconds is None else {"Retry-After": str(seconds)}


def error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Return JSON below /api/, a toast for an htmx request (which keeps the form), a page for everyone else."""
    headers = retry_after(error)
    if is_api(request):
        body = error_body(request, code=error.code, message=str(error), fields=error.fields, data=error.values)
        return JsonResponse(body, status=error.status, headers=headers)
    page = "errors/429.html" if isinstance(error, TooManyRequests) else "errors/refused.html"
    if is_htmx(request):
        toast = {"toast": {"message": str(error), "level": "error"}}
        response = HttpResponse(status=error.status, headers={"HX-Reswap": "none", "HX-Trigger": json.dumps(toast)})
    else:
        response = render(request, page, {"error": error, **error.values}, status=error.status)
    for name, value in headers.items():
        response[name] = value
    return response
