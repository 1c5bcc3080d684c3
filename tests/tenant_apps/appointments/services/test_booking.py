"""Booking and moving, one transaction each."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from shared_apps.accounts.enums import Role
from shared_apps.core.errors import InvalidInput
from tenant_apps.appointments import selectors, services
from tenant_apps.appointments.domain import WeekBlock
from tenant_apps.appointments.enums import AppointmentSource, AppointmentStatus, CancelledBy
from tenant_apps.appointments.errors import (
    AlreadyStarted,
    BeyondHorizon,
    CannotReschedule,
    InThePast,
    OutsideAvailability,
    ServiceNotBookable,
    ServiceNotFound,
    SlotTaken,
    StaffMemberNotFound,
    TooSoon,
)
from tenant_apps.appointments.models import Appointment, Service, StaffMember
from tenant_apps.clients.domain import ClientDetails
from tenant_apps.clients.errors import ClientNotFound
from tenant_apps.clients.models import Client
from tenant_apps.notifications.models import OutboxMessage
from tenants.context import TenantSnapshot, current_tenant, tenant_context
from tests.factories.agenda import CLOSED, NOW, OPEN, at, book, make_client, make_service, make_staff
from tests.factories.people import make_user

pytestmark = pytest.mark.usefixtures("in_tenant")
VISITOR = ClientDetails(name="Luz Marín", email="luz@example.com", phone="55 1234 5678")


def book_as_visitor(service_id: int, starts_at: object, **options: object) -> services.Booking:
    values: dict[str, object] = {
        "client": VISITOR,
        "source": AppointmentSource.PUBLIC,
        "now": NOW,
        "language": "es",
        **options,
    }
    return services.book_appointment(service_id=service_id, starts_at=starts_at, **values)  # type: ignore[arg-type]


def test_book_appointment_stores_everything() -> None:
    service = make_service(buffer_before_minutes=5, buffer_after_minutes=10)
    booking = book_as_visitor(service.pk, at(10), notes="Primera vez")
    stored = selectors.get_appointment(appointment_id=booking.appointment.pk)
    assert (stored.starts_at, stored.ends_at) == (at(10), at(10, 30))
    assert (stored.busy.lower, stored.busy.upper) == (at(9, 55), at(10, 40))
    assert (stored.buffer_before_minutes, stored.buffer_after_minutes) == (5, 10)
    assert (stored.status, stored.source, stored.notes) == ("confirmed", "public", "Primera vez")
    assert (stored.price, stored.currency) == (service.price, "MXN")
    assert (stored.attendee_name, stored.client.name) == ("Luz Marín", "Luz Marín")
    assert (stored.client.email, stored.client.phone) == ("luz@example.com", "+525512345678")
    assert stored.client.language == "es"
    assert stored.created_at == NOW
    found = selectors.find_appointment_by_token(token=booking.manage_token)
    assert found is not None
    assert found.pk == stored.pk
    assert booking.manage_token not in stored.manage_token_hash
    assert selectors.find_appointment_by_token(token="x" * 43) is None


def test_book_appointment_queues_one_email_each_for_client_and_professional() -> None:
    make_user(role=Role.OWNER, email="owner@example.com")
    book_as_visitor(make_service().pk, at(10))
    queued = OutboxMessage.objects.order_by("event").values_list("event", "recipient_email")
    assert list(queued) == [
        ("appointment_booked", "luz@example.com"),
        ("appointment_booked_notice", "owner@example.com"),
    ]
    client_message = OutboxMessage.objects.get(event="appointment_booked")
    assert client_message.attachments.count() == 1


def test_book_appointment_of_a_service_confirmed_by_hand_is_pending_for_visitors_only() -> None:
    service = make_service(requires_confirmation=True)
    assert book_as_visitor(service.pk, at(10)).appointment.status == AppointmentStatus.PENDING
    assert book(service, at(11)).status == AppointmentStatus.CONFIRMED


def test_book_appointment_taken_offers_the_three_nearest() -> None:
    service = make_service()
    for hour, minute in ((10, 0), (10, 30), (9, 30)):
        book(service, at(hour, minute))
    clients, messages = Client.objects.count(), OutboxMessage.objects.count()
    with pytest.raises(SlotTaken) as refused:
        book_as_visitor(service.pk, at(10))
    assert [slot.starts_at for slot in refused.value.alternatives] == [at(9), at(11), at(11, 30)]
    assert refused.value.values["alternatives"][0]["starts_at"] == at(9)
    assert Appointment.objects.count() == 3
    assert (Client.objects.count(), OutboxMessage.objects.count()) == (clients, messages)


def test_book_appointment_looks_for_alternatives_as_far_as_may_be_booked() -> None:
    service = make_service(horizon_days=60)
    member = selectors.list_staff().get()
    services.add_time_off(staff_id=member.pk, starts_at=at(0), ends_at=at(0, days=31))
    with pytest.raises(OutsideAvailability) as refused:
        book_as_visitor(service.pk, at(10, days=10))
    # Today, which is eight days nearer than the end of the time off.
    assert {slot.starts_at.date() for slot in refused.value.alternatives} == {NOW.date()}
    services.add_time_off(starts_at=NOW, ends_at=at(0))
    with pytest.raises(OutsideAvailability) as refused:
        book_as_visitor(service.pk, at(10, days=10))
    assert [slot.starts_at for slot in refused.value.alternatives] == [
        at(9, days=31),
        at(9, 30, days=31),
        at(10, days=31),
    ]


@pytest.mark.parametrize(
    ("starts_at", "error"),
    [
        (NOW - timedelta(hours=1), InThePast),
        (NOW + timedelta(hours=1, minutes=30), TooSoon),
        (at(10, days=61), BeyondHorizon),
        (at(8), OutsideAvailability),
        (at(10, 10), OutsideAvailability),
        (at(17, 45), OutsideAvailability),
    ],
)
def test_book_appointment_outside_the_slots_is_refused(starts_at: object, error: type[Exception]) -> None:
    service = make_service(minimum_notice_minutes=120)
    with pytest.raises(error):
        book_as_visitor(service.pk, starts_at)
    assert Appointment.objects.count() == 0
    assert Client.objects.count() == 0


def test_book_appointment_of_what_nobody_offers_is_refused() -> None:
    member = make_staff()
    service, hidden = make_service(staff=[member]), make_service(staff=[member], is_public=False)
    unrelated = make_staff(name="Otra")
    archived = make_service(staff=[member])
    services.archive_service(service_id=archived.pk)
    orphan = make_service(staff=[])
    for service_id, staff_id in ((hidden.pk, None), (archived.pk, None), (orphan.pk, None), (service.pk, unrelated.pk)):
        with pytest.raises(ServiceNotBookable):
            book_as_visitor(service_id, at(10), staff_id=staff_id)
    with pytest.raises(ServiceNotFound):
        book_as_visitor(10**9, at(10))
    assert book(hidden, at(10)).status == AppointmentStatus.CONFIRMED


def test_book_appointment_for_somebody_on_file() -> None:
    service, client = make_service(), make_client(name="Ana")
    assert book(service, at(10), client=client).attendee_name == "Ana"
    with pytest.raises(ClientNotFound):
        services.book_appointment(service_id=service.pk, starts_at=at(11), client=10**9, source="panel", now=NOW)


def test_book_appointment_keeps_the_name_given_and_the_client_on_file() -> None:
    """A visitor who types somebody's address neither changes nor learns the name on file."""
    service = make_service()
    on_file = make_client(name="Luz Marín de Paz", email="Luz@Example.com")
    appointment = book_as_visitor(service.pk, at(10), client=ClientDetails("Leo", "luz@example.com")).appointment
    assert (appointment.client_id, appointment.attendee_name) == (on_file.pk, "Leo")
    on_file.refresh_from_db()
    assert on_file.name == "Luz Marín de Paz"


def test_book_appointment_with_details_that_do_not_hold_stores_nothing() -> None:
    service = make_service()
    with pytest.raises(InvalidInput) as refused:
        book_as_visitor(service.pk, at(10), client=ClientDetails(" ", "not-an-address", "12"))
    assert sorted(refused.value.fields) == ["email", "name", "phone"]
    with pytest.raises(InvalidInput):
        book_as_visitor(service.pk, at(10), notes="a\x00b")
    assert Appointment.objects.count() == 0


def test_book_appointment_twice_with_one_reference_books_once() -> None:
    service, reference = make_service(), uuid4()
    first = book_as_visitor(service.pk, at(10), public_id=reference)
    again = book_as_visitor(service.pk, at(10), public_id=reference)
    assert again.appointment.pk == first.appointment.pk
    assert again.manage_token == first.manage_token
    assert Appointment.objects.count() == 1
    assert OutboxMessage.objects.filter(event="appointment_booked").count() == 1


def test_book_appointment_with_anybody_is_fair() -> None:
    members = [make_staff(name=name) for name in ("Ana", "Bea", "Cleo")]
    service = make_service(staff=members)
    book(service, at(9), staff_id=members[0].pk)
    chosen = [book(service, at(hour)).staff_id for hour in (12, 13, 14, 15, 16)]
    a, b, c = (member.pk for member in members)
    assert chosen == [b, c, a, b, c]


def test_book_appointment_with_anybody_takes_whoever_is_free() -> None:
    members = [make_staff(name=name) for name in ("Ana", "Bea")]
    service = make_service(staff=members)
    assert {book(service, at(10)).staff_id for _ in members} == {member.pk for member in members}
    with pytest.raises(SlotTaken):
        book(service, at(10))


def test_book_appointment_outside_hours_overlaps_nothing_all_the_same() -> None:
    service = make_service()
    night = book(service, at(3), outside_hours=True, ends_at=at(4, 15))
    assert (night.starts_at, night.ends_at) == (at(3), at(4, 15))
    assert book(service, NOW - timedelta(days=3), outside_hours=True).status == AppointmentStatus.CONFIRMED
    for starts_at in (at(4), at(2, 45)):
        with pytest.raises(SlotTaken) as refused:
            book(service, starts_at, outside_hours=True)
        assert len(refused.value.alternatives) == 3
    with pytest.raises(OutsideAvailability):
        book(service, at(5))
    assert Appointment.objects.count() == 2


@pytest.mark.parametrize("minutes", [0, -30, 24 * 60 + 1, 0.5])
def test_book_appointment_outside_hours_refuses_a_length_that_is_none(minutes: float) -> None:
    service = make_service()
    with pytest.raises(InvalidInput) as refused:
        book(service, at(10), outside_hours=True, ends_at=at(10) + timedelta(minutes=minutes))
    assert list(refused.value.fields) == ["ends_at"]


def test_book_appointment_in_two_workspaces_with_the_same_keys(
    in_tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    make_colliding_service()
    here = book_as_visitor(777, at(10))
    with tenant_context(other_tenant):
        make_colliding_service()
        there = book_as_visitor(777, at(10), client=ClientDetails("Beto", "beto@example.com"))
        Appointment.objects.update(id=here.appointment.pk)
        assert selectors.find_appointment_by_token(token=here.manage_token) is None
        stored = selectors.get_appointment(appointment_id=here.appointment.pk)
        assert (stored.public_id, stored.currency) == (there.appointment.public_id, "CLP")
        services.cancel_appointment(appointment_id=stored.pk, reason="", by=CancelledBy.STAFF, now=NOW)
    stored = selectors.get_appointment(appointment_id=here.appointment.pk)
    assert (stored.client.name, stored.currency, stored.status) == ("Luz Marín", "MXN", AppointmentStatus.CONFIRMED)
    assert list(OutboxMessage.objects.values_list("recipient_email", flat=True)) == ["luz@example.com"]


def make_colliding_service() -> None:
    """Make a person and a service with key 777, whatever the sequences say."""
    member = StaffMember.objects.create(id=777, name="Ana")
    services.replace_week(staff_id=777, blocks=[WeekBlock(day, OPEN, CLOSED) for day in range(7)])
    values = {"name": "Corte", "duration_minutes": 30, "price": 10, "currency": current_tenant().currency}
    Service.objects.create(id=777, **values).staff.set([member])


# --- Moving ------------------------------------------------------------------------------------
def test_reschedule_appointment_frees_the_old_time() -> None:
    service = make_service(buffer_after_minutes=10)
    appointment = book(service, at(10))
    moved = services.reschedule_appointment(appointment_id=appointment.pk, starts_at=at(12), now=NOW)
    assert (moved.starts_at, moved.ends_at) == (at(12), at(12, 30))
    assert (moved.busy.lower, moved.busy.upper) == (at(12), at(12, 40))
    assert moved.ics_sequence == 1
    book(service, at(10))


def test_reschedule_appointment_may_overlap_itself() -> None:
    service = make_service(slot_interval_minutes=10)
    appointment = book(service, at(10))
    moved = services.reschedule_appointment(appointment_id=appointment.pk, starts_at=at(10, 10), now=NOW)
    assert moved.starts_at == at(10, 10)


def test_reschedule_appointment_to_the_same_time_changes_nothing() -> None:
    appointment = book(make_service(), at(10))
    messages = OutboxMessage.objects.count()
    same = services.reschedule_appointment(appointment_id=appointment.pk, starts_at=at(10), now=NOW)
    assert same.ics_sequence == 0
    assert OutboxMessage.objects.count() == messages


def test_reschedule_appointment_to_a_taken_time_keeps_the_old_one() -> None:
    service = make_service()
    appointment, other = book(service, at(10)), book(service, at(12))
    for outside_hours in (False, True):
        with pytest.raises(SlotTaken) as refused:
            services.reschedule_appointment(
                appointment_id=appointment.pk, starts_at=at(12), now=NOW, outside_hours=outside_hours
            )
        assert [slot.starts_at for slot in refused.value.alternatives] == [at(11), at(11, 30), at(12, 30)]
    stored = selectors.get_appointment(appointment_id=appointment.pk)
    assert (stored.starts_at, stored.ics_sequence) == (at(10), 0)
    assert selectors.get_appointment(appointment_id=other.pk).starts_at == at(12)


def test_reschedule_appointment_to_another_person() -> None:
    first, second = make_staff(name="Ana"), make_staff(name="Bea")
    service = make_service(staff=[first, second])
    appointment = book(service, at(10), staff_id=first.pk)
    moved = services.reschedule_appointment(
        appointment_id=appointment.pk, starts_at=at(10), staff_id=second.pk, now=NOW
    )
    assert moved.staff == second
    stranger = make_staff(name="Cleo")
    with pytest.raises(ServiceNotBookable):
        services.reschedule_appointment(appointment_id=appointment.pk, starts_at=at(10), staff_id=stranger.pk, now=NOW)
    with pytest.raises(StaffMemberNotFound):
        services.reschedule_appointment(
            appointment_id=appointment.pk, starts_at=at(10), staff_id=10**9, now=NOW, outside_hours=True
        )


def test_reschedule_appointment_changes_its_length() -> None:
    appointment = book(make_service(), at(10))
    longer = services.reschedule_appointment(
        appointment_id=appointment.pk, starts_at=at(10), ends_at=at(11, 15), now=NOW, outside_hours=True
    )
    assert (longer.starts_at, longer.ends_at) == (at(10), at(11, 15))
    moved = services.reschedule_appointment(appointment_id=appointment.pk, starts_at=at(15), now=NOW)
    assert moved.ends_at == at(16, 15)


def test_reschedule_appointment_keeps_the_buffers_it_was_booked_with() -> None:
    service = make_service(buffer_after_minutes=20)
    appointment = book(service, at(10))
    service.buffer_after_minutes = 0
    service.save()
    moved = services.reschedule_appointment(appointment_id=appointment.pk, starts_at=at(12), now=NOW)
    assert moved.busy.upper == at(12, 50)


def test_reschedule_appointment_outside_the_slots_is_refused_unless_by_hand() -> None:
    appointment = book(make_service(), at(10))
    with pytest.raises(OutsideAvailability):
        services.reschedule_appointment(appointment_id=appointment.pk, starts_at=at(20), now=NOW)
    moved = services.reschedule_appointment(
        appointment_id=appointment.pk, starts_at=at(20), now=NOW, outside_hours=True
    )
    assert moved.starts_at == at(20)


def test_reschedule_appointment_of_an_archived_service_by_hand() -> None:
    service = make_service()
    appointment = book(service, at(10))
    services.archive_service(service_id=service.pk)
    moved = services.reschedule_appointment(
        appointment_id=appointment.pk, starts_at=at(11), now=NOW, outside_hours=True
    )
    assert moved.starts_at == at(11)


def test_reschedule_appointment_that_is_over_is_refused() -> None:
    service = make_service()
    cancelled, started = book(service, at(10)), book(service, at(11))
    services.cancel_appointment(appointment_id=cancelled.pk, reason="", by=CancelledBy.STAFF, now=NOW)
    with pytest.raises(CannotReschedule):
        services.reschedule_appointment(appointment_id=cancelled.pk, starts_at=at(15), now=NOW, outside_hours=True)
    with pytest.raises(AlreadyStarted):
        services.reschedule_appointment(appointment_id=started.pk, starts_at=at(15), now=at(11))


# --- The constraint, without the services ------------------------------------------------------
def test_no_overlap_constraint_holds_for_live_appointments_only() -> None:
    service = make_service()
    appointment = book(service, at(10))

    def insert(status: str) -> None:
        values = {
            field.attname: getattr(appointment, field.attname)
            for field in Appointment._meta.concrete_fields
            if field.attname not in {"id", "public_id", "manage_token_hash", "status"}
        }
        if status == AppointmentStatus.CANCELLED:
            values |= {"cancelled_at": NOW, "cancelled_by": CancelledBy.STAFF}
        with transaction.atomic():
            Appointment.objects.create(**values, status=status, manage_token_hash=uuid4().hex)

    for status in AppointmentStatus.values:
        if status in {AppointmentStatus.CANCELLED, AppointmentStatus.NO_SHOW}:
            insert(status)
        else:
            with pytest.raises(IntegrityError, match="appointments_appointment_no_overlap"):
                insert(status)
