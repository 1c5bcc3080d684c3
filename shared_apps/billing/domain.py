"""The plans on offer, read from a data file and checked; plain Python."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from shared_apps.core.countries import CURRENCIES

DEFAULT_PLAN: Final = "free"
_FILE: Final = Path(__file__).parent / "plans.json"


class PlanFileInvalid(ValueError):
    """The data file does not say what a plan must."""


@dataclass(frozen=True, slots=True)
class PlanDefinition:
    """Shapes: prices has an amount for every currency; texts and features are (Spanish, English)."""

    slug: str
    order: int
    name: tuple[str, str]
    summary: tuple[str, str]
    features: tuple[tuple[str, ...], tuple[str, ...]]
    limits: Mapping[str, int]
    interval: str
    is_self_service: bool
    prices: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class PlanOffer:
    """A plan as one visitor sees it: texts in their language, the price in their currency."""

    slug: str
    name: str
    summary: str
    features: tuple[str, ...]
    amount: Decimal
    currency: str
    interval: str
    is_self_service: bool

    @property
    def is_free(self) -> bool:
        return self.amount == 0


@lru_cache(maxsize=1)
def load_plans() -> tuple[PlanDefinition, ...]:
    """Return the plans on offer, in order. Raises PlanFileInvalid."""
    return parse_plans(_FILE.read_text(encoding="utf-8"))


def parse_plans(source: str) -> tuple[PlanDefinition, ...]:
    """Read the data file. Raises PlanFileInvalid."""
    try:
        plans = tuple(_parse_plan(order, entry) for order, entry in enumerate(json.loads(source)))
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise PlanFileInvalid(f"plans.json: {error!r}") from error
    slugs = [plan.slug for plan in plans]
    if len(set(slugs)) != len(slugs):
        raise PlanFileInvalid("plans.json: a plan is named twice")
    if not any(plan.slug == DEFAULT_PLAN and plan.is_self_service for plan in plans):
        raise PlanFileInvalid(f"plans.json: the plan {DEFAULT_PLAN} must exist and be open at sign-up")
    return plans


def _parse_plan(order: int, entry: Mapping[str, Any]) -> PlanDefinition:
    prices = {currency: Decimal(amount) for currency, amount in entry["prices"].items()}
    if set(prices) != set(CURRENCIES) or any(amount < 0 for amount in prices.values()):
        raise PlanFileInvalid(f"{entry['slug']}: prices must be zero or more in {', '.join(CURRENCIES)}")
    features = (tuple(entry["features"]["es"]), tuple(entry["features"]["en"]))
    if not features[0] or len(features[0]) != len(features[1]):
        raise PlanFileInvalid(f"{entry['slug']}: features must be the same in both languages")
    return PlanDefinition(
        slug=entry["slug"],
        order=order,
        name=(entry["name"]["es"], entry["name"]["en"]),
        summary=(entry["summary"]["es"], entry["summary"]["en"]),
        features=features,
        limits=dict(entry["limits"]),
        interval=entry["interval"],
        is_self_service=entry["is_self_service"],
        prices=prices,
    )
