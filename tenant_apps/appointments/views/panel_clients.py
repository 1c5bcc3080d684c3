"""Clients with their appointments. They stand here and not in the clients app, which knows no appointments."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from shared_apps.accounts.permissions import StaffRequired
from shared_apps.core import htmx, toasts
from shared_apps.core.views import DomainErrorMixin, ServiceFormMixin
from tenant_apps.appointments import selectors
from tenant_apps.appointments.enums import LIVE
from tenant_apps.appointments.forms.clients import ClientForm, client_initial
from tenant_apps.clients import selectors as client_selectors
from tenant_apps.clients import services as clients
from tenants.context import current_tenant

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Appointment
    from tenant_apps.clients.models import Client

PER_PAGE = 50
PAST_SHOWN = 50


class ClientListView(StaffRequired, DomainErrorMixin, TemplateView):
    """Clients by name, with a search. Two queries."""

    def get_template_names(self) -> list[str]:
        is_part = htmx.is_htmx(self.request)
        return ["appointments/panel/_clients.html" if is_part else "appointments/panel/clients.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.get("q", "").strip()[:100]
        found = client_selectors.list_clients(query=query, country=current_tenant().country)
        page = Paginator(found, PER_PAGE).get_page(self.request.GET.get("page"))
        return {**super().get_context_data(**kwargs), "query": query, "page": page, "clients": list(page)}


class ClientView(StaffRequired, DomainErrorMixin, TemplateView):
    """One client: what is on file, what lies ahead, what was. Two queries."""

    template_name = "appointments/panel/client.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        client = client_selectors.get_client(client_id=kwargs["client_id"])
        latest = selectors.list_appointments(client_id=client.pk).order_by("-starts_at", "-id")[: 2 * PAST_SHOWN]
        appointments = list(latest)
        return {
            **super().get_context_data(**kwargs),
            "client": client,
            "upcoming": [one for one in reversed(appointments) if is_ahead(one, now)],
            "past": [one for one in appointments if not is_ahead(one, now)][:PAST_SHOWN],
        }


def is_ahead(appointment: "Appointment", now: datetime) -> bool:
    return appointment.ends_at > now and appointment.status in LIVE


class ClientFormView(StaffRequired, ServiceFormMixin, FormView):
    """What adding and changing a client share."""

    template_name = "appointments/panel/client_form.html"
    form_class = ClientForm
    client: "Client | None" = None

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "client": self.client}

    def saved(self, client: "Client", message: str) -> HttpResponse:
        toasts.show(self.request, message)
        return htmx.redirect(self.request, reverse("panel:client", args=[client.pk]))


class AddClientView(ClientFormView):
    """Registers a client by hand."""

    def perform(self, form: ClientForm) -> HttpResponse:
        client = clients.create_client(details=form.details(), notes=form.cleaned_data["notes"], now=timezone.now())
        return self.saved(client, _("Client added."))


class EditClientView(ClientFormView):
    """Changes what is on file of a client."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.client_id: int = kwargs["client_id"]
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        self.client = client_selectors.get_client(client_id=self.client_id)
        return client_initial(self.client)

    def perform(self, form: ClientForm) -> HttpResponse:
        assert self.client is not None
        client = clients.update_client(
            client_id=self.client_id,
            details=form.details(),
            notes=form.cleaned_data["notes"],
            language=self.client.language,
        )
        return self.saved(client, _("Saved."))
