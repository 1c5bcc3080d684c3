from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from shared_apps.core import moments

MEXICO, SANTIAGO, MADRID = ZoneInfo("America/Mexico_City"), ZoneInfo("America/Santiago"), ZoneInfo("Europe/Madrid")
MOMENT = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "country", "zone", "form", "text"),
    [
        ("es", "MX", MEXICO, "long", "viernes 20 de noviembre, 3:30 p.m."),
        ("es", "CL", SANTIAGO, "long", "viernes 20 de noviembre, 18:30"),
        ("es", "ES", MADRID, "time", "22:30"),
        ("en", "MX", MEXICO, "long", "Friday, November 20, 3:30 p.m."),
        ("en", "", MADRID, "date", "November 20, 2026"),
    ],
)
def test_write_moment_follows_zone_language_and_clock(language, country, zone, form, text):
    with translation.override(language):
        assert moments.write_moment(MOMENT, zone=zone, form=form, country=country) == text


def test_write_moment_midnight_belongs_to_the_local_day():
    late = datetime(2026, 11, 21, 5, 59, tzinfo=UTC)
    with translation.override("es"):
        assert moments.write_moment(late, zone=MEXICO, form="day", country="MX") == "viernes 20 de noviembre"


def test_write_moment_date_has_no_zone():
    with translation.override("es"):
        assert moments.write_moment(date(2026, 3, 1), zone=MEXICO, form="day", country="MX") == "domingo 1 de marzo"


def test_write_offset_follows_the_season():
    assert moments.write_offset(datetime(2026, 1, 1, tzinfo=UTC), SANTIAGO) == "GMT\u22123"
    assert moments.write_offset(datetime(2026, 7, 1, tzinfo=UTC), SANTIAGO) == "GMT\u22124"
    assert moments.write_offset(MOMENT, ZoneInfo("Asia/Kathmandu")) == "GMT+5:45"


def test_write_zone_uses_the_name_people_give_it():
    with translation.override("es"):
        assert moments.write_zone(MEXICO) == "Centro (Ciudad de México)"
    assert moments.write_zone(ZoneInfo("Asia/Ho_Chi_Minh")) == "Ho Chi Minh"
