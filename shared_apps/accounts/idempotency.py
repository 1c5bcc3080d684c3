"""Idempotency-Key: a POST that is sent again has its effect once and the same answer every time.

It is here and not in core because its table belongs to a person's schema and core has no tables.
"""

import functools
import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from shared_apps.core.constraints import constraint_name
from shared_apps.core.errors import InvalidInput

from .errors import IdempotencyKeyReused
from .models import IdempotentRequest

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"
KEEP = timedelta(hours=24)
_KEY = re.compile(r"^[\x21-\x7e]{1,200}$")
PARAMETER = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    description="Any text of up to 200 characters that is new for each intention. Sent again with the same body within "
    "24 hours it returns the first answer; with another body, 422 `idempotency_key_reused`.",
)
Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """Decorate the post method of an API view for people who are signed in; the key counts per person.

    The row with the answer is written in one transaction with the effect, so a crash leaves both or neither. A second
    request with the same key waits for the first, then gets its answer. A refusal (an exception) is not kept: it
    changed nothing, and trying again may succeed. Without the header nothing changes.
    """

    @functools.wraps(handler)
    def wrapper(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER, "")
        if not key:
            return handler(view, request, *args, **kwargs)
        if not _KEY.match(key):
            raise InvalidInput(fields={HEADER: [_("Use up to 200 visible ASCII characters.")]})
        with transaction.atomic():
            row, is_first = _claim(request, key, timezone.now())
            if not is_first:
                return _replay(row, request)
            response = handler(view, request, *args, **kwargs)
            row.status = response.status_code
            row.body = JSONRenderer().render(response.data).decode()
            row.save(update_fields=["status", "body"])
            return response

    return extend_schema(parameters=[PARAMETER])(wrapper)


def _claim(request: Request, key: str, now: datetime) -> tuple[IdempotentRequest, bool]:
    """Insert the key, or wait for whoever is inserting it and return their row."""
    user_id = request.user.pk
    assert user_id is not None, "a key counts for somebody who is signed in"
    rows = IdempotentRequest.objects.filter(user_id=user_id)
    rows.filter(created_at__lt=now - KEEP).delete()
    try:
        with transaction.atomic():
            values = {"key": key, "fingerprint": fingerprint(request), "created_at": now}
            return rows.create(user_id=user_id, **values), True
    except IntegrityError as error:
        if constraint_name(error) != "accounts_idempotentrequest_key_unique":
            raise
        return rows.get(key=key), False


def _replay(row: IdempotentRequest, request: Request) -> Response:
    if row.fingerprint != fingerprint(request):
        raise IdempotencyKeyReused
    return Response(json.loads(row.body or "null"), status=row.status, headers={REPLAYED_HEADER: "true"})


def fingerprint(request: Request) -> str:
    """Return the hash of method, path and body; two spellings of the same JSON are the same body."""
    body = json.dumps(request.data, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(f"{request.method}\n{request.path}\n{body}".encode()).hexdigest()
