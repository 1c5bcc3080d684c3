"""What addresses and scripts of the panel send: ids, days, wall times, moves."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import InvalidInput
from tenant_apps.appointments.forms.fields import moment_of

if TYPE_CHECKING:
    from tenant_apps.appointments.models import Appointment

LARGEST_ID = 2**63 - 1
YEARS = range(1971, 2200)


def read_id(text: str) -> int | None:
    """Return a key, or None for what cannot be one."""
    if not (text.isascii() and text.isdecimal() and len(text) < 20):
        return None
    number = int(text)
    return number if 0 < number <= LARGEST_ID else None


def read_day(text: str) -> date | None:
    """Return a day written as 2026-11-20, or None."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None


def read_wall(text: str) -> datetime | None:
    """Return a wall time without zone, such as 2026-11-20T09:30, or None."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        return None
    return wall if wall.tzinfo is None and wall.year in YEARS else None


def read_move(fields: dict[str, str], zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """Return start and, if given, end: from wall times (a drag) or from instants (its undo). Raises InvalidInput."""
    starts_at = _read_either(fields, "starts", zone)
    if starts_at is None:
        raise InvalidInput(fields={"starts": [_("Write a day and a time.")]})
    return starts_at, _read_either(fields, "ends", zone)


def move_back_url(appointment: "Appointment") -> str:
    """Return the address whose POST puts an appointment back where it stands now."""
    instants = {
        "starts_at": appointment.starts_at.astimezone(UTC).isoformat(),
        "ends_at": appointment.ends_at.astimezone(UTC).isoformat(),
        "staff": appointment.staff_id,
    }
    return f"{reverse('panel:move', args=[appointment.pk])}?{urlencode(instants)}"


def _read_either(fields: dict[str, str], name: str, zone: ZoneInfo) -> datetime | None:
    if wall := read_wall(fields.get(name, "")):
        try:
            return moment_of(wall.date(), wall.time(), zone)
        except forms.ValidationError as error:
            raise InvalidInput(fields={name: error.messages}) from error
    try:
        moment = datetime.fromisoformat(fields.get(f"{name}_at", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and moment.year in YEARS else None
