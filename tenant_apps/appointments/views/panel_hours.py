"""Weekly hours of each person, and time off."""

import hashlib
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from shared_apps.accounts.permissions import OwnerRequired
from shared_apps.core import htmx, toasts
from shared_apps.core.views import DomainErrorMixin, SentFromMixin, ServiceFormMixin
from tenant_apps.appointments import selectors, services
from tenant_apps.appointments.enums import MOVABLE
from tenant_apps.appointments.forms.hours import TimeOffForm, WeekForm, copy_monday, week_initial

from .agenda_feed import describe_time_off, write_period

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Appointment, StaffMember

HITS_SHOWN = 20


class WeekView(OwnerRequired, ServiceFormMixin, FormView):
    """One person's week. It needs no script: blank rows are in the page, "copy Monday" is a button of the form."""

    template_name = "appointments/panel/hours.html"
    form_class = WeekForm

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.staff_id: int | None = kwargs.get("staff_id")
        self.staff: list[StaffMember] = []

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.staff = list(selectors.list_staff())
        if not self.staff:
            return htmx.redirect(request, reverse("panel:add_staff"))
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return week_initial(selectors.list_week(staff_id=self.person().pk))

    def person(self) -> "StaffMember":
        """Return whose week it is: the one in the address, else the first one. Raises Http404."""
        self.staff = self.staff or list(selectors.list_staff())
        wanted = (member for member in self.staff if self.staff_id in (None, member.pk))
        if (member := next(wanted, None)) is None:
            raise Http404
        return member

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "copy" not in request.POST:
            return super().post(request, *args, **kwargs)
        form = WeekForm(initial=copy_monday(request.POST))
        return self.render_to_response(self.get_context_data(form=form, is_copied=True))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        person = self.person()
        return {**super().get_context_data(**kwargs), "staff": self.staff, "person": person, "now": timezone.now()}

    def perform(self, form: WeekForm) -> HttpResponse:
        person = self.person()
        services.replace_week(staff_id=person.pk, blocks=form.blocks())
        toasts.show(self.request, _("Hours saved. What is booked stays as it is."))
        return htmx.redirect(self.request, reverse("panel:week", args=[person.pk]))


class TimeOffView(OwnerRequired, ServiceFormMixin, FormView):
    """Time off that lies ahead, and adding more. Appointments in the period are shown before it is kept."""

    template_name = "appointments/panel/time_off.html"
    form_class = TimeOffForm

    def get_form_kwargs(self) -> dict[str, Any]:
        self.staff = list(selectors.list_staff())
        return {**super().get_form_kwargs(), "staff": self.staff, "zone": selectors.workspace_zone()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        zone, periods = selectors.workspace_zone(), selectors.list_time_off(ends_after=timezone.now())
        return {
            **super().get_context_data(**kwargs),
            "staff": self.staff,
            "periods": [(period, describe_time_off(period), write_period(period, zone)) for period in periods],
        }

    def perform(self, form: TimeOffForm) -> HttpResponse:
        cleaned = form.cleaned_data
        hits = self.hits(form)
        shown_already = fingerprint(hits)
        if hits and cleaned["confirmed"] != shown_already:
            context = self.get_context_data(
                form=form,
                hits=hits[:HITS_SHOWN],
                more_hits=max(0, len(hits) - HITS_SHOWN),
                confirmed=shown_already,
            )
            return self.render_to_response(context, status=409)
        services.add_time_off(
            staff_id=cleaned["staff"],
            starts_at=cleaned["starts_at"],
            ends_at=cleaned["ends_at"],
            reason=cleaned["reason"],
        )
        toasts.show(self.request, _("Time off kept. Nothing new can be booked then."))
        return htmx.redirect(self.request, reverse("panel:time_off"))

    def hits(self, form: TimeOffForm) -> "list[Appointment]":
        """Return the appointments ahead that lie in the period. One query."""
        cleaned = form.cleaned_data
        people = None if cleaned["staff"] is None else {cleaned["staff"]}
        found = selectors.list_agenda(starts_at=cleaned["starts_at"], ends_at=cleaned["ends_at"], staff_ids=people)
        return [appointment for appointment in found if appointment.status in MOVABLE]


def fingerprint(appointments: "list[Appointment]") -> str:
    """Return what stands for having seen these very appointments."""
    return hashlib.sha256(",".join(str(one.pk) for one in appointments).encode()).hexdigest()[:16]


class RemoveTimeOffView(OwnerRequired, SentFromMixin, DomainErrorMixin, View):
    """Opens a period again."""

    form_page = "panel:time_off"

    def post(self, request: HttpRequest, time_off_id: int) -> HttpResponse:
        services.remove_time_off(time_off_id=time_off_id)
        toasts.show(request, _("Removed. That time can be booked again."))
        return htmx.redirect(request, reverse("panel:time_off"))
