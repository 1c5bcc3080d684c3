"""Mixins that turn domain errors into pages, fragments or form errors."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from .errors import DomainError
from .responses import error_response, retry_after


def add_domain_error(form: BaseForm, error: DomainError) -> None:
    """Put a refusal's messages beside the fields they are about, or above the form."""
    messages: Mapping[str, Sequence[str]] = error.fields
    about_fields = {name: texts for name, texts in messages.items() if name in form.fields}
    for name, texts in about_fields.items():
        for text in texts:
            form.add_error(name, text)
    if len(about_fields) < len(messages) or not messages:
        rest = [text for name, texts in messages.items() if name not in form.fields for text in texts]
        for text in rest or [str(error)]:
            form.add_error(NON_FIELD_ERRORS, text)


class SentFromMixin:
    """A view that takes what a form of another page sends; opened by itself, its address leads to that page."""

    form_page: str  # the route's name
    form_page_arguments: tuple[str, ...] = ()  # which of the address's own arguments that route takes

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        arguments = {name: kwargs[name] for name in self.form_page_arguments}
        return HttpResponseRedirect(reverse(self.form_page, kwargs=arguments))


class DomainErrorMixin:
    """A view whose domain errors become a page or a fragment with the error's status."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        except DomainError as error:
            return error_response(request, error)


class ServiceFormMixin(DomainErrorMixin):
    """A FormView that calls one service in `perform`; what the service refuses is shown on the form, which is kept.

    An invalid form answers 422, a refusal its own status; htmx swaps both in.
    """

    def perform(self, form: Any) -> HttpResponse:
        """Call the service and return the answer to success."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return self.perform(form)
        except DomainError as error:
            add_domain_error(form, error)
            response = self.form_invalid(form)
            response.status_code = error.status
            for name, value in retry_after(error).items():
                response[name] = value
            return response

    def form_invalid(self, form: Any) -> HttpResponse:
        context = self.get_context_data(form=form)  # type: ignore[attr-defined]
        return self.render_to_response(context, status=422)  # type: ignore[attr-defined, no-any-return]
