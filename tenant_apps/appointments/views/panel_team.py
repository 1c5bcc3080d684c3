"""The people with a calendar."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from shared_apps.accounts.permissions import OwnerRequired
from shared_apps.core import htmx, toasts
from shared_apps.core.views import DomainErrorMixin, ServiceFormMixin
from tenant_apps.appointments import selectors, services
from tenant_apps.appointments.forms.team import COLORS, StaffForm, staff_initial


class TeamView(OwnerRequired, DomainErrorMixin, TemplateView):
    """Everybody with a calendar, and what they offer. Two queries."""

    template_name = "appointments/panel/team.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        staff = list(selectors.list_staff(include_inactive=True).prefetch_related("services"))
        return {**super().get_context_data(**kwargs), "staff": staff}


class StaffFormView(OwnerRequired, ServiceFormMixin, FormView):
    """What adding and changing a person share."""

    template_name = "appointments/panel/staff.html"
    form_class = StaffForm

    def get_form_kwargs(self) -> dict[str, Any]:
        offered = list(selectors.list_services())
        return {**super().get_form_kwargs(), "services": offered, "initial": self.initial_of(offered)}

    def initial_of(self, offered: list[Any]) -> dict[str, Any]:
        raise NotImplementedError

    def saved(self, message: str, url: str) -> HttpResponse:
        toasts.show(self.request, message)
        return htmx.redirect(self.request, url)


class AddStaffView(StaffFormView):
    """Adds a person; their hours are the next thing to fill in."""

    def initial_of(self, offered: list[Any]) -> dict[str, Any]:
        number = selectors.list_staff(include_inactive=True).count()
        return {
            "color": COLORS[number % len(COLORS)],
            "is_active": True,
            "service_ids": [service.pk for service in offered],
        }

    def perform(self, form: StaffForm) -> HttpResponse:
        cleaned = form.cleaned_data
        order = selectors.list_staff(include_inactive=True).count()
        member = services.create_staff_member(
            name=cleaned["name"],
            color=cleaned["color"],
            is_active=cleaned["is_active"],
            service_ids=cleaned["service_ids"],
            order=order,
        )
        url = reverse("panel:week", args=[member.pk]) if member.is_active else reverse("panel:team")
        return self.saved(_("Added. Now say when they work."), url)


class EditStaffView(StaffFormView):
    """Changes a person."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.staff_id: int = kwargs["staff_id"]

    def initial_of(self, offered: list[Any]) -> dict[str, Any]:
        self.member = selectors.get_staff_member(staff_id=self.staff_id)
        return staff_initial(self.member)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "member": self.member}

    def perform(self, form: StaffForm) -> HttpResponse:
        cleaned = form.cleaned_data
        kept = {service.pk for service in self.member.services.all() if not service.is_active}
        services.update_staff_member(
            staff_id=self.staff_id,
            name=cleaned["name"],
            color=cleaned["color"],
            is_active=cleaned["is_active"],
            service_ids=sorted({*cleaned["service_ids"], *kept}),
        )
        return self.saved(_("Saved."), reverse("panel:team"))
