"""What the people of an appointment are told by e-mail, queued in the transaction of the fact itself."""

from collections.abc import Sequence
from copy import copy
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from shared_apps.accounts import selectors as accounts
from shared_apps.jobs import services as jobs
from tenant_apps.branding.selectors import get_branding
from tenant_apps.notifications import services as notifications
from tenant_apps.notifications.domain import Attachment, Recipient
from tenants.context import current_tenant
from tenants.hosts import workspace_url

from .calendar_files import CalendarEvent, Method, Person, render_calendar
from .enums import AppointmentSource, AppointmentStatus, CancelledBy
from .links import manage_url

if TYPE_CHECKING:
    from .models import Appointment

FILE_NAME = "appointment.ics"
TELL_MOVE_TASK = "tenant_apps.appointments.tasks.tell_move"
# Time to drag on, or to undo, before the client hears of it.
MOVE_DELAY = timedelta(seconds=60)


def announce_booked(appointment: "Appointment", *, language: str, now: datetime) -> None:
    """Confirm a booking to the client, and tell the professional of one that did not come from the panel.

    Shapes: language is the one it was booked in; "" takes the client's, then the workspace's.
    """
    _tell_client(appointment, "appointment_booked", fact="booked", language=language, now=now)
    if appointment.source != AppointmentSource.PANEL:
        _tell_staff(appointment, "appointment_booked_notice", fact="booked", now=now)


def announce_confirmed(appointment: "Appointment", *, now: datetime) -> None:
    """Tell the client that a booking that waited for the professional is certain now."""
    _tell_client(appointment, "appointment_confirmed", fact="confirmed", now=now)


def schedule_move(appointment: "Appointment", *, now: datetime) -> None:
    """Have the client told of a move in a minute; another move, or taking it back, begins the minute anew."""
    jobs.schedule(
        TELL_MOVE_TASK,
        run_at=now + MOVE_DELAY,
        dedupe_key=f"appointment:{appointment.public_id}:moved",
        appointment_id=appointment.pk,
    )


def announce_rescheduled(appointment: "Appointment", *, now: datetime) -> None:
    """Tell the client the new time; their calendar moves the event, because its UID is the same.

    Nothing when they were told this very time last.
    """
    if appointment.told is None or appointment.told == facts_of(appointment):
        return
    fact = f"rescheduled:{appointment.ics_sequence}"
    former_starts_at = datetime.fromisoformat(appointment.told["starts_at"])
    _tell_client(appointment, "appointment_rescheduled", fact=fact, now=now, former_starts_at=former_starts_at)


def announce_cancelled(appointment: "Appointment", *, now: datetime) -> None:
    """Tell the client, whose calendar takes the event out, and the professional when it was the client's doing.

    The client's e-mail names the time they know: a move of the last minute was not told yet.
    """
    _tell_client(_as_told(appointment), "appointment_cancelled", fact="cancelled", now=now)
    if appointment.cancelled_by == CancelledBy.CLIENT:
        _tell_staff(appointment, "appointment_cancelled_notice", fact="cancelled", now=now)


def facts_of(appointment: "Appointment") -> dict[str, Any]:
    """Return what a move changes, as `Appointment.told` holds it."""
    return {
        "staff_id": appointment.staff_id,
        "starts_at": appointment.starts_at.astimezone(UTC).isoformat(),
        "ends_at": appointment.ends_at.astimezone(UTC).isoformat(),
    }


def calendar_file(appointment: "Appointment", *, now: datetime, method: Method = Method.PUBLISH) -> bytes:
    """Return the appointment as a calendar file, in the active language.

    Reads the workspace's branding; `appointment` comes with service, person and client.
    """
    tenant, branding = current_tenant(), get_branding()
    link = manage_url(appointment.public_id)
    lines = [
        _("With %(name)s") % {"name": appointment.staff.name},
        branding.phone and _("Phone: %(phone)s") % {"phone": branding.phone},
        _("See or cancel: %(url)s") % {"url": link},
    ]
    event = CalendarEvent(
        uid=f"{appointment.public_id}@oficio",
        sequence=appointment.ics_sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        zone=tenant.timezone,
        summary=f"{appointment.service.name} · {tenant.name}",
        description="\n".join(line for line in lines if line),
        location=branding.address,
        url=link,
        organizer=Person(tenant.name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]),
        attendee=Person(appointment.attendee_name, appointment.client.email) if appointment.client.email else None,
        is_tentative=appointment.status == AppointmentStatus.PENDING,
        is_cancelled=appointment.status == AppointmentStatus.CANCELLED,
    )
    return render_calendar(event, method=method, now=now)


def _as_told(appointment: "Appointment") -> "Appointment":
    """Return the appointment at the time that the client was told last; the person stays who it is."""
    if appointment.told is None:
        return appointment
    known = copy(appointment)
    known.starts_at = datetime.fromisoformat(appointment.told["starts_at"])
    known.ends_at = datetime.fromisoformat(appointment.told["ends_at"])
    return known


def _tell_client(
    appointment: "Appointment", event: str, *, fact: str, now: datetime, language: str = "", **context: Any
) -> None:
    """Queue one e-mail with the calendar file, if the client has an address and the time has not passed."""
    client = appointment.client
    if not client.email or appointment.starts_at <= now:
        return
    language = language or client.language or current_tenant().language
    method = Method.CANCEL if appointment.status == AppointmentStatus.CANCELLED else Method.REQUEST
    with translation.override(language):
        content = calendar_file(appointment, now=now, method=method)
    _queue(
        appointment,
        event,
        fact=fact,
        recipient=Recipient(appointment.attendee_name, client.email, language),
        reply_to=_first_owner(),
        context={
            "manage_url": manage_url(appointment.public_id),
            "visitor_timezone": ZoneInfo(appointment.client_timezone) if appointment.client_timezone else None,
            **context,
        },
        attachments=[Attachment(FILE_NAME, f"text/calendar; method={method}", content)],
    )


def _tell_staff(appointment: "Appointment", event: str, *, fact: str, now: datetime) -> None:
    """Queue one e-mail to the person of the appointment, or to the owners when that person has no account."""
    if appointment.starts_at <= now:
        return
    user = appointment.staff.user
    client = appointment.client
    path = reverse("panel:appointment", args=[appointment.pk])
    people = [user] if user is not None and user.is_active else accounts.list_active_owners()
    for person in people:
        _queue(
            appointment,
            event,
            fact=fact,
            recipient=Recipient(person.name, person.email, person.language),
            reply_to=Recipient(appointment.attendee_name, client.email) if client.email else None,
            context={"panel_url": workspace_url(current_tenant().slug, path)},
        )


def _first_owner() -> Recipient | None:
    """Return who reads what clients answer."""
    owner = accounts.list_active_owners().first()
    return Recipient(current_tenant().name, owner.email) if owner is not None else None


def _queue(
    appointment: "Appointment",
    event: str,
    *,
    fact: str,
    recipient: Recipient,
    reply_to: Recipient | None,
    context: dict[str, Any],
    attachments: Sequence[Attachment] = (),
) -> None:
    notifications.queue_email(
        event=event,
        recipient=recipient,
        reply_to=reply_to,
        context={
            "appointment": appointment,
            "minutes": int((appointment.ends_at - appointment.starts_at).total_seconds() // 60),
            "is_pending": appointment.status == AppointmentStatus.PENDING,
            "is_cancelled_by_client": appointment.cancelled_by == CancelledBy.CLIENT,
            "book_url": workspace_url(current_tenant().slug, f"/book/?service={appointment.service_id}"),
            **context,
        },
        attachments=attachments,
        dedupe_key=f"appointment:{appointment.public_id}:{fact}",
    )
