"""What a sign-up asks for, and the sector packs it starts with: data files, checked here. No Django."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from shared_apps.core.countries import CURRENCIES

LANGUAGES: Final = ("es", "en")
WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TERMS_VERSION: Final = "2026-11"
_FOLDER: Final = Path(__file__).parent / "sectors"
_COLOR: Final = re.compile(r"^#[0-9a-f]{6}$")
_ICON: Final = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


class SectorFileInvalid(ValueError):
    """A data file does not say what a sector must; names the file and the place in it."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text in the languages of the interface."""

    es: str
    en: str

    def localized(self, language: str) -> str:
        return self.en if language == "en" else self.es


@dataclass(frozen=True, slots=True)
class ServicePreset:
    """Shapes: prices maps each currency to an amount; an empty mapping means the owner sets a price."""

    name: Text
    description: Text
    minutes: int
    buffer_after_minutes: int
    prices: Mapping[str, Decimal]

    def price_in(self, currency: str) -> Decimal | None:
        """Return the usual price where people pay in a currency, or None."""
        return self.prices.get(currency)


@dataclass(frozen=True, slots=True)
class Block:
    """Opening hours without a break: local wall time, weekday 0 = Monday."""

    weekday: int
    starts_at: time
    ends_at: time


@dataclass(frozen=True, slots=True)
class Sector:
    """One line of work.

    Shapes: icon is a lucide name, color #rrggbb, week ordered and without overlaps; the gaps in a day are breaks.
    """

    slug: str
    order: int
    icon: str
    color: str
    name: Text
    tagline: Text
    greeting: Text
    address_word: Text
    minimum_notice_minutes: int
    horizon_days: int
    services: tuple[ServicePreset, ...]
    week: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody asks for at sign-up, already checked field by field.

    Shapes: sector a slug of a sector file, country ISO 3166-1 alpha-2, timezone IANA, language es or en.
    """

    person: str
    email: str
    business: str
    slug: str
    sector: str
    country: str
    timezone: str
    language: str


@lru_cache(maxsize=1)
def load_sectors() -> Mapping[str, Sector]:
    """Return every sector by slug, in the order people see them. Raises SectorFileInvalid."""
    sectors = [parse_sector(path.stem, path.read_text(encoding="utf-8")) for path in _FOLDER.glob("*.json")]
    return {sector.slug: sector for sector in sorted(sectors, key=lambda sector: (sector.order, sector.slug))}


def find_sector(slug: str) -> Sector | None:
    """Return a sector by slug, or None."""
    return load_sectors().get(slug)


def parse_sector(slug: str, source: str) -> Sector:
    """Read one data file. Raises SectorFileInvalid that names the first thing wrong."""
    try:
        data = json.loads(source)
    except ValueError as error:
        raise SectorFileInvalid(f"{slug}.json: {error}") from error
    reader = _Reader(slug, data)
    services = reader.items("services")
    _require(bool(services), f"{slug}.json: services is empty")
    sector = Sector(
        slug=slug,
        order=reader.whole("order", 0, 1000),
        icon=reader.matching("icon", _ICON),
        color=reader.matching("color", _COLOR),
        name=reader.text("name", 60),
        tagline=reader.text("tagline", 120),
        greeting=reader.text("greeting", 120),
        address_word=reader.text("address_word", 20, may_be_empty=True),
        minimum_notice_minutes=reader.whole("minimum_notice_minutes", 0, 7 * 24 * 60),
        horizon_days=reader.whole("horizon_days", 1, 365),
        services=tuple(_parse_service(service) for service in services),
        week=_parse_week(reader),
    )
    reader.refuse_unknown()
    return sector


def _parse_service(reader: "_Reader") -> ServicePreset:
    service = ServicePreset(
        name=reader.text("name", 80),
        description=reader.text("description", 200),
        minutes=reader.whole("minutes", 5, 8 * 60),
        buffer_after_minutes=reader.whole("buffer_after_minutes", 0, 120),
        prices=_parse_prices(reader),
    )
    reader.refuse_unknown()
    return service


def _parse_prices(reader: "_Reader") -> Mapping[str, Decimal]:
    raw = reader.take("prices")
    if raw is None:
        return {}
    place = f"{reader.place}.prices"
    _require(isinstance(raw, dict) and set(raw) == set(CURRENCIES), f"{place} must name {', '.join(CURRENCIES)}")
    prices = {}
    for currency, amount in raw.items():
        try:
            prices[currency] = Decimal(amount)
        except (InvalidOperation, TypeError) as error:
            raise SectorFileInvalid(f"{place}.{currency} is not an amount") from error
        _require(
            isinstance(amount, str) and prices[currency].is_finite() and prices[currency] >= 0,
            f"{place}.{currency} must be a text with an amount of zero or more",
        )
    return prices


def _parse_week(reader: "_Reader") -> tuple[Block, ...]:
    raw = reader.take("week")
    place = f"{reader.place}.week"
    _require(isinstance(raw, dict) and bool(raw) and set(raw) <= set(WEEKDAYS), f"{place} must name weekdays")
    blocks = []
    for weekday, name in enumerate(WEEKDAYS):
        end_of_previous = time.min
        for pair in raw.get(name, []):
            try:
                starts_at, ends_at = (time.fromisoformat(text) for text in pair)
            except (TypeError, ValueError) as error:
                raise SectorFileInvalid(f'{place}.{name} must hold pairs like ["09:00", "14:00"]') from error
            _require(end_of_previous <= starts_at < ends_at, f"{place}.{name} overlaps or is out of order")
            blocks.append(Block(weekday, starts_at, ends_at))
            end_of_previous = ends_at
    return tuple(blocks)


def _require(condition: bool, problem: str) -> None:
    if not condition:
        raise SectorFileInvalid(problem)


class _Reader:
    """Takes named values out of a JSON object, each checked, and refuses what nobody took."""

    def __init__(self, place: str, data: Any) -> None:
        _require(isinstance(data, dict), f"{place} must be an object")
        self.place = place
        self._data = dict(data)

    def take(self, name: str) -> Any:
        _require(name in self._data, f"{self.place}.{name} is missing")
        return self._data.pop(name)

    def whole(self, name: str, smallest: int, largest: int) -> int:
        value = self.take(name)
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        _require(is_whole and smallest <= value <= largest, f"{self.place}.{name} must be {smallest}–{largest}")
        return int(value)

    def matching(self, name: str, pattern: re.Pattern[str]) -> str:
        value = self.take(name)
        _require(isinstance(value, str) and bool(pattern.match(value)), f"{self.place}.{name} is malformed")
        return str(value)

    def text(self, name: str, longest: int, *, may_be_empty: bool = False) -> Text:
        value = self.take(name)
        place = f"{self.place}.{name}"
        _require(isinstance(value, dict) and set(value) == set(LANGUAGES), f"{place} must name {', '.join(LANGUAGES)}")
        for language, words in value.items():
            is_text = isinstance(words, str) and words == words.strip() and len(words) <= longest
            _require(is_text and (may_be_empty or bool(words)), f"{place}.{language} must be 1–{longest} characters")
        return Text(es=value["es"], en=value["en"])

    def items(self, name: str) -> list["_Reader"]:
        value = self.take(name)
        _require(isinstance(value, list), f"{self.place}.{name} must be a list")
        return [_Reader(f"{self.place}.{name}[{index}]", item) for index, item in enumerate(value)]

    def refuse_unknown(self) -> None:
        _require(not self._data, f"{self.place} has unknown entries: {', '.join(sorted(self._data))}")
