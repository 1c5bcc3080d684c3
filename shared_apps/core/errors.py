"""The base of every error that a person or an API client may meet.

DomainError
├── InvalidInput          422  fields with messages
├── NotFound              404
├── PermissionRefused     403
├── TooManyRequests       429  retry_after
├── ServiceUnavailable    503
└── one class per fact in each app's errors.py (SlotTaken, SlugTaken, …)
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal with a stable code, an HTTP status and a message in the reader's language.

    Subclasses set the class attributes; `data` names the keyword arguments an instance takes. They are
    attributes of the instance, fill the placeholders of `message`, and travel in the API's `data` object.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    message: ClassVar[str | Promise] = _("Something went wrong.")
    data: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **values: Any) -> None:
        unknown = set(values) - set(self.data)
        missing = set(self.data) - set(values)
        if unknown or missing:
            raise TypeError(f"{type(self).__name__} takes {self.data}, not {tuple(sorted(values))}")
        self.values = values
        for name, value in values.items():
            if not hasattr(type(self), name):  # a value called "status" must not become the HTTP status
                setattr(self, name, value)
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message) % self.values if self.values else str(self.message)

    @property
    def fields(self) -> Mapping[str, Sequence[str]]:
        """Messages per form field; empty for errors that are about the whole request."""
        return {}


class InvalidInput(DomainError):
    """Some fields do not hold what they must. `fields` maps a field's name to its messages."""

    code = "invalid_input"
    status = 422
    message = _("Check the fields marked below.")

    def __init__(self, *, fields: Mapping[str, Sequence[str | Promise]]) -> None:
        super().__init__()
        self._fields = {name: [str(text) for text in texts] for name, texts in fields.items()}

    @property
    def fields(self) -> Mapping[str, Sequence[str]]:
        return self._fields


class NotFound(DomainError):
    code = "not_found"
    status = 404
    message = _("We could not find what you are looking for.")


class PermissionRefused(DomainError):
    code = "permission_refused"
    status = 403
    message = _("You do not have permission to do this.")


class TooManyRequests(DomainError):
    """Raised by rate limits. `retry_after` is in seconds."""

    code = "too_many_requests"
    status = 429
    message = _("Too many attempts. Try again in %(retry_after)s seconds.")
    data = ("retry_after",)


class ServiceUnavailable(DomainError):
    code = "service_unavailable"
    status = 503
    message = _("This part of the service is not available right now. Try again in a moment.")
