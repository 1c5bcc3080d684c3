"""The list of services and the form of one. Owners change them; staff see them."""

from typing import TYPE_CHECKING, Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from shared_apps.accounts.enums import Role
from shared_apps.accounts.permissions import OwnerRequired, StaffRequired
from shared_apps.core import htmx, toasts
from shared_apps.core.views import DomainErrorMixin, SentFromMixin, ServiceFormMixin
from tenant_apps.appointments import selectors, services
from tenant_apps.appointments.domain import BookingRules, ServiceDetails
from tenant_apps.appointments.forms.services import ServiceForm, new_service_initial, service_initial
from tenant_apps.appointments.services import setup
from tenants.context import current_tenant

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Service, StaffMember

RULES = (
    "duration_minutes",
    "slot_interval_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "minimum_notice_minutes",
    "horizon_days",
)
STEPS = {"up": -1, "down": 1}


class ServiceListView(StaffRequired, DomainErrorMixin, TemplateView):
    """Services in order, archived ones below. Two queries."""

    template_name = "appointments/panel/services.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = list(selectors.list_services(include_archived=True).prefetch_related("staff"))
        return {
            **super().get_context_data(**kwargs),
            "services": [service for service in found if service.is_active],
            "archived": [service for service in found if not service.is_active],
            "can_change": self.request.user.role == Role.OWNER,  # type: ignore[union-attr]
        }


class ServiceFormView(OwnerRequired, ServiceFormMixin, FormView):
    """What adding and changing a service share."""

    template_name = "appointments/panel/service.html"
    form_class = ServiceForm
    service: "Service | None" = None

    def get_form_kwargs(self) -> dict[str, Any]:
        people = self.people()
        options = {"currency": current_tenant().currency, "staff": people, "service": self.service}
        return {**super().get_form_kwargs(), "initial": self.initial_of(people), **options}

    def people(self) -> "list[StaffMember]":
        """Return who may offer it: the active ones, and those who do already."""
        staff = list(selectors.list_staff(include_inactive=True))
        offering = {member.pk for member in self.service.staff.all()} if self.service else set()
        return [member for member in staff if member.is_active or member.pk in offering]

    def initial_of(self, people: "list[StaffMember]") -> dict[str, Any]:
        raise NotImplementedError

    def details(self, form: ServiceForm, *, order: int) -> ServiceDetails:
        cleaned = form.cleaned_data
        return ServiceDetails(
            name=cleaned["name"],
            description=cleaned["description"],
            rules=BookingRules(**{name: cleaned[name] for name in RULES}),
            price=cleaned["price"],
            currency=self.service.currency if self.service else "",
            requires_confirmation=cleaned["requires_confirmation"],
            is_public=cleaned["is_public"],
            order=order,
        )

    def saved(self, message: str) -> HttpResponse:
        toasts.show(self.request, message)
        return htmx.redirect(self.request, reverse("panel:services"))


class AddServiceView(ServiceFormView):
    """Adds a service at the end of the list."""

    def initial_of(self, people: "list[StaffMember]") -> dict[str, Any]:
        return new_service_initial(people)

    def perform(self, form: ServiceForm) -> HttpResponse:
        order = selectors.list_services(include_archived=True).count()
        services.create_service(details=self.details(form, order=order), staff_ids=form.cleaned_data["staff_ids"])
        return self.saved(_("Service added."))


class EditServiceView(ServiceFormView):
    """Changes a service; appointments that are booked keep what was agreed."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.service_id: int = kwargs["service_id"]

    def get_form_kwargs(self) -> dict[str, Any]:
        self.service = selectors.get_service(service_id=self.service_id)
        prefetch_related_objects([self.service], "staff")
        return super().get_form_kwargs()

    def initial_of(self, people: "list[StaffMember]") -> dict[str, Any]:
        assert self.service is not None
        return service_initial(self.service)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "service": self.service}

    def perform(self, form: ServiceForm) -> HttpResponse:
        assert self.service is not None
        details = self.details(form, order=self.service.order)
        services.update_service(service_id=self.service_id, details=details, staff_ids=form.cleaned_data["staff_ids"])
        return self.saved(_("Saved."))


class ArchiveServiceView(OwnerRequired, SentFromMixin, DomainErrorMixin, View):
    """Takes a service off the list; the toast's undo puts it back."""

    form_page = "panel:services"

    def post(self, request: HttpRequest, service_id: int) -> HttpResponse:
        service = services.archive_service(service_id=service_id)
        undo_url = reverse("panel:restore_service", args=[service_id])
        toasts.show(request, _("“%(name)s” is off your list.") % {"name": service.name}, undo_url=undo_url)
        return htmx.redirect(request, reverse("panel:services"))


class RestoreServiceView(OwnerRequired, SentFromMixin, DomainErrorMixin, View):
    """Puts a service back on the list."""

    form_page = "panel:services"

    def post(self, request: HttpRequest, service_id: int) -> HttpResponse:
        service = services.restore_service(service_id=service_id)
        toasts.show(request, _("“%(name)s” is on your list again.") % {"name": service.name})
        return htmx.redirect(request, reverse("panel:services"))


class MoveServiceView(OwnerRequired, SentFromMixin, DomainErrorMixin, View):
    """Moves a service one place up or down."""

    form_page = "panel:services"

    def post(self, request: HttpRequest, service_id: int) -> HttpResponse:
        setup.move_service(service_id=service_id, step=STEPS.get(request.POST.get("to", ""), 0))
        return htmx.redirect(request, reverse("panel:services"))
