"""Signing in, a forgotten password, sessions on several devices, and the API's documentation."""

import re

import pytest
from playwright.sync_api import expect

from shared_apps.accounts.enums import Role
from shared_apps.accounts.models import User
from tenants.context import TenantSnapshot, tenant_context
from tenants.selectors import find_tenant_by_slug
from tests.conftest import ALFA
from tests.factories.people import PASSWORD, make_user

from .browser import DESKTOP, PHONE, MakeVisitor, Visitor
from .letters import deliver, find_link
from .product import Product

EMAIL, FORGETFUL = "owner@journeys.example", "luis@journeys.example"
NEW_PASSWORD = "una frase nueva y larga"


@pytest.fixture
def workspace(database: None) -> TenantSnapshot:
    """The workspace alfa, whose owner is Ana Pérez; Luis forgets his password."""
    tenant = find_tenant_by_slug(slug=ALFA)
    assert tenant is not None
    with tenant_context(tenant):
        if not User.objects.filter(email=EMAIL).exists():
            make_user(email=EMAIL, name="Ana Pérez", role=Role.OWNER)
            make_user(email=FORGETFUL, name="Luis Gómez", role=Role.STAFF)
    return tenant.snapshot()


def look_at(guest: Visitor, name: str) -> None:
    """Check the page that is open on a phone and a desktop, in both themes, and keep a picture of each."""
    for width in (PHONE, DESKTOP):
        for theme in ("light", "dark"):
            guest.look(width=width, theme=theme)
            assert guest.overflow() == 0
            assert guest.list_barriers() == []
            guest.photograph(f"accounts-{name}-{width}-{theme}")


def sign_in(guest: Visitor, product: Product, email: str = EMAIL, password: str = PASSWORD) -> None:
    guest.open(product.workspace(ALFA, "/sign-in/"))
    guest.page.locator("[name=email]").fill(email)
    guest.page.locator("[name=password]").fill(password)
    guest.page.locator("main button.btn-primary").click()


def test_doors_look_right_and_say_what_is_wrong(
    workspace: TenantSnapshot, product: Product, visitor: MakeVisitor
) -> None:
    guest = visitor()
    guest.expect_status(401, 410, 422)
    guest.open(product.workspace(ALFA, "/panel/account/security/"))
    expect(guest.page).to_have_url(re.compile(r"/sign-in/\?next=/panel/account/security/"))
    look_at(guest, "sign-in")
    guest.page.locator("[name=email]").fill(EMAIL)
    guest.page.locator("[name=password]").fill("not this one")
    guest.page.locator("main button.btn-primary").click()
    expect(guest.page.get_by_role("alert")).to_be_visible()
    expect(guest.page.locator("[name=email]")).to_have_value(EMAIL)
    look_at(guest, "sign-in-refused")
    guest.open(product.workspace(ALFA, "/password/forgotten/"))
    look_at(guest, "forgot-password")
    guest.open(product.workspace(ALFA, "/enter/?code=made-up"))
    look_at(guest, "enter-refused")
    guest.open(product.workspace(ALFA, "/password/new/MQ/made-up/"))
    look_at(guest, "reset-refused")


def test_forgotten_password_by_mail(workspace: TenantSnapshot, product: Product, visitor: MakeVisitor) -> None:
    guest = visitor()
    page = guest.page
    guest.open(product.workspace(ALFA, "/password/forgotten/"))
    page.locator("[name=email]").fill(FORGETFUL.upper())
    page.locator("main button.btn-primary").click()
    expect(page).to_have_url(product.workspace(ALFA, "/password/forgotten/sent/"))
    look_at(guest, "forgot-password-sent")

    (letter,) = deliver(workspace)
    assert FORGETFUL in letter.to[0]
    guest.open(find_link(letter, r"/password/new/"))
    look_at(guest, "set-password")
    page.locator("[name=new_password]").fill(NEW_PASSWORD)
    page.locator("main button.btn-primary").click()
    expect(page).to_have_url(product.workspace(ALFA, "/sign-in/"))

    sign_in(guest, product, FORGETFUL, NEW_PASSWORD)
    expect(page).to_have_url(re.compile(r"/panel/(\?|$)"))


def test_sessions_on_two_devices(workspace: TenantSnapshot, product: Product, visitor: MakeVisitor) -> None:
    desk, phone = visitor(width=DESKTOP), visitor(width=PHONE)
    sign_in(phone, product)
    expect(phone.page).to_have_url(re.compile(r"/panel/"))
    sign_in(desk, product)
    expect(desk.page).to_have_url(re.compile(r"/panel/"))
    desk.open(product.workspace(ALFA, "/panel/account/security/"))
    expect(desk.page.locator("main .rows li")).to_have_count(2)
    look_at(desk, "security")
    desk.open(product.workspace(ALFA, "/panel/account/profile/"))
    look_at(desk, "profile")

    desk.open(product.workspace(ALFA, "/panel/account/security/"))
    desk.page.locator("main .rows li form button").click()
    expect(desk.page.locator("main .rows li")).to_have_count(1)
    phone.open(product.workspace(ALFA, "/panel/account/profile/"))
    expect(phone.page).to_have_url(re.compile(r"/sign-in/"))


def test_api_documentation_keeps_to_the_policy(
    workspace: TenantSnapshot, product: Product, visitor: MakeVisitor
) -> None:
    guest = visitor(width=DESKTOP)
    guest.open(product.workspace(ALFA, "/api/docs/"))
    expect(guest.page.locator(".opblock").first).to_be_visible()
    guest.photograph("accounts-api-docs")
    guest.page.locator(".opblock", has_text="/api/v1/auth/obtain/").first.click()
    expect(guest.page.locator(".opblock-body").first).to_be_visible()
