"""Admin classes that show rows and change none, except through a service after a question."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.functional import Promise
from unfold.admin import ModelAdmin

from shared_apps.accounts.permissions import has_role
from shared_apps.core.addresses import client_ip
from shared_apps.core.errors import DomainError
from shared_apps.core.views import add_domain_error

from . import services
from .sites import OPERATORS


def actor_of(request: HttpRequest) -> services.Actor:
    """Return who acts, for the log."""
    user: Any = request.user
    return services.Actor(user_id=user.pk, email=user.email, ip=client_ip(request) or None)


def short_moment(moment: datetime | None) -> str:
    """Return a moment in figures, or a dash."""
    return formats.date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT") if moment else "–"


class ReadOnly:
    """An admin that shows rows and changes none."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request.user, OPERATORS)

    has_module_permission = has_view_permission

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    """A list with a page per row, and actions that ask on a page of their own."""

    actions = None

    def ask(
        self,
        request: HttpRequest,
        obj: Model,
        *,
        title: str | Promise,
        text: str | Promise,
        submit: str | Promise,
        form_class: type[Form],
        perform: Callable[[dict[str, Any]], Any],
        done: str | Promise,
        is_dangerous: bool = True,
    ) -> HttpResponse:
        """Show the question; its POST calls the service once and goes back to the row. A refusal stays on the form."""
        back = reverse(f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_change", args=[obj.pk])
        form = form_class(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                perform(form.cleaned_data)
            except DomainError as error:
                add_domain_error(form, error)
            else:
                messages.success(request, str(done))
                return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "text": text,
            "submit_label": submit,
            "form": form,
            "object": obj,
            "opts": self.opts,
            "back": back,
            "is_dangerous": is_dangerous,
        }
        request.current_app = self.admin_site.name  # type: ignore[attr-defined]
        status = 422 if form.errors else 200
        return TemplateResponse(request, "operators/confirm.html", context, status=status)
