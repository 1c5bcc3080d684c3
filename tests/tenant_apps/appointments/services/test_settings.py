"""Services, staff, weekly hours and time off: what the professional decides."""

from datetime import time
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from shared_apps.core.errors import InvalidInput
from tenant_apps.appointments import selectors, services
from tenant_apps.appointments.domain import BookingRules, ServiceDetails, WeekBlock
from tenant_apps.appointments.errors import ServiceNotFound, StaffMemberNotFound, TimeOffNotFound
from tenant_apps.appointments.models import AvailabilityRule, Service, StaffMember, TimeOff
from tests.factories.agenda import at, book, make_service, make_staff

pytestmark = pytest.mark.usefixtures("in_tenant")
RULES = BookingRules(duration_minutes=30, slot_interval_minutes=30)


def details(**changes: object) -> ServiceDetails:
    values: dict[str, object] = {"name": "Limpieza", "rules": RULES, **changes}
    return ServiceDetails(**values)  # type: ignore[arg-type]


def test_create_service_is_offered_by_everybody_active_and_priced_in_the_workspaces_currency() -> None:
    members = [make_staff(name=name) for name in ("Ana", "Bea", "Cleo")]
    services.update_staff_member(staff_id=members[2].pk, name="Cleo", color="", is_active=False)
    service = services.create_service(details=details(price=Decimal("10")))
    assert list(service.staff.all()) == members[:2]
    assert service.currency == "MXN"
    assert services.create_service(details=details(currency="USD"), staff_ids=[]).currency == "USD"


def test_update_service_leaves_what_is_booked_alone() -> None:
    service = make_service()
    appointment = book(service, at(10))
    longer = BookingRules(duration_minutes=60, slot_interval_minutes=60, buffer_after_minutes=30)
    services.update_service(service_id=service.pk, details=details(rules=longer, price=Decimal("900")))
    stored = selectors.get_appointment(appointment_id=appointment.pk)
    assert (stored.ends_at, stored.busy.upper, stored.price) == (at(10, 30), at(10, 30), Decimal("500"))
    assert stored.service.duration_minutes == 60
    assert service.staff.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a\x00"}, "name"),
        ({"description": "a\x00"}, "description"),
        ({"price": Decimal("-0.01")}, "price"),
        ({"price": Decimal("1e10")}, "price"),
        ({"price": Decimal("NaN")}, "price"),
        ({"rules": BookingRules(0, 30)}, "duration_minutes"),
        ({"rules": BookingRules(1441, 30)}, "duration_minutes"),
        ({"rules": BookingRules(30, 0)}, "slot_interval_minutes"),
        ({"rules": BookingRules(30, 30, buffer_before_minutes=-1)}, "buffer_before_minutes"),
        ({"rules": BookingRules(30, 30, minimum_notice_minutes=525_601)}, "minimum_notice_minutes"),
        ({"rules": BookingRules(30, 30, horizon_days=731)}, "horizon_days"),
    ],
)
def test_service_that_does_not_hold_is_refused(changes: dict[str, object], field: str) -> None:
    service = make_service()
    before = Service.objects.values().get()
    for write in (
        lambda: services.create_service(details=details(**changes)),
        lambda: services.update_service(service_id=service.pk, details=details(**changes)),
    ):
        with pytest.raises(InvalidInput) as refused:
            write()
        assert list(refused.value.fields) == [field]
    assert Service.objects.values().get() == before


def test_service_steps_of_unknown_ones() -> None:
    for write in (
        lambda: services.update_service(service_id=10**9, details=details()),
        lambda: services.archive_service(service_id=10**9),
        lambda: services.restore_service(service_id=10**9),
    ):
        with pytest.raises(ServiceNotFound):
            write()
    with pytest.raises(StaffMemberNotFound):
        services.create_service(details=details(), staff_ids=[10**9])
    assert Service.objects.count() == 0


def test_archive_and_restore_service_keep_its_appointments() -> None:
    service = make_service()
    appointment = book(service, at(10))
    for _ in range(2):
        assert services.archive_service(service_id=service.pk).is_active is False
    assert selectors.get_appointment(appointment_id=appointment.pk).service_id == service.pk
    assert services.restore_service(service_id=service.pk).is_active is True


def test_staff_member_offers_services() -> None:
    service = make_service()
    member = services.create_staff_member(name=" Ana ", color="#1f4e9c", service_ids=[service.pk])
    assert (member.name, list(member.services.all())) == ("Ana", [service])
    services.update_staff_member(staff_id=member.pk, name="Ana", color="", is_active=True)
    assert list(member.services.all()) == [service]
    services.update_staff_member(staff_id=member.pk, name="Ana", color="", is_active=True, service_ids=[])
    assert list(member.services.all()) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": " "}, "name"), ({"name": "x" * 121}, "name"), ({"name": "\x00"}, "name"), ({"color": "red"}, "color")],
)
def test_staff_member_that_does_not_hold_is_refused(changes: dict[str, str], field: str) -> None:
    values = {"name": "Ana", "color": "#1f4e9c", **changes}
    with pytest.raises(InvalidInput) as refused:
        services.create_staff_member(**values)
    assert list(refused.value.fields) == [field]
    assert StaffMember.objects.count() == 0


def test_staff_steps_of_unknown_ones() -> None:
    with pytest.raises(StaffMemberNotFound):
        services.update_staff_member(staff_id=10**9, name="Ana", color="", is_active=True)
    with pytest.raises(ServiceNotFound):
        services.create_staff_member(name="Ana", service_ids=[10**9])
    with pytest.raises(StaffMemberNotFound):
        services.replace_week(staff_id=10**9, blocks=[])
    with pytest.raises(StaffMemberNotFound):
        services.add_time_off(staff_id=10**9, starts_at=at(9), ends_at=at(10))
    with pytest.raises(TimeOffNotFound):
        services.remove_time_off(time_off_id=10**9)


def test_replace_week_replaces_one_persons_only() -> None:
    ana, bea = make_staff(name="Ana"), make_staff(name="Bea")
    blocks = [WeekBlock(0, time(15), time(0)), WeekBlock(0, time(9), time(13))]
    services.replace_week(staff_id=ana.pk, blocks=blocks)
    assert selectors.list_week(staff_id=ana.pk) == blocks[::-1]
    assert len(selectors.list_week(staff_id=bea.pk)) == 7


@pytest.mark.parametrize(
    "blocks",
    [
        [WeekBlock(0, time(9), time(13)), WeekBlock(0, time(12, 59), time(14))],
        [WeekBlock(6, time(22), time(2)), WeekBlock(0, time(1), time(3))],
        [WeekBlock(0, time(9), time(9))],
        [WeekBlock(7, time(9), time(10))],
        [WeekBlock(0, time(0), time(0)), WeekBlock(0, time(9), time(10))],
    ],
)
def test_replace_week_that_does_not_hold_changes_nothing(blocks: list[WeekBlock]) -> None:
    member = make_staff()
    with pytest.raises(InvalidInput) as refused:
        services.replace_week(staff_id=member.pk, blocks=blocks)
    assert list(refused.value.fields) == ["blocks"]
    assert len(selectors.list_week(staff_id=member.pk)) == 7


def test_time_off_leaves_what_is_booked_alone() -> None:
    service = make_service()
    appointment = book(service, at(10))
    time_off = services.add_time_off(starts_at=at(0), ends_at=at(24), reason="Puente")
    assert selectors.get_appointment(appointment_id=appointment.pk).status == "confirmed"
    services.remove_time_off(time_off_id=time_off.pk)
    assert TimeOff.objects.count() == 0


@pytest.mark.parametrize(
    ("table", "constraint", "changes"),
    [
        (StaffMember, "staffmember_has_name", {"name": ""}),
        (StaffMember, "staffmember_color_is_hex", {"color": "#FFF"}),
        (Service, "service_has_name", {"name": ""}),
        (Service, "service_duration_within_a_day", {"duration_minutes": 0}),
        (Service, "service_interval_within_a_day", {"slot_interval_minutes": 0}),
        (Service, "service_buffers_within_a_day", {"buffer_after_minutes": 1441}),
        (Service, "service_horizon_two_years", {"horizon_days": 731}),
        (Service, "service_price_has_currency", {"price": -1}),
        (Service, "service_price_has_currency", {"currency": ""}),
        (AvailabilityRule, "availabilityrule_weekday_known", {"weekday": 7}),
        (AvailabilityRule, "availabilityrule_not_empty", {"starts_at": time(18)}),
        (AvailabilityRule, "availabilityrule_one_per_start", {"weekday": 0}),
        (TimeOff, "timeoff_not_empty", {"ends_at": at(9)}),
    ],
)
def test_constraint(table: type, constraint: str, changes: dict[str, object]) -> None:
    make_service()
    services.add_time_off(starts_at=at(9), ends_at=at(10))
    with pytest.raises(IntegrityError, match=f"appointments_{constraint}"), transaction.atomic():
        table.objects.update(**changes)  # type: ignore[attr-defined]
