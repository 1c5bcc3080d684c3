"""The week of the public page."""

from datetime import date, time

import pytest
from django.utils import translation

from tenant_apps.appointments.models import AvailabilityRule
from tenant_apps.appointments.views.opening_hours import join, list_week

FRIDAY = date(2026, 11, 20)


def rule(weekday: int, starts_at: time, ends_at: time) -> AvailabilityRule:
    return AvailabilityRule(weekday=weekday, starts_at=starts_at, ends_at=ends_at)


def test_nobody_with_hours_is_no_week() -> None:
    assert list_week([], country="MX", today=FRIDAY) == []


def test_a_week_has_seven_days_and_knows_today() -> None:
    with translation.override("en"):
        week = list_week([rule(4, time(9), time(13))], country="MX", today=FRIDAY)
    assert [day.name for day in week][::6] == ["Monday", "Sunday"]
    assert [day.is_today for day in week] == [False] * 4 + [True] + [False] * 2
    assert list(week[4].hours) == ["9:00 a.m.–1:00 p.m."]
    assert list(week[5].hours) == []


def test_hours_of_several_people_are_joined() -> None:
    rules = [rule(0, time(9), time(13)), rule(0, time(12), time(15)), rule(0, time(16), time(18))]
    week = list_week(rules, country="CL", today=FRIDAY)
    assert list(week[0].hours) == ["09:00–15:00", "16:00–18:00"]


@pytest.mark.parametrize(("ends_at", "written"), [(time(0), "22:00–00:00"), (time(2), "22:00–02:00")])
def test_hours_past_midnight_belong_to_the_day_they_begin_on(ends_at: time, written: str) -> None:
    week = list_week([rule(5, time(22), ends_at)], country="ES", today=FRIDAY)
    assert list(week[5].hours) == [written]
    assert list(week[6].hours) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        ([(1, 2), (2, 3)], [(1, 3)]),
        ([(5, 6), (1, 9), (2, 3)], [(1, 9)]),
        ([(4, 5), (1, 2)], [(1, 2), (4, 5)]),
    ],
)
def test_join(given: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    assert join(given) == expected
