"""Reads of plans and subscriptions, always in the public context."""

from django.db.models import Prefetch

from tenants.context import public_context

from .domain import PlanOffer
from .enums import SubscriptionStatus
from .models import Plan, PlanPrice, Subscription


def list_offers(*, currency: str, language: str) -> list[PlanOffer]:
    """Return the plans on offer with their price in a currency, cheapest place first. Two queries.

    A plan without a price in the currency is left out.
    """
    with public_context():
        prices = Prefetch("prices", queryset=PlanPrice.objects.filter(currency=currency), to_attr="chosen_prices")
        plans = list(Plan.objects.filter(is_active=True).prefetch_related(prices).order_by("order", "slug"))
    is_english = language == "en"
    return [
        PlanOffer(
            slug=plan.slug,
            name=plan.name_en if is_english else plan.name_es,
            summary=plan.summary_en if is_english else plan.summary_es,
            features=tuple(plan.features_en if is_english else plan.features_es),
            amount=price.amount,
            currency=price.currency,
            interval=plan.interval,
            is_self_service=plan.is_self_service,
        )
        for plan in plans
        for price in plan.chosen_prices
    ]


def find_subscription(*, tenant_id: int) -> Subscription | None:
    """Return a workspace's running subscription with its plan, or None. One query."""
    with public_context():
        running = Subscription.objects.filter(tenant_id=tenant_id, status=SubscriptionStatus.ACTIVE)
        return running.select_related("plan").first()
