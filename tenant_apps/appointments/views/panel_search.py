"""One search for the panel: clients, appointments and things to do."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from shared_apps.accounts.enums import Role
from shared_apps.accounts.permissions import StaffRequired
from shared_apps.core import htmx
from shared_apps.core.views import DomainErrorMixin
from tenant_apps.appointments import selectors
from tenant_apps.appointments.enums import LIVE
from tenant_apps.clients import selectors as clients
from tenants.context import current_tenant

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Something to do, found by its words."""

    label: str | Promise
    url_name: str
    icon: str
    is_for_owner: bool = False


SHORTCUTS = (
    Shortcut(_("New appointment"), "panel:add_appointment", "calendar-plus"),
    Shortcut(_("New client"), "panel:add_client", "user-plus"),
    Shortcut(_("Print the day"), "panel:print", "printer"),
    Shortcut(_("Add time off"), "panel:time_off", "calendar-off", is_for_owner=True),
    Shortcut(_("New service"), "panel:add_service", "briefcase", is_for_owner=True),
    Shortcut(_("Add a person"), "panel:add_staff", "user-round", is_for_owner=True),
    Shortcut(_("Color and logo"), "branding:look", "palette", is_for_owner=True),
)


class SearchView(StaffRequired, DomainErrorMixin, TemplateView):
    """Without words what can be done; with some, also who and when matches. Two queries."""

    def get_template_names(self) -> list[str]:
        return [
            "appointments/panel/_search_results.html"
            if htmx.is_htmx(self.request)
            else "appointments/panel/search.html"
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET.get("q", "").replace("\x00", "").strip()[:100]
        context = {**super().get_context_data(**kwargs), "query": query, "shortcuts": self.shortcuts(query)}
        if not query:
            return context
        people = clients.list_clients(query=query, country=current_tenant().country)[:SHOWN]
        ahead = selectors.list_appointments(starts_from=timezone.now(), statuses=LIVE, name=query)[:SHOWN]
        return {**context, "clients": list(people), "appointments": list(ahead)}

    def shortcuts(self, query: str) -> list[Shortcut]:
        """Return what this person may do, narrowed to what is named like the query."""
        is_owner = self.request.user.role == Role.OWNER  # type: ignore[union-attr]
        allowed = (shortcut for shortcut in SHORTCUTS if is_owner or not shortcut.is_for_owner)
        return [shortcut for shortcut in allowed if query.casefold() in str(shortcut.label).casefold()]
