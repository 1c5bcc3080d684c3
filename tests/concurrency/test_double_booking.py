"""Two people want one time: one gets it, whatever the moment. With the constraint taken away, both do."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from tenant_apps.appointments import services
from tenant_apps.appointments.enums import AppointmentSource
from tenant_apps.appointments.errors import SlotTaken
from tenant_apps.appointments.models import NO_OVERLAP, Appointment
from tenant_apps.clients.domain import ClientDetails
from tenant_apps.clients.models import Client
from tenants.context import TenantSnapshot, public_context, tenant_context
from tests.factories.agenda import NOW, at, book, make_service, make_staff

PEOPLE = 12


@pytest.fixture
def workspace(committed_db: None, tenant: TenantSnapshot) -> Iterator[TenantSnapshot]:
    """The workspace alfa, where everything is committed for real."""
    with tenant_context(tenant):
        yield tenant


def drop_constraint(tenant: TenantSnapshot) -> None:
    """Take the lock off: the table of one workspace without its exclusion constraint."""
    with public_context(), connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{tenant.schema}".appointments_appointment DROP CONSTRAINT {NO_OVERLAP}')


def book_as(name: str, service_id: int, starts_at: datetime, **options: Any) -> services.Booking:
    return services.book_appointment(
        service_id=service_id,
        starts_at=starts_at,
        client=options.pop("client", None) or ClientDetails(name, f"{name}@example.com"),
        source=AppointmentSource.PUBLIC,
        now=NOW,
        **options,
    )


def at_once(tenant: TenantSnapshot, works: list[Callable[[], Any]]) -> list[Any]:
    """Run works in threads with a connection each, all from the same moment; return results or errors in order."""
    barrier = Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        try:
            with tenant_context(tenant):
                connection.ensure_connection()
                barrier.wait(30)
                results[number] = work()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def wait_until_somebody_waits() -> None:
    """Return when another connection waits for a lock of this one."""
    for _ in range(500):
        with public_context(), connection.cursor() as cursor:
            # Not pg_stat_activity, which shows one moment for the whole transaction.
            cursor.execute(
                "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def race_two(tenant: TenantSnapshot) -> list[Any]:
    """Let a second booking look, find the time free, and try while the first is not committed yet."""
    service = make_service()
    second: list[Any] = []

    def try_second() -> None:
        second.extend(at_once(tenant, [lambda: book_as("second", service.pk, at(10))]))

    thread = Thread(target=try_second)
    with transaction.atomic():
        first = book_as("first", service.pk, at(10))
        thread.start()
        wait_until_somebody_waits()
    thread.join(60)
    return [first, *second]


def test_second_booking_is_refused_when_the_first_commits(workspace: TenantSnapshot) -> None:
    first, second = race_two(workspace)
    assert isinstance(first, services.Booking)
    assert isinstance(second, SlotTaken)
    assert [slot.starts_at for slot in second.alternatives] == [at(9), at(9, 30), at(10, 30)]
    assert Appointment.objects.get().attendee_name == "first"
    assert Client.objects.count() == 1  # the second one's is rolled back


def test_second_booking_control_without_the_constraint(workspace: TenantSnapshot) -> None:
    drop_constraint(workspace)
    first, second = race_two(workspace)
    assert isinstance(first, services.Booking)
    assert isinstance(second, services.Booking)
    assert Appointment.objects.filter(starts_at=at(10)).count() == 2


def test_one_of_many_gets_the_time(workspace: TenantSnapshot) -> None:
    service = make_service(buffer_after_minutes=15)
    works = [lambda name=f"p{number}": book_as(name, service.pk, at(10)) for number in range(PEOPLE)]
    results = at_once(workspace, works)
    assert sum(isinstance(result, services.Booking) for result in results) == 1
    assert sum(isinstance(result, SlotTaken) for result in results) == PEOPLE - 1
    assert Appointment.objects.count() == Client.objects.count() == 1


def test_one_of_many_control_without_the_constraint(workspace: TenantSnapshot) -> None:
    drop_constraint(workspace)
    service = make_service()
    works = [lambda name=f"p{number}": book_as(name, service.pk, at(10)) for number in range(PEOPLE)]
    at_once(workspace, works)
    assert Appointment.objects.filter(starts_at=at(10)).count() > 1


def test_overlapping_times_are_one_winner_too(workspace: TenantSnapshot) -> None:
    """Neighbouring slots, each of which would overlap the next: never two of them."""
    service = make_service(slot_interval_minutes=10)
    works = [
        lambda name=f"p{number}", minute=number % 3 * 10: book_as(name, service.pk, at(10, minute))
        for number in range(PEOPLE)
    ]
    results = at_once(workspace, works)
    assert sum(isinstance(result, services.Booking) for result in results) == 1
    assert Appointment.objects.count() == 1


def test_anybody_fills_everyone_who_is_free(workspace: TenantSnapshot) -> None:
    members = [make_staff(name=name) for name in ("Ana", "Bea", "Cleo")]
    service = make_service(staff=members)
    works = [lambda name=f"p{number}": book_as(name, service.pk, at(10)) for number in range(PEOPLE)]
    results = at_once(workspace, works)
    assert sum(isinstance(result, services.Booking) for result in results) == 3
    assert sum(isinstance(result, SlotTaken) for result in results) == PEOPLE - 3
    booked = Appointment.objects.values_list("staff_id", flat=True)
    assert sorted(booked) == [member.pk for member in members]


def test_moving_many_to_one_time_moves_one(workspace: TenantSnapshot) -> None:
    service = make_service()
    appointments = [book(service, at(9, 30 * number)) for number in range(8)]

    def move(appointment: Appointment) -> Appointment:
        return services.reschedule_appointment(appointment_id=appointment.pk, starts_at=at(15), now=NOW)

    results = at_once(workspace, [lambda one=one: move(one) for one in appointments])
    assert sum(isinstance(result, Appointment) for result in results) == 1
    assert sum(isinstance(result, SlotTaken) for result in results) == 7
    stored = dict(Appointment.objects.values_list("pk", "starts_at"))
    stayed = [one for one in appointments if stored[one.pk] == one.starts_at]
    assert len(stayed) == 7
    assert list(stored.values()).count(at(15)) == 1


def test_people_swapping_appointments_do_not_deadlock(workspace: TenantSnapshot) -> None:
    """Each wants the other's time: both are refused or one after the other, but nobody waits for ever."""
    members = [make_staff(name=name) for name in ("Ana", "Bea")]
    service = make_service(staff=members)
    for hour in range(9, 15):
        one, two = (book(service, at(hour), staff_id=member.pk) for member in members)
        works = [
            lambda one=one, hour=hour: services.reschedule_appointment(
                appointment_id=one.pk, starts_at=at(hour), staff_id=members[1].pk, now=NOW, outside_hours=True
            ),
            lambda two=two, hour=hour: services.reschedule_appointment(
                appointment_id=two.pk, starts_at=at(hour), staff_id=members[0].pk, now=NOW, outside_hours=True
            ),
        ]
        assert all(isinstance(result, SlotTaken) for result in at_once(workspace, works))


def test_one_form_sent_many_times_books_once(workspace: TenantSnapshot) -> None:
    service, reference = make_service(), uuid4()
    works = [lambda: book_as("luz", service.pk, at(10), public_id=reference)] * 6
    results = at_once(workspace, works)
    assert {result.appointment.pk for result in results} == {Appointment.objects.get().pk}


def test_one_form_sent_again_while_the_first_is_not_committed(workspace: TenantSnapshot) -> None:
    """The second has looked for its reference in vain; by the time it looks at the agenda, its own time is taken."""
    service, reference = make_service(), uuid4()
    second: list[Any] = []

    def send_again() -> None:
        second.extend(at_once(workspace, [lambda: book_as("luz", service.pk, at(10), public_id=reference)]))

    thread = Thread(target=send_again)
    with transaction.atomic():
        first = book_as("luz", service.pk, at(10), public_id=reference)
        thread.start()
        wait_until_somebody_waits()
    thread.join(60)
    assert second[0].appointment.pk == first.appointment.pk
    assert second[0].manage_token == first.manage_token
    assert Appointment.objects.count() == 1


def test_one_new_client_in_many_bookings_is_registered_once(workspace: TenantSnapshot) -> None:
    service = make_service()
    details = ClientDetails("Luz", "luz@example.com")
    works = [
        lambda number=number: book_as("luz", service.pk, at(9, 30 * number), client=details) for number in range(8)
    ]
    results = at_once(workspace, works)
    assert all(isinstance(result, services.Booking) for result in results)
    assert Client.objects.count() == 1
    assert Appointment.objects.count() == 8


def test_a_no_show_and_a_new_booking_never_share_the_time(workspace: TenantSnapshot) -> None:
    service = make_service()
    for hour in range(9, 13):
        missed = book(service, at(hour))
        services.mark_no_show(appointment_id=missed.pk, now=at(hour, 10))
        works = [
            lambda missed=missed, hour=hour: services.mark_arrived(appointment_id=missed.pk, now=at(hour, 15)),
            lambda hour=hour: book_as(f"n{hour}", service.pk, at(hour)),
        ]
        results = at_once(workspace, works)
        assert sum(isinstance(result, SlotTaken) for result in results) == 1
