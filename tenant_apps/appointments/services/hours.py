"""When people work: weekly hours and time off."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from shared_apps.core.errors import InvalidInput
from tenant_apps.appointments import domain
from tenant_apps.appointments.domain import MIDNIGHT, WeekBlock
from tenant_apps.appointments.errors import StaffMemberNotFound, TimeOffNotFound
from tenant_apps.appointments.models import AvailabilityRule, StaffMember, TimeOff

from .booking import check_year

REASON_MAX = 200
MONDAY = date(2024, 1, 1)  # any Monday: weekday names come from the language


def replace_week(*, staff_id: int, blocks: Sequence[WeekBlock]) -> list[AvailabilityRule]:
    """Replace a person's weekly hours and return them in order. What is booked stays, also outside the new hours.

    Locks the person's row. Raises StaffMemberNotFound, and InvalidInput (field `blocks`) for blocks that overlap.
    """
    _check_week(blocks)
    with transaction.atomic():
        member = StaffMember.objects.select_for_update(no_key=True).filter(pk=staff_id).first()
        if member is None:
            raise StaffMemberNotFound
        AvailabilityRule.objects.filter(staff=member).delete()
        ordered = sorted(blocks, key=lambda block: (block.weekday, block.starts_at))
        return AvailabilityRule.objects.bulk_create(
            AvailabilityRule(staff=member, weekday=block.weekday, starts_at=block.starts_at, ends_at=block.ends_at)
            for block in ordered
        )


def add_time_off(*, starts_at: datetime, ends_at: datetime, staff_id: int | None = None, reason: str = "") -> TimeOff:
    """Keep a period free of new appointments, for one person or (None) for everybody. What is booked stays.

    Raises StaffMemberNotFound, InvalidInput.
    """
    check_year(starts_at, "starts_at")
    check_year(ends_at, "ends_at")
    if ends_at <= starts_at:
        raise InvalidInput(fields={"ends_at": [_("The end must come after the start.")]})
    if len(reason) > REASON_MAX or "\x00" in reason:
        raise InvalidInput(fields={"reason": [_("Use at most 200 characters, all of them visible.")]})
    if staff_id is not None and not StaffMember.objects.filter(pk=staff_id).exists():
        raise StaffMemberNotFound
    return TimeOff.objects.create(staff_id=staff_id, starts_at=starts_at, ends_at=ends_at, reason=reason)


def remove_time_off(*, time_off_id: int) -> None:
    """Open a period again. Raises TimeOffNotFound."""
    deleted, _rows = TimeOff.objects.filter(pk=time_off_id).delete()
    if not deleted:
        raise TimeOffNotFound


def _check_week(blocks: Sequence[WeekBlock]) -> None:
    if any(not 0 <= block.weekday <= 6 for block in blocks):
        raise InvalidInput(fields={"blocks": [_("Enter weekdays from 0, Monday, to 6, Sunday.")]})
    if any(block.starts_at == block.ends_at != MIDNIGHT for block in blocks):
        raise InvalidInput(fields={"blocks": [_("The end is the same as the start.")]})
    if overlap := domain.overlapping_blocks(blocks):
        days = [date_format(MONDAY + timedelta(days=block.weekday), "D") for block in overlap]
        spans = [f"{block.starts_at:%H:%M}–{block.ends_at:%H:%M}" for block in overlap]
        times = " / ".join(map(" ".join, zip(days, spans, strict=True)))
        # Translators: two periods of the week, such as Mon 09:00–14:00 / Mon 13:00–18:00
        raise InvalidInput(fields={"blocks": [_("These hours overlap: %(times)s.") % {"times": times}]})
