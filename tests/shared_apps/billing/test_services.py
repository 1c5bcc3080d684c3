"""Plans come from their file, and a workspace has one subscription at a time."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from shared_apps.billing import domain, selectors, services
from shared_apps.billing.domain import PlanFileInvalid
from shared_apps.billing.errors import PlanNotOffered
from shared_apps.billing.models import Plan, PlanPrice, Subscription
from shared_apps.core.countries import COUNTRIES, CURRENCIES
from tenants.context import TenantSnapshot, public_context
from tenants.models import Tenant
from tests.factories.signup import NOW

SOURCE = (Path(__file__).resolve().parents[3] / "shared_apps/billing/plans.json").read_text(encoding="utf-8")


def test_loading_twice_writes_once(in_public: None) -> None:
    assert services.load_plans() == 3 + 3 * len(CURRENCIES)
    assert services.load_plans() == 0
    assert PlanPrice.objects.count() == 3 * len(CURRENCIES)


def test_loading_repairs_what_differs_and_retires_what_left_the_file(in_public: None) -> None:
    services.load_plans()
    Plan.objects.filter(slug="clinic").update(name_es="Otra", is_active=False)
    PlanPrice.objects.filter(plan__slug="clinic", currency="MXN").update(amount=1)
    former = Plan.objects.create(slug="former", name_es="Antiguo", name_en="Former", interval="month", order=9)
    assert services.load_plans() == 3
    plan = Plan.objects.get(slug="clinic")
    assert (plan.name_es, plan.is_active) == ("Clínica", True)
    assert plan.prices.get(currency="MXN").amount == Decimal("899")
    former.refresh_from_db()
    assert not former.is_active


@pytest.mark.parametrize("country", COUNTRIES.values(), ids=lambda country: country.code)
@pytest.mark.parametrize("language", ["es", "en"])
def test_offers_have_a_price_in_every_currency(in_public: None, country: Any, language: str) -> None:
    services.load_plans()
    offers = selectors.list_offers(currency=country.currency, language=language)
    assert [offer.slug for offer in offers] == ["free", "professional", "clinic"]
    assert [offer.is_free for offer in offers] == [True, False, False]
    assert {offer.currency for offer in offers} == {country.currency}
    assert all(offer.name and offer.summary and offer.features for offer in offers)


def test_offers_take_two_queries(in_public: None, django_assert_num_queries: Any) -> None:
    services.load_plans()
    with django_assert_num_queries(2):
        selectors.list_offers(currency="MXN", language="es")


def test_a_workspace_starts_on_the_plan_its_tenant_names(tenant: TenantSnapshot) -> None:
    services.load_plans()
    subscription = services.start_subscription(tenant_id=tenant.id, now=NOW)
    assert subscription.plan.slug == domain.DEFAULT_PLAN == Tenant._meta.get_field("plan").default
    assert selectors.find_subscription(tenant_id=tenant.id) == subscription
    with pytest.raises(IntegrityError), transaction.atomic():
        services.start_subscription(tenant_id=tenant.id, now=NOW)
    with public_context():
        assert Subscription.objects.count() == 1


@pytest.mark.parametrize("plan", ["professional", "nothing", "", "x\x00"[:1]])
def test_plan_that_is_not_open_at_sign_up_is_refused(tenant: TenantSnapshot, plan: str) -> None:
    services.load_plans()
    with pytest.raises(PlanNotOffered):
        services.start_subscription(tenant_id=tenant.id, plan=plan, now=NOW)


@pytest.mark.parametrize(
    ("change", "value"),
    [("prices", {"MXN": "1"}), ("features", {"es": ["Uno"], "en": []}), ("slug", "professional"), ("name", "Solo")],
)
def test_wrong_plan_file_is_refused(change: str, value: Any) -> None:
    plans = json.loads(SOURCE)
    plans[0][change] = value
    with pytest.raises(PlanFileInvalid):
        domain.parse_plans(json.dumps(plans))
