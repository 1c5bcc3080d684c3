"""What the people of an appointment are told, and the calendar file that goes along."""

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

import pytest
from django.utils.module_loading import import_string

from shared_apps.accounts.enums import Role
from shared_apps.jobs.models import ScheduledJob
from tenant_apps.appointments import links, services
from tenant_apps.appointments.enums import AppointmentSource, CancelledBy
from tenant_apps.appointments.models import Appointment, StaffMember
from tenant_apps.clients.domain import ClientDetails
from tenant_apps.notifications.models import OutboxAttachment, OutboxMessage
from tenants.context import TenantSnapshot, public_context
from tests.factories.open_agenda import OpenAgenda, open_agenda
from tests.factories.people import make_user

from .test_calendar_files import Component, parse, read_moment

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
STARTS_AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
OWNER = "owner@example.com"


@pytest.fixture
def agenda(in_tenant: TenantSnapshot) -> OpenAgenda:
    make_user(email=OWNER, name="Dueña")
    return open_agenda()


def book(
    agenda: OpenAgenda,
    *,
    source: str = AppointmentSource.PUBLIC,
    language: str = "es",
    time_zone: str = "",
    **details: str,
) -> Appointment:
    client = ClientDetails(**{"name": "Ana López", "email": "ana@example.com", **details})
    return services.book_appointment(
        service_id=agenda.service.pk,
        starts_at=STARTS_AT,
        client=client,
        source=source,
        language=language,
        time_zone=time_zone,
        now=NOW,
    ).appointment


def sent() -> list[tuple[str, str]]:
    return list(OutboxMessage.objects.order_by("id").values_list("event", "recipient_email"))


def calendar_of(event: str) -> tuple[str, Component]:
    """Return the attached file's declared type and its content."""
    attachment = OutboxAttachment.objects.get(message__event=event)
    assert attachment.name == "appointment.ics"
    return attachment.content_type, parse(bytes(attachment.content))


def test_a_booking_is_told_to_both(agenda: OpenAgenda) -> None:
    appointment = book(agenda)
    assert sent() == [("appointment_booked", "ana@example.com"), ("appointment_booked_notice", OWNER)]
    to_client, to_owner = OutboxMessage.objects.order_by("id")
    assert links.manage_url(appointment.public_id) in to_client.body_text
    assert links.manage_url(appointment.public_id) in to_client.body_html
    assert "Ana López" in to_owner.body_text
    assert links.manage_token(appointment.public_id) not in to_owner.body_text + to_owner.body_html


def test_the_person_of_the_appointment_is_told_rather_than_the_owner(agenda: OpenAgenda) -> None:
    user = make_user(role=Role.STAFF, email="staff@example.com")
    StaffMember.objects.update(user_id=user.pk)
    book(agenda)
    assert sent()[1] == ("appointment_booked_notice", "staff@example.com")


def test_a_booking_of_the_panel_is_told_to_the_client_only(agenda: OpenAgenda) -> None:
    book(agenda, source=AppointmentSource.PANEL)
    assert sent() == [("appointment_booked", "ana@example.com")]


def test_a_client_without_an_address_gets_nothing(agenda: OpenAgenda) -> None:
    book(agenda, email="", phone="+525512345678")
    assert sent() == [("appointment_booked_notice", OWNER)]


def test_the_booking_s_file_invites(agenda: OpenAgenda) -> None:
    appointment = book(agenda)
    content_type, calendar = calendar_of("appointment_booked")
    (event,) = calendar.find("VEVENT")
    assert content_type == "text/calendar; method=REQUEST"
    assert (calendar.value("METHOD"), event.value("STATUS"), event.value("SEQUENCE")) == ("REQUEST", "CONFIRMED", "0")
    assert event.value("UID") == f"{appointment.public_id}@oficio"
    assert read_moment(calendar, "DTSTART") == STARTS_AT
    assert event.value("ATTENDEE") == "mailto:ana@example.com"


def test_a_move_keeps_the_uid_and_raises_the_sequence(agenda: OpenAgenda) -> None:
    appointment = book(agenda)
    later = STARTS_AT + timedelta(days=1)
    services.reschedule_appointment(appointment_id=appointment.pk, starts_at=later, now=NOW)
    services.tell_move(appointment_id=appointment.pk, now=NOW)
    content_type, calendar = calendar_of("appointment_rescheduled")
    (event,) = calendar.find("VEVENT")
    assert content_type == "text/calendar; method=REQUEST"
    assert (event.value("UID"), event.value("SEQUENCE")) == (f"{appointment.public_id}@oficio", "1")
    assert read_moment(calendar, "DTSTART") == later
    message = OutboxMessage.objects.get(event="appointment_rescheduled")
    assert "lunes 23 de noviembre" in message.body_text.lower()
    assert "martes 24 de noviembre" in message.body_text.lower()


def move(appointment: Appointment, *, days: int) -> None:
    starts_at = STARTS_AT + timedelta(days=days)
    services.reschedule_appointment(appointment_id=appointment.pk, starts_at=starts_at, now=NOW)


def test_several_moves_within_a_minute_are_told_as_one(agenda: OpenAgenda) -> None:
    appointment = book(agenda)
    for days in (1, 2):
        move(appointment, days=days)
    with public_context():
        job = ScheduledJob.objects.get(dedupe_key=f"appointment:{appointment.public_id}:moved")
    assert (job.run_at, job.kwargs) == (NOW + timedelta(minutes=1), {"appointment_id": appointment.pk})
    for _run in range(2):  # a job may run twice
        import_string(job.task).run(**job.kwargs)
    message = OutboxMessage.objects.get(event="appointment_rescheduled")
    assert "lunes 23 de noviembre" in message.body_text.lower()
    assert "miércoles 25 de noviembre" in message.body_text.lower()
    assert calendar_of("appointment_rescheduled")[1].find("VEVENT")[0].value("SEQUENCE") == "2"


def test_a_move_that_was_taken_back_is_not_told(agenda: OpenAgenda) -> None:
    appointment = book(agenda)
    for days in (1, 0):
        move(appointment, days=days)
    services.tell_move(appointment_id=appointment.pk, now=NOW)
    assert "appointment_rescheduled" not in dict(sent())
    move(appointment, days=1)
    services.tell_move(appointment_id=appointment.pk, now=NOW)
    assert calendar_of("appointment_rescheduled")[1].find("VEVENT")[0].value("SEQUENCE") == "3"


def test_a_cancellation_right_after_a_move_names_the_time_that_the_client_knows(agenda: OpenAgenda) -> None:
    appointment = book(agenda)
    move(appointment, days=1)
    services.cancel_appointment(appointment_id=appointment.pk, reason="", by=CancelledBy.STAFF, now=NOW)
    services.tell_move(appointment_id=appointment.pk, now=NOW)
    assert [event for event, _ in sent()][-1] == "appointment_cancelled"
    assert "lunes 23 de noviembre" in OutboxMessage.objects.get(event="appointment_cancelled").body_text.lower()
    calendar = calendar_of("appointment_cancelled")[1]
    assert read_moment(calendar, "DTSTART") == STARTS_AT
    assert calendar.find("VEVENT")[0].value("SEQUENCE") == "2"


@pytest.mark.parametrize(("zone", "differs"), [("Europe/Madrid", True), ("America/Mexico_City", False), ("X/Y", False)])
def test_the_client_s_own_time_is_named_when_it_differs(agenda: OpenAgenda, zone: str, differs: bool) -> None:
    appointment = book(agenda, time_zone=zone)
    move(appointment, days=7)
    services.tell_move(appointment_id=appointment.pk, now=NOW)
    services.cancel_appointment(appointment_id=appointment.pk, reason="", by=CancelledBy.STAFF, now=NOW)
    messages = OutboxMessage.objects.exclude(recipient_email=OWNER)
    assert len(messages) == 3
    for message in messages:
        for body in (message.body_text, message.body_html):
            assert ("4:00 p.m. · " in body) is differs, message.event
    assert "4:00 p.m." not in OutboxMessage.objects.get(recipient_email=OWNER).body_text, "the workspace's time only"


def test_answers_reach_somebody(agenda: OpenAgenda) -> None:
    book(agenda, name='Ana" <x@example.com>\r\nBcc: y@example.com')
    to_client, to_owner = OutboxMessage.objects.order_by("id")
    assert parseaddr(to_client.headers["Reply-To"])[1] == OWNER
    assert parseaddr(to_owner.headers["Reply-To"])[1] == "ana@example.com"
    assert "\n" not in to_owner.headers["Reply-To"]


def test_an_answer_to_a_client_without_an_address_is_nobody_s(agenda: OpenAgenda) -> None:
    book(agenda, email="", phone="+525512345678")
    assert OutboxMessage.objects.get().headers == {}


def test_the_notice_leads_to_the_appointment(agenda: OpenAgenda) -> None:
    appointment = book(agenda)
    notice = OutboxMessage.objects.get(event="appointment_booked_notice")
    assert f"/panel/appointments/{appointment.pk}/" in notice.body_text
    assert f"/panel/appointments/{appointment.pk}/" in notice.body_html


def test_a_client_s_cancellation_takes_the_event_out_and_is_told_to_both(agenda: OpenAgenda) -> None:
    appointment = book(agenda)
    services.cancel_appointment(appointment_id=appointment.pk, reason="Viaje", by=CancelledBy.CLIENT, now=NOW)
    assert sent()[2:] == [("appointment_cancelled", "ana@example.com"), ("appointment_cancelled_notice", OWNER)]
    content_type, calendar = calendar_of("appointment_cancelled")
    (event,) = calendar.find("VEVENT")
    assert content_type == "text/calendar; method=CANCEL"
    assert (calendar.value("METHOD"), event.value("STATUS"), event.value("SEQUENCE")) == ("CANCEL", "CANCELLED", "1")
    assert event.value("UID") == f"{appointment.public_id}@oficio"
    assert "Viaje" in OutboxMessage.objects.get(event="appointment_cancelled_notice").body_text


def test_a_professional_s_cancellation_gives_its_reason_to_the_client_only(agenda: OpenAgenda) -> None:
    appointment = book(agenda)
    services.cancel_appointment(appointment_id=appointment.pk, reason="Congreso", by=CancelledBy.STAFF, now=NOW)
    assert sent()[2:] == [("appointment_cancelled", "ana@example.com")]
    assert "Congreso" in OutboxMessage.objects.get(event="appointment_cancelled").body_text


def test_a_request_is_tentative_until_it_is_confirmed(agenda: OpenAgenda) -> None:
    type(agenda.service).objects.update(requires_confirmation=True)
    appointment = book(agenda)
    assert calendar_of("appointment_booked")[1].find("VEVENT")[0].value("STATUS") == "TENTATIVE"
    services.confirm_appointment(appointment_id=appointment.pk, now=NOW)
    assert sent()[-1] == ("appointment_confirmed", "ana@example.com")
    assert calendar_of("appointment_confirmed")[1].find("VEVENT")[0].value("STATUS") == "CONFIRMED"


def test_the_language_is_the_one_of_the_booking(agenda: OpenAgenda) -> None:
    book(agenda, language="en")
    message = OutboxMessage.objects.get(event="appointment_booked")
    assert message.language == "en"
    assert message.subject == "Your appointment on Mon, Nov 23, 2026, 9:00 a.m. at Clínica Alfa"
    notice = OutboxMessage.objects.get(event="appointment_booked_notice")
    assert notice.language == "es", "the professional reads the workspace's language"


def test_what_is_over_is_not_told(agenda: OpenAgenda) -> None:
    services.book_appointment(
        service_id=agenda.service.pk,
        starts_at=NOW - timedelta(days=1),
        client=ClientDetails("Ana", "ana@example.com"),
        source=AppointmentSource.PANEL,
        outside_hours=True,
        now=NOW,
    )
    assert sent() == []


NASTY = ["<script>alert(1)</script>", "Línea\r\nBcc: x@example.com", '"; DROP TABLE x;--', "🦷\u202e{{ 7*7 }}"]


@pytest.mark.parametrize("name", NASTY)
def test_nasty_names_stay_names(agenda: OpenAgenda, name: str) -> None:
    book(agenda, name=name)
    for message in OutboxMessage.objects.all():
        assert "<script>" not in message.body_html
        assert "\n" not in message.subject
        assert "\r" not in message.subject
    assert name.replace("\r\n", " ") in OutboxMessage.objects.get(event="appointment_booked_notice").subject
