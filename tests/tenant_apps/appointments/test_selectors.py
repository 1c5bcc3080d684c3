"""Reads of the agenda: what they hold, in which order, in how many queries."""

from datetime import date, time, timedelta

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from shared_apps.accounts.enums import Role
from tenant_apps.appointments import selectors, services
from tenant_apps.appointments.domain import WeekBlock
from tenant_apps.appointments.enums import CancelledBy
from tenant_apps.appointments.errors import AppointmentNotFound, ServiceNotFound, StaffMemberNotFound
from tests.factories.agenda import NOW, at, book, make_service, make_staff
from tests.factories.people import make_user

pytestmark = pytest.mark.usefixtures("in_tenant")
TUESDAY = date(2026, 3, 3)


def starts(service_id: int, on: date = TUESDAY, **options: object) -> list[str]:
    slots = selectors.list_free_slots(service_id=service_id, from_on=on, to_on=on, now=NOW, **options)  # type: ignore[arg-type]
    return [f"{slot.starts_at.astimezone(selectors.workspace_zone()):%H:%M}" for slot in slots]


def test_list_free_slots_takes_everything_into_account(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    member, other = make_staff(name="Ana"), make_staff(name="Bea")
    service = make_service(staff=[member, other], buffer_after_minutes=15)
    for each in (member, other):
        blocks = [WeekBlock(1, time(9), time(11)), WeekBlock(1, time(12), time(13))]
        services.replace_week(staff_id=each.pk, blocks=blocks)
    book(service, at(9, 30), staff_id=member.pk)
    services.cancel_appointment(
        appointment_id=book(service, at(12), staff_id=member.pk).pk, reason="", by=CancelledBy.STAFF, now=NOW
    )
    services.add_time_off(staff_id=other.pk, starts_at=at(0), ends_at=at(24))
    with django_assert_num_queries(5):
        found = starts(service.pk)
    # 09:00 would keep until 09:45, 10:00 is kept until 10:15.
    assert found == ["10:30", "12:00", "12:30"]
    assert starts(service.pk, staff_id=other.pk) == []
    services.add_time_off(starts_at=at(12), ends_at=at(13))
    assert starts(service.pk) == ["10:30"]


def test_list_free_slots_of_what_cannot_be_booked() -> None:
    service, stranger = make_service(), make_staff()
    assert starts(service.pk, staff_id=stranger.pk) == []
    services.archive_service(service_id=service.pk)
    assert starts(service.pk) == []
    with pytest.raises(ServiceNotFound):
        starts(10**9)


def test_list_free_slots_without_people_who_left() -> None:
    member = make_staff()
    service = make_service(staff=[member])
    services.update_staff_member(staff_id=member.pk, name="Ana", color="", is_active=False)
    assert starts(service.pk) == []


def test_list_free_days_are_local_days(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    member = make_staff()
    service = make_service(staff=[member])
    # 23:30 in Mexico City is the next day in UTC.
    services.replace_week(staff_id=member.pk, blocks=[WeekBlock(2, time(23, 30), time(0))])
    with django_assert_num_queries(5):
        days = selectors.list_free_days(service_id=service.pk, from_on=TUESDAY, to_on=date(2026, 3, 31), now=NOW)
    assert days == [date(2026, 3, day) for day in (4, 11, 18, 25)]


def test_list_free_slots_for_days_nobody_can_count_with() -> None:
    service = make_service()
    for first, last in ((date.min, date.min), (date.max, date.max), (date.max, date.min)):
        assert selectors.list_free_slots(service_id=service.pk, from_on=first, to_on=last, now=NOW) == []
    everything = selectors.list_free_slots(service_id=service.pk, from_on=date.min, to_on=date.max, now=NOW)
    assert len({slot.starts_at.date() for slot in everything}) == 61


def test_list_nearest_slots_can_ignore_one_appointment() -> None:
    service = make_service()
    appointment = book(service, at(10))
    near = {"service_id": service.pk, "near": at(10), "now": NOW, "limit": 1}
    assert selectors.list_nearest_slots(**near)[0].starts_at == at(9, 30)
    own = selectors.list_nearest_slots(**near, without_appointment_id=appointment.pk)
    assert own[0].starts_at == at(10)


def test_list_agenda_holds_what_overlaps(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    members = [make_staff(name=name) for name in ("Ana", "Bea")]
    service = make_service(staff=members)
    before, inside, after = (book(service, at(hour), staff_id=members[0].pk) for hour in (9, 10, 11))
    theirs = book(service, at(10), staff_id=members[1].pk)
    services.cancel_appointment(appointment_id=theirs.pk, reason="", by=CancelledBy.STAFF, now=NOW)
    period = {"starts_at": at(9, 30), "ends_at": at(11)}
    with django_assert_num_queries(1):
        found = [(one.pk, one.service.name, one.staff.name, one.client.name) for one in selectors.list_agenda(**period)]
    assert [row[0] for row in found] == [inside.pk, theirs.pk]
    assert list(selectors.list_agenda(**period, staff_ids=[members[1].pk])) == [theirs]
    assert list(selectors.list_agenda(starts_at=at(9, 29), ends_at=at(11, 1))) == [before, inside, theirs, after]


def test_count_booked_counts_local_days() -> None:
    service = make_service()
    member = service.staff.get()
    for starts_at in (at(0), at(23, 30), at(24)):
        book(service, starts_at, outside_hours=True)
    assert selectors.count_booked(on=TUESDAY, staff_ids=[member.pk]) == {member.pk: 2}
    assert selectors.count_booked(on=date(2026, 3, 1), staff_ids=[member.pk]) == {}


def test_list_opening_hours_joins_everybodys() -> None:
    assert selectors.list_opening_hours() == []
    ana, bea, gone = (make_staff(name=name, works=False) for name in ("Ana", "Bea", "Cleo"))
    services.replace_week(staff_id=ana.pk, blocks=[WeekBlock(0, time(9), time(13)), WeekBlock(4, time(20), time(2))])
    services.replace_week(staff_id=bea.pk, blocks=[WeekBlock(0, time(12), time(15)), WeekBlock(0, time(16), time(0))])
    services.replace_week(staff_id=gone.pk, blocks=[WeekBlock(6, time(9), time(13))])
    services.update_staff_member(staff_id=gone.pk, name="Cleo", color="", is_active=False)
    week = selectors.list_opening_hours()
    assert [day.weekday for day in week] == list(range(7))
    assert week[0].hours == [(time(9), time(15)), (time(16), time(0))]
    assert week[4].hours == [(time(20), time(2))]
    assert all(day.hours == [] for day in week if day.weekday not in {0, 4})


def test_list_time_off_of_one_person_and_everybody() -> None:
    ana, bea = make_staff(name="Ana"), make_staff(name="Bea")
    own = services.add_time_off(staff_id=ana.pk, starts_at=at(9), ends_at=at(10))
    everybody = services.add_time_off(starts_at=at(9, days=3), ends_at=at(10, days=3))
    theirs = services.add_time_off(staff_id=bea.pk, starts_at=at(9, days=2), ends_at=at(10, days=2))
    assert list(selectors.list_time_off()) == [own, theirs, everybody]
    assert list(selectors.list_time_off(staff_id=ana.pk)) == [own, everybody]
    assert list(selectors.list_time_off(ends_after=at(10))) == [theirs, everybody]


def test_services_and_staff_are_listed_in_their_order() -> None:
    member = make_staff()
    second = make_service(staff=[member], order=2)
    first = make_service(staff=[member], order=1, is_public=False)
    archived = make_service(staff=[member])
    services.archive_service(service_id=archived.pk)
    assert list(selectors.list_services()) == [first, second]
    assert list(selectors.list_services(public_only=True)) == [second]
    assert list(selectors.list_services(include_archived=True)) == [archived, first, second]
    assert list(selectors.list_staff()) == [member]


def test_get_what_does_not_exist() -> None:
    with pytest.raises(StaffMemberNotFound):
        selectors.get_staff_member(staff_id=10**9)
    with pytest.raises(AppointmentNotFound):
        selectors.get_appointment(appointment_id=10**9)
    with pytest.raises(AppointmentNotFound):
        selectors.get_appointment_by_reference(public_id="12345678-1234-1234-1234-123456789012")
    assert selectors.find_staff_member(user_id=10**9) is None


def test_find_staff_member_by_account() -> None:
    user = make_user(role=Role.STAFF)
    member = services.create_staff_member(name="Ana", user_id=user.pk)
    assert selectors.find_staff_member(user_id=user.pk) == member


def test_slots_of_a_day_are_offered_until_the_notice_runs_out() -> None:
    service = make_service(minimum_notice_minutes=90)
    today = NOW.date()
    assert starts(service.pk, today)[0] == "09:30"  # it is 08:00
    slots = selectors.list_free_slots(service_id=service.pk, from_on=today, to_on=today, now=NOW + timedelta(hours=9))
    assert slots == []
