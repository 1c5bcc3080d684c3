"""The agenda: a page, its feed of events, a day on paper."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from shared_apps.accounts.enums import Role
from shared_apps.accounts.permissions import StaffRequired
from shared_apps.core.errors import InvalidInput
from shared_apps.core.views import DomainErrorMixin
from tenant_apps.appointments import selectors

from . import agenda_feed as feed
from .panel_input import read_day, read_id

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Appointment, StaffMember, TimeOff

VIEWS = ("list", "day", "week", "month")
FEED_DAYS = 62  # a month's grid shows six weeks


@dataclass(frozen=True, slots=True)
class Filters:
    """What the agenda shows, read from the address. No people chosen means everybody."""

    on: date
    view: str
    staff_ids: frozenset[int]
    shows_cancelled: bool

    @classmethod
    def read(cls, request: HttpRequest, today: date) -> "Filters":
        """Read the address; what makes no sense is as if it were not there."""
        view = request.GET.get("view", "")
        return cls(
            on=read_day(request.GET.get("on", "")) or today,
            view=view if view in VIEWS else "",
            staff_ids=frozenset(filter(None, map(read_id, request.GET.getlist("staff")))),
            shows_cancelled=request.GET.get("cancelled") == "1",
        )

    def people(self) -> frozenset[int] | None:
        return self.staff_ids or None


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the day's list: an appointment, time off, or the line that says now."""

    at: datetime
    appointment: "Appointment | None" = None
    time_off: "TimeOff | None" = None
    label: str = ""
    when: str = ""
    is_now_line: bool = False


class AgendaView(StaffRequired, DomainErrorMixin, TemplateView):
    """The day as a list (phones, no script) beside the calendar that a script fills. Four queries of its own."""

    template_name = "appointments/panel/agenda.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, zone = timezone.now(), selectors.workspace_zone()
        filters = Filters.read(self.request, now.astimezone(zone).date())
        staff = list(selectors.list_staff())
        starts_at, ends_at = feed.day_bounds(filters.on, filters.on, zone)
        appointments = selectors.list_agenda(starts_at=starts_at, ends_at=ends_at, staff_ids=filters.people())
        time_off = selectors.list_time_off(ends_after=starts_at, starts_before=ends_at)
        is_today = starts_at <= now < ends_at
        return {
            **super().get_context_data(**kwargs),
            "now": now,
            "is_owner": self.request.user.role == Role.OWNER,  # type: ignore[union-attr]
            "on": filters.on,
            "on_iso": filters.on.isoformat(),
            "previous_iso": (filters.on - timedelta(days=1)).isoformat(),
            "next_iso": (filters.on + timedelta(days=1)).isoformat(),
            "is_today": is_today,
            "view": filters.view,
            "views": (("list", _("List")), ("day", _("Day")), ("week", _("Week")), ("month", _("Month"))),
            "staff": staff,
            "chosen_staff": filters.staff_ids,
            "shows_cancelled": filters.shows_cancelled,
            "entries": list_entries(list(appointments), list(time_off), filters, now if is_today else None),
            "list_is_shown": filters.view in LIST_CLASSES,
            "list_class": LIST_CLASSES.get(filters.view, "agenda-list-fallback"),
            "calendar_class": CALENDAR_CLASSES.get(filters.view, ""),
            "config": calendar_config(filters, staff, now),
        }


# The list is the phone's agenda and the only one without scripts; the address may ask for either on any screen.
LIST_CLASSES = {"": "agenda-list-default", "list": ""}
CALENDAR_CLASSES = {"": "agenda-calendar-default", "list": "hidden"}


def list_entries(
    appointments: "list[Appointment]", time_off: "list[TimeOff]", filters: Filters, now: datetime | None
) -> list[Entry]:
    """Return the rows of a day in order of time, with the line that says now between them on today's."""
    entries = [
        Entry(at=appointment.starts_at, appointment=appointment)
        for appointment in appointments
        if feed.is_shown(appointment, shows_cancelled=filters.shows_cancelled)
    ]
    entries += [
        Entry(
            at=period.starts_at,
            time_off=period,
            label=feed.describe_time_off(period),
            when=feed.write_time_off_on(period, filters.on, selectors.workspace_zone()),
        )
        for period in time_off
        if not filters.staff_ids or period.staff_id is None or period.staff_id in filters.staff_ids
    ]
    if now is not None and entries:
        entries.append(Entry(at=now, is_now_line=True))
    return sorted(entries, key=lambda entry: entry.at)


def calendar_config(filters: Filters, staff: "list[StaffMember]", now: datetime) -> dict[str, Any]:
    """Return what static/js/panel/agenda.js starts from. One query."""
    rules = list(selectors.list_rules())
    shown = filters.staff_ids or {member.pk for member in staff}
    clock, slot_clock = feed.clock_formats()
    return {
        "label": _("Agenda"),
        "on": filters.on.isoformat(),
        "view": filters.view,
        "nowMs": feed.wall_milliseconds(now, selectors.workspace_zone()),
        "clock": clock,
        "slotClock": slot_clock,
        "businessHours": feed.business_hours(rules, shown) or False,
        "scrollTime": feed.scroll_time(rules),
        "showStaff": len(staff) > 1,
        "sprite": static("dist/icons.svg"),
        "eventsUrl": reverse("panel:events"),
        "addUrl": reverse("panel:add_appointment"),
        "printUrl": reverse("panel:print"),
    }


class EventsView(StaffRequired, DomainErrorMixin, View):
    """Appointments and time off between two local days, `end` not included, for the calendar. Two queries."""

    def get(self, request: HttpRequest) -> HttpResponse:
        first, after = (read_day(request.GET.get(name, "")) for name in ("start", "end"))
        if first is None or after is None or not 0 < (after - first).days <= FEED_DAYS:
            raise InvalidInput(fields={"start": [_("Ask for 1 to 62 days.")]})
        zone = selectors.workspace_zone()
        filters = Filters.read(request, first)
        starts_at, ends_at = feed.day_bounds(first, after - timedelta(days=1), zone)
        appointments = selectors.list_agenda(starts_at=starts_at, ends_at=ends_at, staff_ids=filters.people())
        time_off = selectors.list_time_off(ends_after=starts_at, starts_before=ends_at)
        events = [
            feed.build_event(appointment, zone)
            for appointment in appointments
            if feed.is_shown(appointment, shows_cancelled=filters.shows_cancelled)
        ]
        events += [
            feed.build_time_off(period, zone)
            for period in time_off
            if not filters.staff_ids or period.staff_id is None or period.staff_id in filters.staff_ids
        ]
        return JsonResponse(events, safe=False)


class PrintView(StaffRequired, DomainErrorMixin, TemplateView):
    """One day as a table for paper: what is booked, without what was cancelled. Two queries."""

    template_name = "appointments/panel/print.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, zone = timezone.now(), selectors.workspace_zone()
        filters = Filters.read(self.request, now.astimezone(zone).date())
        starts_at, ends_at = feed.day_bounds(filters.on, filters.on, zone)
        appointments = selectors.list_agenda(starts_at=starts_at, ends_at=ends_at, staff_ids=filters.people())
        query = urlencode({"on": filters.on.isoformat()})
        return {
            **super().get_context_data(**kwargs),
            "now": now,
            "on": filters.on,
            "staff": list(selectors.list_staff()),
            "appointments": [one for one in appointments if feed.is_shown(one, shows_cancelled=False)],
            "back_url": f"{reverse('panel:agenda')}?{query}",
        }
