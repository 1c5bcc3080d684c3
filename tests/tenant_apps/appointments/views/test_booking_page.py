"""The state that addresses of the booking page carry."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from tenant_apps.appointments.views.booking_page import BookingState, read_moment, write_moment

DAYS = st.dates(min_value=date(2000, 1, 1), max_value=date(2199, 12, 31))
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
SECONDS = int((datetime(2199, 12, 31, tzinfo=UTC) - FIRST).total_seconds())
MOMENTS = st.integers(min_value=0, max_value=SECONDS).map(lambda seconds: FIRST + timedelta(seconds=seconds))
STATES = st.builds(
    BookingState,
    service_id=st.none() | st.integers(min_value=0, max_value=10**17),
    staff_id=st.none() | st.integers(min_value=0, max_value=10**17),
    month=st.none() | DAYS.map(lambda day: day.replace(day=1)),
    day=st.none() | DAYS,
    at=st.none() | MOMENTS,
)


@given(STATES)
def test_an_address_carries_the_whole_state(state: BookingState) -> None:
    _, _, query = state.url.partition("?")
    assert BookingState.read(QueryDict(query)) == state


@given(st.dictionaries(st.sampled_from(["service", "staff", "month", "day", "at"]), st.text()))
def test_any_address_can_be_read(values: dict[str, str]) -> None:
    query = QueryDict(mutable=True)
    query.update(values)
    assert isinstance(BookingState.read(query), BookingState)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-25T16:00Z", datetime(2026, 11, 25, 16, 0, tzinfo=UTC)),
        ("2026-11-25T10:00:00-06:00", datetime(2026, 11, 25, 16, 0, tzinfo=UTC)),
        ("2026-11-25T16:00", None),  # whose clock?
        ("1999-11-25T16:00Z", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("", None),
        ("\x00", None),
    ],
)
def test_read_moment(text: str, moment: datetime | None) -> None:
    assert read_moment(text) == moment


def test_write_moment_is_short_and_in_utc() -> None:
    moment = datetime.fromisoformat("2026-11-25T10:00:00-06:00")
    assert write_moment(moment) == "2026-11-25T16:00Z"
    assert write_moment(moment.replace(second=30)) == "2026-11-25T16:00:30Z"
