"""Sector files: what they hold, and what the reader refuses."""

import json
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from shared_apps.core.countries import CURRENCIES
from shared_apps.signup import domain
from shared_apps.signup.domain import SectorFileInvalid, load_sectors, parse_sector

ROOT = Path(__file__).resolve().parents[3]
DENTIST = (ROOT / "shared_apps/signup/sectors/dentist.json").read_text(encoding="utf-8")


def test_sectors_are_the_promised_ones_in_order() -> None:
    assert list(load_sectors()) == ["dentist", "physician", "barber", "mentor", "repair_shop", "other"]


@pytest.mark.parametrize("sector", load_sectors().values(), ids=lambda sector: sector.slug)
def test_sector_is_complete(sector: domain.Sector) -> None:
    assert sector.services
    names = [service.name.es for service in sector.services]
    assert len(set(names)) == len(names)
    for service in sector.services:
        assert set(service.prices) in (set(), set(CURRENCIES))
        assert all(service.price_in(currency) == amount for currency, amount in service.prices.items())
    for earlier, later in pairwise(sector.week):
        assert (earlier.weekday, earlier.ends_at) <= (later.weekday, later.starts_at)
    # A lunch break on most days.
    days = [block.weekday for block in sector.week]
    assert sum(days.count(day) > 1 for day in set(days)) >= 4
    assert (
        sector.icon in (ROOT / "static/src/icons.txt").read_text().split()
        or (ROOT / f"static/src/icons/{sector.icon}.svg").exists()
    )


def test_price_of_an_unknown_currency_is_left_to_the_owner() -> None:
    service = load_sectors()["dentist"].services[0]
    assert service.price_in("MXN") == Decimal("500")
    assert service.price_in("JPY") is None


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (["color"], "teal", "dentist.color is malformed"),
        (["color"], "#0F766E", "dentist.color is malformed"),
        (["icon"], "../x", "dentist.icon is malformed"),
        (["order"], True, "dentist.order must be 0–1000"),
        (["services"], [], "dentist.json: services is empty"),
        (["services", 0, "minutes"], 0, "dentist.services[0].minutes must be 5–480"),
        (["services", 0, "name", "en"], "", "dentist.services[0].name.en must be 1–80 characters"),
        (["services", 0, "name"], {"es": "Solo"}, "dentist.services[0].name must name es, en"),
        (["services", 0, "prices", "MXN"], "-1", "dentist.services[0].prices.MXN must be a text"),
        (["services", 0, "prices", "MXN"], "mucho", "dentist.services[0].prices.MXN is not an amount"),
        (["services", 0, "prices"], {"MXN": "1"}, "dentist.services[0].prices must name"),
        (["services", 0, "surprise"], 1, "dentist.services[0] has unknown entries: surprise"),
        (["week"], {}, "dentist.week must name weekdays"),
        (["week", "monday"], [["09:00", "14:00"], ["13:00", "19:00"]], "dentist.week.monday overlaps"),
        (["week", "monday"], [["14:00", "09:00"]], "dentist.week.monday overlaps"),
        (["week", "monday"], [["9", "x"]], "dentist.week.monday must hold pairs"),
        (["surprise"], 1, "dentist has unknown entries: surprise"),
    ],
)
def test_wrong_sector_file_is_refused_by_the_place_of_the_error(path: list[Any], value: Any, problem: str) -> None:
    data = json.loads(DENTIST)
    part = data
    for key in path[:-1]:
        part = part[key]
    part[path[-1]] = value
    with pytest.raises(SectorFileInvalid) as refusal:
        parse_sector("dentist", json.dumps(data))
    assert str(refusal.value).startswith(problem)


@pytest.mark.parametrize("source", ["", "[]", "{", "null", '{"order": 1}'])
def test_broken_sector_file_is_refused(source: str) -> None:
    with pytest.raises(SectorFileInvalid):
        parse_sector("dentist", source)
