"""The sole writers of plans and subscriptions."""

from datetime import datetime

from django.db import transaction

from tenants.context import public_context

from . import domain
from .enums import SubscriptionStatus
from .errors import PlanNotOffered
from .models import Plan, PlanPrice, Subscription


def load_plans() -> int:
    """Bring the tables in line with plans.json and return how many plans and prices were written.

    Idempotent: writes nothing when both say the same. A plan that left the file is no longer offered; its row stays
    for those who have it. One transaction.
    """
    with public_context(), transaction.atomic():
        definitions = domain.load_plans()
        locked = Plan.objects.select_for_update().prefetch_related("prices").order_by("pk")
        present = {plan.slug: plan for plan in locked}
        written = sum(_save_plan(definition, present.get(definition.slug)) for definition in definitions)
        slugs = [definition.slug for definition in definitions]
        return written + Plan.objects.filter(is_active=True).exclude(slug__in=slugs).update(is_active=False)


def _save_plan(definition: domain.PlanDefinition, plan: Plan | None) -> int:
    """Write one plan and its prices where they differ; return the number of rows written."""
    values = {
        "name_es": definition.name[0],
        "name_en": definition.name[1],
        "summary_es": definition.summary[0],
        "summary_en": definition.summary[1],
        "features_es": list(definition.features[0]),
        "features_en": list(definition.features[1]),
        "limits": dict(definition.limits),
        "interval": definition.interval,
        "order": definition.order,
        "is_active": True,
        "is_self_service": definition.is_self_service,
    }
    written = 0
    if plan is None:
        plan = Plan.objects.create(slug=definition.slug, **values)
        written += 1
    elif any(getattr(plan, field) != value for field, value in values.items()):
        for field, value in values.items():
            setattr(plan, field, value)
        plan.save(update_fields=[*values])
        written += 1
    prices = {price.currency: price.amount for price in plan.prices.all()}
    changed = [
        PlanPrice(plan=plan, currency=currency, amount=amount)
        for currency, amount in definition.prices.items()
        if prices.get(currency) != amount
    ]
    PlanPrice.objects.bulk_create(
        changed, update_conflicts=True, unique_fields=["plan", "currency"], update_fields=["amount"]
    )
    return written + len(changed)


def start_subscription(*, tenant_id: int, plan: str = domain.DEFAULT_PLAN, now: datetime) -> Subscription:
    """Subscribe a new workspace to a plan that is open at sign-up. Raises PlanNotOffered."""
    with public_context(), transaction.atomic():
        offered = Plan.objects.filter(slug=plan, is_active=True, is_self_service=True).first()
        if offered is None:
            raise PlanNotOffered(plan=plan)
        return Subscription.objects.create(
            tenant_id=tenant_id, plan=offered, status=SubscriptionStatus.ACTIVE, since=now
        )
