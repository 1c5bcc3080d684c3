"""An appointment made by hand, and what helps while it is being written: free times, clients on file."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from shared_apps.accounts.permissions import StaffRequired
from shared_apps.core import htmx, toasts
from shared_apps.core.errors import DomainError
from shared_apps.core.views import DomainErrorMixin, add_domain_error
from tenant_apps.appointments import selectors, services
from tenant_apps.appointments.enums import AppointmentSource
from tenant_apps.appointments.forms.appointments import ANYONE, AppointmentForm
from tenant_apps.clients import selectors as clients
from tenants.context import current_tenant

from .panel_appointments import AppointmentPart, refusal_context, slot_choices
from .panel_input import read_day, read_id, read_wall

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Service

SUGGESTED_CLIENTS = 6
DAYS_SEARCHED = 13  # for a first free time
OPENING = time(9)  # what the form shows when nothing is free


class AddAppointmentView(AppointmentPart):
    """Books by hand, for a client on file or a new one."""

    part = "appointments/panel/_add_appointment.html"
    suggests_time = False  # True until the professional chooses one, the form follows what is free

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._show(self._form(initial=self._initial()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self._form(data=request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        cleaned = form.cleaned_data
        try:
            booking = services.book_appointment(
                service_id=cleaned["service_id"],
                staff_id=cleaned["staff_id"],
                starts_at=cleaned["starts_at"],
                client=cleaned["client_id"] or form.details(),
                source=AppointmentSource.PANEL,
                notes=cleaned["notes"],
                outside_hours=cleaned["ignore_hours"],
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
            return self._show(form, status=error.status, error=error)
        if self.request.headers.get("X-Sheet") == "true":
            return self.changed(booking.appointment.pk, _("Booked."))
        toasts.show(request, _("Booked."))
        return htmx.redirect(request, reverse("panel:appointment", args=[booking.appointment.pk]))

    @cached_property
    def services(self) -> "list[Service]":
        return list(selectors.list_services())

    def _form(self, **options: Any) -> AppointmentForm:
        return AppointmentForm(
            services=self.services,
            staff=list(selectors.list_staff()),
            zone=selectors.workspace_zone(),
            **options,
        )

    def _initial(self) -> dict[str, Any]:
        """Read the moment, person and client that the address names; without a moment, the first free one."""
        query, zone, now = self.request.GET, selectors.workspace_zone(), timezone.now()
        wall = read_wall(query.get("starts", ""))
        self.suggests_time = wall is None
        if wall is None:
            on = max(read_day(query.get("on", "")) or date.min, now.astimezone(zone).date())
            wall = self._first_free(on, read_id(query.get("staff", ""))) or datetime.combine(on, OPENING)
        return {
            "on": wall.date(),
            "at": wall.time(),
            "staff_id": query.get("staff", ANYONE),
            "client_id": read_id(query.get("client", "")),
        }

    def _first_free(self, on: date, staff_id: int | None) -> datetime | None:
        """Return when the service that the form shows first is free, on a day or soon after, by the wall clock."""
        if not self.services:
            return None
        slots = selectors.list_free_slots(
            service_id=self.services[0].pk,
            staff_id=staff_id,
            from_on=on,
            to_on=on + timedelta(days=DAYS_SEARCHED),
            now=timezone.now(),
        )
        zone = selectors.workspace_zone()
        return next((slot.starts_at.astimezone(zone).replace(tzinfo=None) for slot in slots), None)

    def _show(self, form: AppointmentForm, *, status: int = 200, error: DomainError | None = None) -> HttpResponse:
        client_id = read_id(str(form["client_id"].value() or ""))
        context = {
            "form": form,
            "suggests_time": self.suggests_time,
            "client": clients.get_client(client_id=client_id) if client_id else None,
            **refusal_context(error),
        }
        return self.answer(self.part, context, title=_("New appointment"), status=status)


class FreeTimesView(StaffRequired, DomainErrorMixin, TemplateView):
    """Suggests free times while an appointment is being written. Five queries."""

    template_name = "appointments/panel/_free_times.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        service_id, on = read_id(self.request.GET.get("service_id", "")), read_day(self.request.GET.get("on", ""))
        context = {**super().get_context_data(**kwargs), "slots": [], "asked": False}
        if service_id is None or on is None:
            return context
        slots = selectors.list_free_slots(
            service_id=service_id,
            staff_id=read_id(self.request.GET.get("staff_id", "")),
            from_on=on,
            to_on=on,
            now=timezone.now(),
        )
        chosen = self.request.GET.get("at", "")[:5]
        return {**context, "slots": slot_choices(slots, selectors.workspace_zone(), chosen), "asked": True}


class PickClientView(StaffRequired, DomainErrorMixin, TemplateView):
    """Suggests clients on file while an appointment is being written. One query."""

    template_name = "appointments/panel/_pick_client.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.get("client_query", "").strip()[:100]
        found = clients.list_clients(query=query, country=current_tenant().country)[:SUGGESTED_CLIENTS] if query else []
        return {**super().get_context_data(**kwargs), "query": query, "clients": list(found)}
