"""Every pair of states, walked; what each step asks for and what it frees."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from shared_apps.core.errors import InvalidInput
from tenant_apps.appointments import services
from tenant_apps.appointments.enums import LIVE, TRANSITIONS, AppointmentStatus, CancelledBy
from tenant_apps.appointments.errors import (
    AlreadyStarted,
    AppointmentNotFound,
    NotStartedYet,
    SlotTaken,
    TransitionRefused,
)
from tenant_apps.appointments.models import Appointment
from tenant_apps.notifications.models import OutboxMessage
from tests.factories.agenda import NOW, at, book, make_service

pytestmark = pytest.mark.usefixtures("in_tenant")
LATER = at(12)  # after the appointment
Status = AppointmentStatus


def cancel(*, appointment_id: int, now: datetime) -> Appointment:
    return services.cancel_appointment(
        appointment_id=appointment_id, reason="No puede venir", by=CancelledBy.STAFF, now=now
    )


STEPS: dict[Status, Callable[..., Appointment]] = {
    Status.CONFIRMED: services.confirm_appointment,
    Status.ARRIVED: services.mark_arrived,
    Status.COMPLETED: services.complete_appointment,
    Status.NO_SHOW: services.mark_no_show,
    Status.CANCELLED: cancel,
}


def put(appointment: Appointment, status: str) -> None:
    """Write a status past the services."""
    is_cancelled = status == Status.CANCELLED
    Appointment.objects.filter(pk=appointment.pk).update(
        status=status,
        cancelled_at=NOW if is_cancelled else None,
        cancelled_by=CancelledBy.CLIENT if is_cancelled else "",
    )


def test_transitions_name_every_status() -> None:
    assert set(TRANSITIONS) == set(Status.values)
    assert Status.PENDING not in STEPS
    assert not any(Status.PENDING in targets for targets in TRANSITIONS.values())


@pytest.mark.parametrize(("status", "target"), list(product(Status, STEPS)))
def test_transition_each_pair(status: Status, target: Status) -> None:
    appointment = book(make_service(), at(10))
    put(appointment, status)
    before = Appointment.objects.values().get()
    step = STEPS[target]
    if target in TRANSITIONS[status]:
        assert step(appointment_id=appointment.pk, now=LATER).status == target
        assert Appointment.objects.get().status == target
    elif status == target:
        assert step(appointment_id=appointment.pk, now=LATER).status == target
        assert Appointment.objects.values().get() == before
    else:
        with pytest.raises(TransitionRefused) as refused:
            step(appointment_id=appointment.pk, now=LATER)
        assert refused.value.values == {"status": status, "target": target}
        assert Appointment.objects.values().get() == before


@pytest.mark.parametrize("step", [*STEPS.values(), services.write_notes])
def test_step_of_an_unknown_appointment(step: Callable[..., Appointment]) -> None:
    values: dict[str, object] = {"notes": ""} if step is services.write_notes else {"now": NOW}
    with pytest.raises(AppointmentNotFound):
        step(appointment_id=10**9, **values)


@pytest.mark.parametrize("step", [services.complete_appointment, services.mark_no_show])
def test_step_before_the_appointment_is_refused(step: Callable[..., Appointment]) -> None:
    appointment = book(make_service(), at(10))
    with pytest.raises(NotStartedYet):
        step(appointment_id=appointment.pk, now=at(10) - timedelta(seconds=1))
    assert Appointment.objects.get().status == Status.CONFIRMED
    step(appointment_id=appointment.pk, now=at(10))


@pytest.mark.parametrize("step", [services.mark_arrived, services.complete_appointment])
def test_step_before_the_day_is_refused_even_after_an_arrival(step: Callable[..., Appointment]) -> None:
    appointment = book(make_service(), at(10))
    put(appointment, Status.CONFIRMED if step is services.mark_arrived else Status.ARRIVED)
    before = Appointment.objects.get().status
    with pytest.raises(NotStartedYet):
        step(appointment_id=appointment.pk, now=at(0) - timedelta(seconds=1))
    assert Appointment.objects.get().status == before
    step(appointment_id=appointment.pk, now=at(0))


def test_complete_appointment_early_when_the_client_is_here() -> None:
    appointment = book(make_service(), at(10))
    services.mark_arrived(appointment_id=appointment.pk, now=at(9, 30))
    assert services.complete_appointment(appointment_id=appointment.pk, now=at(9, 55)).status == Status.COMPLETED


def test_confirm_appointment_tells_the_client_once() -> None:
    service = make_service()
    appointment = book(service, at(10))
    put(appointment, Status.PENDING)
    for _ in range(2):
        services.confirm_appointment(appointment_id=appointment.pk, now=NOW)
    assert OutboxMessage.objects.filter(event="appointment_confirmed").count() == 1


def test_confirm_appointment_that_takes_back_an_arrival_is_silent() -> None:
    appointment = book(make_service(), at(10))
    services.mark_arrived(appointment_id=appointment.pk, now=at(9))
    services.confirm_appointment(appointment_id=appointment.pk, now=NOW)
    assert OutboxMessage.objects.filter(event="appointment_confirmed").count() == 0


def test_cancel_appointment_frees_its_time_and_tells_the_client() -> None:
    service = make_service()
    appointment = book(service, at(10))
    cancelled = cancel(appointment_id=appointment.pk, now=NOW)
    assert (cancelled.cancelled_at, cancelled.cancelled_by) == (NOW, CancelledBy.STAFF)
    assert (cancelled.cancelled_reason, cancelled.ics_sequence) == ("No puede venir", 1)
    assert OutboxMessage.objects.filter(event="appointment_cancelled").count() == 1
    book(service, at(10))


def test_cancel_appointment_by_the_client_after_it_started_is_refused() -> None:
    appointment = book(make_service(), at(10))
    with pytest.raises(AlreadyStarted):
        services.cancel_appointment(appointment_id=appointment.pk, reason="", by=CancelledBy.CLIENT, now=at(10))
    assert Appointment.objects.get().status == Status.CONFIRMED


@pytest.mark.parametrize("reason", ["x" * 501, "a\x00b"])
def test_cancel_appointment_refuses_a_reason_that_cannot_be_stored(reason: str) -> None:
    appointment = book(make_service(), at(10))
    with pytest.raises(InvalidInput):
        services.cancel_appointment(appointment_id=appointment.pk, reason=reason, by=CancelledBy.STAFF, now=NOW)


def test_mark_arrived_after_a_no_show_needs_the_time_to_be_free() -> None:
    service = make_service()
    appointment = book(service, at(10))
    services.mark_no_show(appointment_id=appointment.pk, now=at(10, 15))
    other = book(service, at(10), now=at(9))
    with pytest.raises(SlotTaken):
        services.mark_arrived(appointment_id=appointment.pk, now=at(10, 20))
    cancel(appointment_id=other.pk, now=at(10, 20))
    assert services.mark_arrived(appointment_id=appointment.pk, now=at(10, 25)).status == Status.ARRIVED


def test_write_notes_replaces_them() -> None:
    appointment = book(make_service(), at(10), notes="uno")
    services.write_notes(appointment_id=appointment.pk, notes="dos")
    assert Appointment.objects.get().notes == "dos"
    with pytest.raises(InvalidInput):
        services.write_notes(appointment_id=appointment.pk, notes="\x00")


def test_live_statuses_are_those_of_the_constraint() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conname = 'appointments_appointment_no_overlap' AND connamespace = %s::regnamespace",
            [connection.schema_name],
        )
        (definition,) = cursor.fetchone()
    assert all((f"'{status}'" in definition) == (status in LIVE) for status in Status.values)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("cancellation_fields_together", {"status": Status.CANCELLED}),
        ("cancellation_fields_together", {"cancelled_at": NOW}),
        ("cancellation_fields_together", {"cancelled_by": CancelledBy.CLIENT}),
        ("cancellation_fields_together", {"cancelled_reason": "why"}),
        ("cancellation_fields_together", {"status": Status.CANCELLED, "cancelled_at": NOW, "cancelled_by": "nobody"}),
        ("ends_after_start", {"ends_at": at(10)}),
        ("busy_contains_it", {"starts_at": at(9, 59)}),
        ("busy_contains_it", {"ends_at": at(10, 31)}),
        ("busy_contains_it", {"busy": (at(9), at(10, 29))}),
        ("status_known", {"status": "lost"}),
        ("source_known", {"source": "post"}),
        ("price_has_currency", {"price": -1}),
        ("price_has_currency", {"currency": ""}),
    ],
)
def test_appointment_constraint(constraint: str, changes: dict[str, object]) -> None:
    book(make_service(), at(10))
    with pytest.raises(IntegrityError, match=f"appointments_appointment_{constraint}"), transaction.atomic():
        Appointment.objects.update(**changes)
