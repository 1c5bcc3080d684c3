"""What the agenda's calendar draws: events, working hours and time off, all in the workspace's wall time.

The calendar in the browser knows no zones: it gets wall times without an offset and gives wall times back. On the day
clocks go back two events may stand at one hour; each carries its own instant on the server.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from shared_apps.core.countries import find_country
from shared_apps.core.moments import write_moment
from shared_apps.core.templatetags.ui import NEUTRAL_STATUS, STATUSES
from tenant_apps.appointments.enums import MOVABLE, AppointmentStatus
from tenant_apps.appointments.forms.fields import start_of_day
from tenants.context import current_tenant

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Appointment, AvailabilityRule, TimeOff

MIDNIGHT = time()
FALLBACK_OPENING = time(8)


def wall_text(moment: datetime, zone: ZoneInfo) -> str:
    """Return what the wall clock shows, without an offset."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def wall_milliseconds(moment: datetime, zone: ZoneInfo) -> int:
    """Return what the wall clock shows as if the zone were UTC, as JavaScript counts."""
    return int(moment.astimezone(zone).replace(tzinfo=UTC).timestamp() * 1000)


def day_bounds(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants at which local days begin and end; `last` is included."""
    return start_of_day(first, zone), start_of_day(last + timedelta(days=1), zone)


def build_event(appointment: "Appointment", zone: ZoneInfo) -> dict[str, Any]:
    """Return one appointment as FullCalendar takes it. Wants service and staff loaded."""
    _tone, icon, word = STATUSES.get(appointment.status, NEUTRAL_STATUS)
    country = current_tenant().country
    starts, ends = (
        write_moment(moment, zone=zone, form="time", country=country)
        for moment in (appointment.starts_at, appointment.ends_at)
    )
    parts = (f"{starts}–{ends}", appointment.attendee_name, appointment.service.name, appointment.staff.name, str(word))
    is_movable = appointment.status in MOVABLE
    return {
        "id": str(appointment.pk),
        "title": appointment.attendee_name,
        "start": wall_text(appointment.starts_at, zone),
        "end": wall_text(appointment.ends_at, zone),
        "classNames": [f"status-{appointment.status}"],
        "startEditable": is_movable,
        "durationEditable": is_movable,
        "extendedProps": {
            "service": appointment.service.name,
            "staffColor": appointment.staff.color,
            "statusIcon": icon,
            "summary": ", ".join(parts),
            "pageUrl": reverse("panel:appointment", args=[appointment.pk]),
            "moveUrl": reverse("panel:move", args=[appointment.pk]),
        },
    }


def build_time_off(period: "TimeOff", zone: ZoneInfo) -> dict[str, Any]:
    """Return time off as a hatched background."""
    return {
        "id": f"off-{period.pk}",
        "title": describe_time_off(period),
        "start": wall_text(period.starts_at, zone),
        "end": wall_text(period.ends_at, zone),
        "display": "background",
    }


def describe_time_off(period: "TimeOff") -> str:
    """Name who is off and why. Wants staff loaded."""
    who = period.staff.name if period.staff else _("Everyone")
    return f"{who}: {period.reason}" if period.reason else _("%(who)s: time off") % {"who": who}


def write_period(period: "TimeOff", zone: ZoneInfo) -> str:
    """Write when somebody is off: days alone when whole days are off, one day's times once."""
    country = current_tenant().country
    first, last = (moment.astimezone(zone) for moment in (period.starts_at, period.ends_at))
    if is_day_start(period.starts_at, zone) and is_day_start(period.ends_at, zone):
        days = [first.date(), last.date() - timedelta(days=1)]
        return " – ".join(write_moment(day, zone=zone, form="date", country=country) for day in dict.fromkeys(days))
    if first.date() == last.date():
        until = write_moment(period.ends_at, zone=zone, form="time", country=country)
        return f"{write_moment(period.starts_at, zone=zone, form='datetime', country=country)} – {until}"
    return " – ".join(
        write_moment(moment, zone=zone, form="datetime", country=country)
        for moment in (period.starts_at, period.ends_at)
    )


def write_time_off_on(period: "TimeOff", day: date, zone: ZoneInfo) -> str:
    """Write what of a period lies on one day."""
    start, end = day_bounds(day, day, zone)
    starts_at, ends_at = max(period.starts_at, start), min(period.ends_at, end)
    if (starts_at, ends_at) == (start, end):
        return _("All day")
    country = current_tenant().country
    times = [write_moment(moment, zone=zone, form="time", country=country) for moment in (starts_at, ends_at)]
    return "–".join(times)


def is_day_start(moment: datetime, zone: ZoneInfo) -> bool:
    return moment == start_of_day(moment.astimezone(zone).date(), zone)


def is_shown(appointment: "Appointment", *, shows_cancelled: bool) -> bool:
    return shows_cancelled or appointment.status != AppointmentStatus.CANCELLED


def business_hours(rules: Iterable["AvailabilityRule"], staff_ids: Collection[int]) -> list[dict[str, Any]]:
    """Return the weekly hours of some people together; FullCalendar shades what none of them covers.

    A block over midnight is cut in two. FullCalendar's Sunday is 0.
    """
    hours = []
    for rule in rules:
        if rule.staff_id not in staff_ids:
            continue
        today, tomorrow = (rule.weekday + 1) % 7, (rule.weekday + 2) % 7
        ends_today = rule.ends_at > rule.starts_at
        until = f"{rule.ends_at:%H:%M}" if ends_today else "24:00"
        hours.append({"daysOfWeek": [today], "startTime": f"{rule.starts_at:%H:%M}", "endTime": until})
        if not ends_today and rule.ends_at != MIDNIGHT:
            hours.append({"daysOfWeek": [tomorrow], "startTime": "00:00", "endTime": f"{rule.ends_at:%H:%M}"})
    return hours


def scroll_time(rules: Sequence["AvailabilityRule"]) -> str:
    """Return where the day's column opens: half an hour before the earliest opening."""
    opening = min((rule.starts_at for rule in rules), default=FALLBACK_OPENING)
    minutes = max(0, opening.hour * 60 + opening.minute - 30)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:00"


def clock_formats() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return how FullCalendar writes times in this country: of events, and of the hours at the left."""
    country = find_country(current_tenant().country)
    if country is not None and country.clock == 12:
        hour = {"hour": "numeric", "meridiem": "short", "hour12": True}
        return {**hour, "minute": "2-digit", "omitZeroMinute": True}, hour
    exact = {"hour": "2-digit", "minute": "2-digit", "hour12": False}
    return exact, exact
