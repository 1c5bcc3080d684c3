"""The countries Oficio works in: currency, time zones, phone region and habits of writing. No Django."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Clock = Literal[12, 24]


@dataclass(frozen=True, slots=True)
class Zone:
    """A time zone of a country under the names that people there give it."""

    name: str
    label_es: str
    label_en: str

    def label(self, language: str) -> str:
        return self.label_en if language == "en" else self.label_es


@dataclass(frozen=True, slots=True)
class Country:
    """What follows from choosing a country at sign-up; each may be changed later in the workspace's settings.

    Shapes: code ISO 3166-1 alpha-2, currency ISO 4217, zones IANA with the most populous first.
    `currency_places` is the number of decimals people write, as in `shared_apps.core.money`.
    """

    code: str
    name_es: str
    name_en: str
    currency: str
    currency_places: int
    clock: Clock
    zones: tuple[Zone, ...]

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_es

    @property
    def timezone(self) -> str:
        """Return the zone of most of its people."""
        return self.zones[0].name

    @property
    def phone_region(self) -> str:
        """Return the region that phone numbers without a country code belong to."""
        return self.code

    def has_zone(self, name: str) -> bool:
        return any(zone.name == name for zone in self.zones)


# Sources: IANA tzdata 2026a zone1970.tab; Unicode CLDR 47 timeData and the locales es-MX, es-CL, es-CO, es-AR, es-ES,
# es-PE, en-US. Argentina, Chile and Spain write 24 hours; zones with the same rules since 2024 are listed once.
_ALL: Final = (
    Country(
        "MX",
        "México",
        "Mexico",
        "MXN",
        2,
        12,
        (
            Zone("America/Mexico_City", "Centro (Ciudad de México)", "Central (Mexico City)"),
            Zone("America/Cancun", "Sureste (Cancún)", "Southeast (Cancún)"),
            Zone("America/Hermosillo", "Sonora (Hermosillo)", "Sonora (Hermosillo)"),
            Zone("America/Mazatlan", "Pacífico (Mazatlán, La Paz)", "Pacific (Mazatlán, La Paz)"),
            Zone("America/Tijuana", "Noroeste (Tijuana)", "Northwest (Tijuana)"),
            Zone("America/Ciudad_Juarez", "Frontera norte (Ciudad Juárez)", "Northern border (Ciudad Juárez)"),
            Zone("America/Matamoros", "Frontera noreste (Matamoros)", "Northeast border (Matamoros)"),
        ),
    ),
    Country(
        "CL",
        "Chile",
        "Chile",
        "CLP",
        0,
        24,
        (
            Zone("America/Santiago", "Chile continental (Santiago)", "Mainland (Santiago)"),
            Zone("America/Punta_Arenas", "Aysén y Magallanes (Punta Arenas)", "Aysén and Magallanes (Punta Arenas)"),
            Zone("Pacific/Easter", "Isla de Pascua", "Easter Island"),
        ),
    ),
    Country("CO", "Colombia", "Colombia", "COP", 0, 12, (Zone("America/Bogota", "Bogotá", "Bogotá"),)),
    Country(
        "AR",
        "Argentina",
        "Argentina",
        "ARS",
        2,
        24,
        (Zone("America/Argentina/Buenos_Aires", "Buenos Aires", "Buenos Aires"),),
    ),
    Country(
        "ES",
        "España",
        "Spain",
        "EUR",
        2,
        24,
        (
            Zone("Europe/Madrid", "Península y Baleares (Madrid)", "Mainland and Balearics (Madrid)"),
            Zone("Atlantic/Canary", "Canarias", "Canary Islands"),
        ),
    ),
    Country("PE", "Perú", "Peru", "PEN", 2, 12, (Zone("America/Lima", "Lima", "Lima"),)),
    Country(
        "US",
        "Estados Unidos",
        "United States",
        "USD",
        2,
        12,
        (
            Zone("America/New_York", "Este (Nueva York)", "Eastern (New York)"),
            Zone("America/Chicago", "Centro (Chicago)", "Central (Chicago)"),
            Zone("America/Denver", "Montaña (Denver)", "Mountain (Denver)"),
            Zone("America/Phoenix", "Arizona (Phoenix)", "Arizona (Phoenix)"),
            Zone("America/Los_Angeles", "Pacífico (Los Ángeles)", "Pacific (Los Angeles)"),
            Zone("America/Anchorage", "Alaska (Anchorage)", "Alaska (Anchorage)"),
            Zone("Pacific/Honolulu", "Hawái (Honolulu)", "Hawaii (Honolulu)"),
        ),
    ),
)
COUNTRIES: Final[Mapping[str, Country]] = {country.code: country for country in _ALL}
CURRENCIES: Final = tuple(dict.fromkeys(country.currency for country in _ALL))
DEFAULT_COUNTRY: Final = "MX"


def find_country(code: str) -> Country | None:
    """Return a country by its ISO code, or None when Oficio does not work there."""
    return COUNTRIES.get(code)


def find_country_by_zone(name: str) -> Country | None:
    """Return the country that has a time zone, or None."""
    return next((country for country in _ALL if country.has_zone(name)), None)


def guess_country(*, accept_language: str, timezone: str) -> Country:
    """Return the visitor's likely country: by the browser's zone, else by the region of a preferred language."""
    if country := find_country_by_zone(timezone):
        return country
    for part in accept_language.split(","):
        _, _, region = part.split(";")[0].strip().partition("-")
        if country := COUNTRIES.get(region.upper()):
            return country
    return COUNTRIES[DEFAULT_COUNTRY]
