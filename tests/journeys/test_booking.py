"""A client books, with and without scripts, and two want the same time."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tenant_apps.appointments import services
from tenant_apps.clients.domain import ClientDetails
from tenants.context import TenantSnapshot, tenant_context
from tenants.selectors import find_tenant_by_slug
from tests.factories.open_agenda import OpenAgenda, add_service, open_agenda

from .browser import DESKTOP, PHONE, MakeVisitor
from .product import Product

SLUG = "alfa"


@pytest.fixture(scope="module")
def alfa(database: None) -> TenantSnapshot:
    tenant = find_tenant_by_slug(slug=SLUG)
    assert tenant is not None
    return tenant.snapshot()


@pytest.fixture(scope="module")
def agenda(alfa: TenantSnapshot) -> OpenAgenda:
    with tenant_context(alfa):
        agenda = open_agenda(people=("Dra. Ana Pérez", "Dr. Luis Soto"), horizon=365)
        add_service(name="Blanqueamiento", description="Una hora, sin dolor.", minutes=60)
    return agenda


def fill_details(page: Page, name: str, email: str) -> None:
    page.locator("[name=name]").fill(name)
    page.locator("[name=email]").fill(email)


def test_book_on_a_phone(agenda: OpenAgenda, product: Product, visitor: MakeVisitor) -> None:
    one = visitor(width=PHONE, language="en-US")
    one.open(product.workspace(SLUG))
    page = one.page
    one.photograph("try-home")
    page.locator("main a[href*='/book/?service=']").first.click()
    expect(page.locator("[data-days]")).to_be_visible()
    one.photograph("try-time")
    page.locator("#times ul a").first.click()
    expect(page.locator("[name=name]")).to_be_visible()
    expect(page.locator("#step-3")).to_be_focused()
    one.photograph("try-details")
    page.locator("form[data-booking-form] button:not([name])").click()
    expect(page.locator(".field [aria-invalid=true]").first).to_be_focused()
    one.photograph("try-errors")
    one.look(width=DESKTOP, theme="dark")
    one.photograph("try-errors-desktop")
    one.look(width=PHONE, theme="light")
    one.expect_status(422)
    one.problems.clear()
    fill_details(page, "Ana López", "ana@example.com")
    page.locator("form[data-booking-form] button:not([name])").click()
    expect(page).to_have_url(re.compile(r"/a/[\w-]{43}/booked/$"))
    one.photograph("try-booked")
    page.locator("main a[href$='/']").first.click()
    one.photograph("try-appointment")
    page.locator("a[href$='/cancel/']").click()
    one.photograph("try-cancel")
    page.locator("main form button.btn-error").click()
    one.photograph("try-cancelled")
    one.open(product.workspace(SLUG, "/a/xyz/"))
    one.photograph("try-unknown")
    one.look(width=DESKTOP, theme="light")
    for name, path in (("home", "/"), ("book", "/book/"), ("book-time", f"/book/?service={agenda.service.pk}")):
        one.open(product.workspace(SLUG, path))
        for theme in ("light", "dark"):
            one.look(width=DESKTOP, theme=theme)
            one.photograph(f"try-{name}-{theme}")
            print(name, theme, one.list_barriers())
    print(one.weigh(product.workspace(SLUG, f"/book/?service={agenda.service.pk}")))
    one.expect_status(404)
    one.problems.clear()


def test_shots(agenda: OpenAgenda, alfa, product: Product, visitor: MakeVisitor) -> None:
    one = visitor(width=PHONE, language="en-US", zone="Europe/Madrid")
    one.open(product.workspace(SLUG))
    one.open(product.workspace(SLUG, f"/book/?service={agenda.service.pk}"))
    page = one.page
    one.photograph("s-time")
    print(one.overflow())
    page.locator("#times ul a").nth(3).click()
    expect(page.locator("[name=name]")).to_be_visible()
    one.photograph("s-details")
    one.look(width=DESKTOP, theme="dark")
    one.photograph("s-details-d")
    one.look(width=PHONE, theme="light")
    fill_details(page, "Ana López", "ana@example.com")
    at = page.locator("[name=at]").input_value()
    from datetime import datetime

    with tenant_context(alfa):
        for n in range(2):
            services.book_appointment(
                service_id=agenda.service.pk,
                starts_at=datetime.fromisoformat(at),
                client=ClientDetails("Otra", f"o{n}@example.com"),
                source="panel",
                now=timezone.now(),
            )
    one.expect_status(409)
    print(
        "STYLED",
        page.evaluate("[...document.querySelectorAll('[style]')].map(e => e.outerHTML.slice(0,200))"),
        len(one.problems),
    )
    page.locator("form[data-booking-form] button:not([name])").click()
    expect(page.locator("button[name=instead]").first).to_be_visible()
    one.photograph("s-taken")
    one.look(width=DESKTOP, theme="light")
    one.photograph("s-taken-d")
    one.look(width=PHONE, theme="light")
    print(one.list_barriers())
    page.locator("button[name=instead]").first.click()
    expect(page).to_have_url(re.compile(r"/a/[\w-]{43}/booked/$"))
    one.look(width=DESKTOP, theme="light")
    one.photograph("s-booked")
    one.look(width=PHONE, theme="dark")
    one.photograph("s-booked-m")
