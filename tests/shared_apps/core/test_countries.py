"""Countries: complete, consistent with the time zone data, and guessed from what a browser says."""

from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from shared_apps.core.countries import COUNTRIES, Country, find_country, find_country_by_zone, guess_country
from shared_apps.core.money import FORMS


@pytest.mark.parametrize("country", COUNTRIES.values(), ids=lambda country: country.code)
def test_country_is_complete(country: Country) -> None:
    assert country.zones
    assert len({zone.name for zone in country.zones}) == len(country.zones)
    for zone in country.zones:
        assert ZoneInfo(zone.name)
        assert zone.label("es")
        assert zone.label("en")
    assert country.phone_region in phonenumbers.SUPPORTED_REGIONS
    assert FORMS[country.currency].places == country.currency_places
    assert country.clock in (12, 24)


def test_no_zone_belongs_to_two_countries() -> None:
    names = [zone.name for country in COUNTRIES.values() for zone in country.zones]
    assert len(set(names)) == len(names)


def test_countries_of_the_product_are_there() -> None:
    assert {"MX", "CL", "CO", "AR", "ES"} <= set(COUNTRIES)
    assert find_country("XX") is None
    assert find_country_by_zone("Asia/Tokyo") is None


@pytest.mark.parametrize(
    ("accept_language", "timezone", "code"),
    [
        ("", "", "MX"),
        ("es-CL,es;q=0.9", "", "CL"),
        ("en-GB,es-ES;q=0.8", "", "ES"),
        ("es-MX", "America/Bogota", "CO"),  # where the clock is says more than the words
        ("es-419", "Asia/Tokyo", "MX"),
        ("\x00;;,-,", "", "MX"),
    ],
)
def test_guess_country(accept_language: str, timezone: str, code: str) -> None:
    assert guess_country(accept_language=accept_language, timezone=timezone).code == code
