"""The sole writers of the agenda: bookings, their states, services, staff, hours and time off."""

from .booking import Booking, book_appointment, reschedule_appointment, tell_move
from .catalog import archive_service, create_service, restore_service, update_service
from .hours import add_time_off, remove_time_off, replace_week
from .staff import create_staff_member, update_staff_member
from .states import (
    cancel_appointment,
    complete_appointment,
    confirm_appointment,
    mark_arrived,
    mark_no_show,
    write_notes,
)

__all__ = [
    "Booking",
    "add_time_off",
    "archive_service",
    "book_appointment",
    "cancel_appointment",
    "complete_appointment",
    "confirm_appointment",
    "create_service",
    "create_staff_member",
    "mark_arrived",
    "mark_no_show",
    "remove_time_off",
    "replace_week",
    "reschedule_appointment",
    "restore_service",
    "tell_move",
    "update_service",
    "update_staff_member",
    "write_notes",
]
