"""An operator pauses a workspace, and opens it again."""

import pytest
from playwright.sync_api import expect

from shared_apps.accounts.enums import Role
from tenants.context import TenantSnapshot, public_context
from tenants.selectors import find_tenant_by_slug
from tests.factories.people import PASSWORD, make_user

from .browser import DESKTOP, PHONE, MakeVisitor, Visitor
from .product import Product

SLUG = "alfa"
OPERATOR = "operator@example.com"


@pytest.fixture(scope="module")
def alfa(database: None) -> TenantSnapshot:
    tenant = find_tenant_by_slug(slug=SLUG)
    assert tenant is not None
    with public_context():
        make_user(role=Role.OPERATOR, email=OPERATOR)
    return tenant.snapshot()


def test_an_operator_pauses_a_workspace_and_opens_it_again(
    alfa: TenantSnapshot, product: Product, visitor: MakeVisitor
) -> None:
    operator, client = visitor(width=DESKTOP), visitor(width=PHONE)
    page = operator.page
    operator.open(product.apex("/operators/login/"))
    page.locator("[name=username]").fill(OPERATOR)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form [type=submit]").first.click()
    expect(page).to_have_url(product.apex("/operators/"))
    client.open(product.workspace(SLUG))
    expect(client.page.locator("h1")).to_have_text(alfa.name)

    act(operator, product, alfa, "suspend")
    client.expect_status(503)
    answer = client.open(product.workspace(SLUG))
    assert answer.status == 503
    assert "retry-after" in answer.headers
    expect(client.page.locator("h1")).to_be_visible()
    assert client.list_barriers() == []
    client.photograph("suspended")

    act(operator, product, alfa, "reactivate")
    assert client.open(product.workspace(SLUG)).status == 200


def act(operator: Visitor, product: Product, tenant: TenantSnapshot, name: str) -> None:
    """Give the reason for an action on a workspace's own page, and send it."""
    operator.open(product.apex(f"/operators/tenants/tenant/{tenant.id}/change/"))
    operator.photograph(f"operator-before-{name}")
    operator.page.locator(f"a[href*='{name}']").first.click()
    operator.page.locator("[name=reason]").fill("Lo pidió su dueña")
    operator.page.locator("main form [type=submit], #content form [type=submit]").first.click()
    expect(operator.page).to_have_url(product.apex(f"/operators/tenants/tenant/{tenant.id}/change/"))
