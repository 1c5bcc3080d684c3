"""One appointment in the panel: seen, moved, cancelled, brought to its next state.

On wide screens a page opens as a side sheet over the agenda: htmx asks for the same address and gets a fragment.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from shared_apps.accounts.permissions import StaffRequired
from shared_apps.core import htmx, toasts
from shared_apps.core.errors import DomainError
from shared_apps.core.moments import write_moment
from shared_apps.core.responses import error_body
from shared_apps.core.views import DomainErrorMixin, SentFromMixin, add_domain_error
from tenant_apps.appointments import errors, selectors, services
from tenant_apps.appointments.domain import Slot, day_has_come
from tenant_apps.appointments.enums import MOVABLE, TRANSITIONS, AppointmentStatus, CancelledBy
from tenant_apps.appointments.forms.appointments import (
    CancelForm,
    NotesForm,
    RescheduleForm,
    reschedule_initial,
)
from tenants.context import current_tenant

from .agenda_feed import wall_text
from .panel_input import move_back_url, read_id, read_move

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Appointment

# Refusals that "even outside the usual hours" overrides.
OVERRIDABLE = (errors.OutsideAvailability, errors.TooSoon, errors.BeyondHorizon, errors.InThePast)
AGENDA_CHANGED = "agenda:changed"  # static/js/panel/agenda.js loads its events anew


@dataclass(frozen=True, slots=True)
class Action:
    """A button that brings an appointment to another state."""

    status: str
    label: str | Promise
    icon: str
    tone: str


ACTIONS = (
    Action(AppointmentStatus.CONFIRMED, gettext_lazy("Confirm"), "calendar-check", "primary"),
    Action(AppointmentStatus.ARRIVED, gettext_lazy("Has arrived"), "map-pin", "default"),
    Action(AppointmentStatus.COMPLETED, gettext_lazy("Done"), "check-check", "default"),
    Action(AppointmentStatus.NO_SHOW, gettext_lazy("Did not come"), "user-x", "default"),
)
SERVICES_BY_STATUS = {
    AppointmentStatus.CONFIRMED: services.confirm_appointment,
    AppointmentStatus.ARRIVED: services.mark_arrived,
    AppointmentStatus.COMPLETED: services.complete_appointment,
    AppointmentStatus.NO_SHOW: services.mark_no_show,
}


@dataclass(frozen=True, slots=True)
class SlotChoice:
    """A free time as a button: what it puts into the fields of day and time."""

    starts_at: datetime
    on: str
    at: str
    is_chosen: bool = False


def slot_choices(slots: list[Slot], zone: ZoneInfo, chosen: str = "") -> list[SlotChoice]:
    choices = []
    for slot in slots:
        on, _separator, at = wall_text(slot.starts_at, zone).partition("T")
        choices.append(SlotChoice(slot.starts_at, on, at[:5], at[:5] == chosen))
    return choices


def write_time(moment: datetime) -> str:
    return write_moment(moment, zone=selectors.workspace_zone(), form="datetime", country=current_tenant().country)


def refusal_context(error: DomainError | None) -> dict[str, Any]:
    """Return the free times that a refusal suggests, and whether the professional may insist."""
    alternatives = slot_choices(list(getattr(error, "alternatives", ())), selectors.workspace_zone())
    return {"alternatives": alternatives, "may_insist": isinstance(error, OVERRIDABLE)}


def too_early(appointment: "Appointment", now: datetime) -> set[AppointmentStatus]:
    """Return the states that an appointment cannot have yet."""
    steps = {AppointmentStatus.ARRIVED, AppointmentStatus.COMPLETED, AppointmentStatus.NO_SHOW}
    if not day_has_come(appointment.starts_at, zone=selectors.workspace_zone(), now=now):
        return steps
    if appointment.status == AppointmentStatus.ARRIVED or now >= appointment.starts_at:
        return set()
    return steps - {AppointmentStatus.ARRIVED}


class AppointmentPart(StaffRequired, DomainErrorMixin, View):
    """What the pages of one appointment share: a part inside a page, a sheet, or by itself for htmx."""

    def answer(self, part: str, context: dict[str, Any], *, title: str, status: int = 200) -> HttpResponse:
        common = {"part": part, "sheet_title": title, "back_url": reverse("panel:agenda"), "now": timezone.now()}
        if not htmx.is_htmx(self.request):
            template = "appointments/panel/appointment.html"
        elif self.request.headers.get("HX-Target") == "sheets":
            template = "appointments/panel/_sheet.html"
        else:
            template = part
        response = render(self.request, template, {**common, **context}, status=status)
        # The address is that of a page, too: the browser's cache must not show a fragment for it.
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        return response

    def show(self, appointment: "Appointment", *, error: str = "", status: int = 200, **extra: Any) -> HttpResponse:
        """Render one appointment with what can be done to it now."""
        allowed = TRANSITIONS[appointment.status] - too_early(appointment, timezone.now())
        context = {
            "appointment": appointment,
            "actions": [action for action in ACTIONS if action.status in allowed],
            "can_move": appointment.status in MOVABLE,
            "can_cancel": AppointmentStatus.CANCELLED in allowed,
            "source": appointment.get_source_display(),
            "notes_form": NotesForm(initial={"notes": appointment.notes}),
            "error": error,
            **extra,
        }
        part = "appointments/panel/_appointment.html"
        return self.answer(part, context, title=_("Appointment"), status=status)

    def changed(self, appointment_id: int, message: str, *, undo_url: str = "") -> HttpResponse:
        """Answer success: the appointment anew for htmx (the agenda hears of it), else its page."""
        toasts.show(self.request, message, undo_url=undo_url)
        if not htmx.is_htmx(self.request):
            return htmx.redirect(self.request, reverse("panel:appointment", args=[appointment_id]))
        response = self.show(selectors.get_appointment(appointment_id=appointment_id))
        response["HX-Trigger"] = AGENDA_CHANGED
        return response


class AppointmentView(AppointmentPart):
    """One appointment. One query."""

    def get(self, request: HttpRequest, appointment_id: int) -> HttpResponse:
        return self.show(selectors.get_appointment(appointment_id=appointment_id))


class RescheduleView(AppointmentPart):
    """Moves an appointment by typing its new time: the way without a mouse."""

    part = "appointments/panel/_reschedule.html"

    def get(self, request: HttpRequest, appointment_id: int) -> HttpResponse:
        appointment = selectors.get_appointment(appointment_id=appointment_id)
        return self._show(appointment, self._form(initial=reschedule_initial(appointment, selectors.workspace_zone())))

    def post(self, request: HttpRequest, appointment_id: int) -> HttpResponse:
        appointment = selectors.get_appointment(appointment_id=appointment_id)
        form = self._form(data=request.POST)
        if not form.is_valid():
            return self._show(appointment, form, status=422)
        try:
            services.reschedule_appointment(
                appointment_id=appointment_id,
                starts_at=form.cleaned_data["starts_at"],
                staff_id=form.cleaned_data["staff_id"],
                outside_hours=form.cleaned_data["ignore_hours"],
                now=timezone.now(),
            )
        except DomainError as error:
            add_domain_error(form, error)
            return self._show(appointment, form, status=error.status, error=error)
        return self.changed(appointment_id, _("Moved."), undo_url=move_back_url(appointment))

    def _form(self, **options: Any) -> RescheduleForm:
        return RescheduleForm(staff=list(selectors.list_staff()), zone=selectors.workspace_zone(), **options)

    def _show(
        self, appointment: "Appointment", form: RescheduleForm, *, status: int = 200, error: DomainError | None = None
    ) -> HttpResponse:
        context = {"appointment": appointment, "form": form, **refusal_context(error)}
        return self.answer(self.part, context, title=_("Reschedule"), status=status)


class CancelView(AppointmentPart):
    """Cancels with a reason that the client reads."""

    part = "appointments/panel/_cancel.html"

    def get(self, request: HttpRequest, appointment_id: int) -> HttpResponse:
        appointment = selectors.get_appointment(appointment_id=appointment_id)
        return self._show(appointment, CancelForm())

    def post(self, request: HttpRequest, appointment_id: int) -> HttpResponse:
        form = CancelForm(request.POST)
        if not form.is_valid():
            return self._show(selectors.get_appointment(appointment_id=appointment_id), form, status=422)
        try:
            services.cancel_appointment(
                appointment_id=appointment_id,
                reason=form.cleaned_data["reason"],
                by=CancelledBy.STAFF,
                now=timezone.now(),
            )
        except DomainError as error:
            appointment = selectors.get_appointment(appointment_id=appointment_id)
            return self.show(appointment, error=str(error), status=error.status)
        return self.changed(appointment_id, _("Cancelled. Your client gets an e-mail."))

    def _show(self, appointment: "Appointment", form: CancelForm, *, status: int = 200) -> HttpResponse:
        context = {"appointment": appointment, "form": form}
        return self.answer(self.part, context, title=_("Cancel appointment"), status=status)


class StatusView(SentFromMixin, AppointmentPart):
    """Confirms, receives, completes, or notes that nobody came."""

    form_page = "panel:appointment"
    form_page_arguments = ("appointment_id",)

    def post(self, request: HttpRequest, appointment_id: int) -> HttpResponse:
        service = SERVICES_BY_STATUS.get(request.POST.get("to", ""))  # type: ignore[call-overload]
        if service is None:
            appointment = selectors.get_appointment(appointment_id=appointment_id)
            return self.show(appointment, error=_("Choose what should happen."), status=422)
        try:
            appointment = service(appointment_id=appointment_id, now=timezone.now())
        except DomainError as error:
            appointment = selectors.get_appointment(appointment_id=appointment_id)
            return self.show(appointment, error=str(error), status=error.status)
        return self.changed(appointment_id, appointment.get_status_display())


class NotesView(SentFromMixin, AppointmentPart):
    """Keeps notes about one appointment."""

    form_page = "panel:appointment"
    form_page_arguments = ("appointment_id",)

    def post(self, request: HttpRequest, appointment_id: int) -> HttpResponse:
        form = NotesForm(request.POST)
        if form.is_valid():
            try:
                services.write_notes(appointment_id=appointment_id, notes=form.cleaned_data["notes"])
            except DomainError as error:
                add_domain_error(form, error)
            else:
                return self.changed(appointment_id, _("Notes saved."))
        return self.show(selectors.get_appointment(appointment_id=appointment_id), notes_form=form, status=422)


class MoveView(StaffRequired, SentFromMixin, DomainErrorMixin, View):
    """Takes what was dragged or stretched in the calendar, and the undo of it.

    `starts` and `ends` are wall times (drag), `starts_at` and `ends_at` instants (undo). Answers JSON to the calendar,
    204 to htmx. Somebody who drags sees the hours, so only an overlap is refused; leaving the hours is said.
    """

    form_page = "panel:appointment"
    form_page_arguments = ("appointment_id",)

    def post(self, request: HttpRequest, appointment_id: int) -> HttpResponse:
        fields = {**request.GET.dict(), **request.POST.dict()}
        before = selectors.get_appointment(appointment_id=appointment_id)
        try:
            starts_at, ends_at = read_move(fields, selectors.workspace_zone())
            moved = services.reschedule_appointment(
                appointment_id=appointment_id,
                starts_at=starts_at,
                ends_at=ends_at,
                staff_id=read_id(fields.get("staff", "")),
                outside_hours=True,
                now=timezone.now(),
            )
        except DomainError as error:
            body = error_body(request, code=error.code, message=str(error), fields=error.fields)
            return JsonResponse(body, status=error.status)
        if request.headers.get("HX-Request") == "true":
            toasts.show(request, _("Back where it was."))
            return HttpResponse(status=204, headers={"HX-Trigger": AGENDA_CHANGED})
        words = {"name": before.attendee_name, "time": write_time(starts_at)}
        if selectors.is_within_hours(appointment=moved):
            message = _("%(name)s: now %(time)s.") % words
        else:
            message = _("%(name)s: now %(time)s, outside the usual hours.") % words
        return JsonResponse({"message": message, "undo_url": move_back_url(before)})
