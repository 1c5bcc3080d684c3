"""Log lines that carry the request, the tenant, the user, the time and the number of queries."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

from .context import find_current


@dataclass
class RequestScope:
    """What is counted while one request or task runs."""

    request_id: str
    queries: int = 0


_scope: ContextVar[RequestScope | None] = ContextVar("request_scope", default=None)
# Addresses that open something by themselves: an appointment's link, a new password, a waiting sign-up.
_SECRET = re.compile(r"(/a/|/signup/wait/|/password/new/[^/\s]+/)[\w\-]{20,}")
_EXTRA = ("user", "ms", "queries", "status", "task", "job")


@contextmanager
def request_scope(request_id: str) -> Iterator[RequestScope]:
    """Count queries and mark log lines with an id inside the block."""
    scope = RequestScope(request_id)
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)


def current_request_id() -> str:
    """Return the id of the request or task being served, or an empty text."""
    scope = _scope.get()
    return scope.request_id if scope else ""


def count_query() -> None:
    """Add one to the queries of the running request, if any."""
    scope = _scope.get()
    if scope is not None:
        scope.queries += 1


def _fields(record: logging.LogRecord) -> dict[str, object]:
    context = find_current()
    tenant = getattr(record, "tenant", None) or (context.schema if context else None)
    fields: dict[str, object] = {"request_id": current_request_id() or None, "tenant": tenant}
    fields.update({name: getattr(record, name, None) for name in _EXTRA})
    return {name: value for name, value in fields.items() if value is not None}


def _message(record: logging.LogRecord) -> str:
    """Return the message without the secrets of links: who reads logs must not be able to follow them."""
    return _SECRET.sub(r"\1…", record.getMessage())


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **_fields(record),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """The same for people: `make run` prints it."""

    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        fields.pop("request_id", None)
        tail = " ".join(f"{name}={value}" for name, value in fields.items())
        text = f"{record.levelname.lower():7} {_message(record)}  {tail}".rstrip()
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text
