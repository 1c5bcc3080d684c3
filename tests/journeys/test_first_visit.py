"""The first page of a visit, whose server does not know the visitor's zone yet; and going back after a booking."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Error, expect

from tenant_apps.appointments import services
from tenant_apps.appointments.enums import AppointmentSource
from tenant_apps.clients.domain import ClientDetails
from tenants.context import TenantSnapshot, tenant_context
from tenants.selectors import find_tenant_by_slug
from tests.factories.open_agenda import OpenAgenda, open_agenda

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
        return open_agenda(horizon=365)


def following_month(agenda: OpenAgenda) -> str:
    month = timezone.localdate().replace(day=1) + timedelta(days=32)
    return f"/book/?service={agenda.service.pk}&month={month:%Y-%m}"


def test_both_clocks_on_the_first_page(agenda: OpenAgenda, product: Product, visitor: MakeVisitor) -> None:
    client = visitor(width=DESKTOP, zone="Europe/Madrid")
    client.open(product.workspace(SLUG, following_month(agenda)))
    times = client.page.locator("#times ul a")
    expect(times.first.locator("time")).to_have_count(2)
    times.first.click()  # what came later works like what was there
    expect(client.page.locator("#step-3")).to_be_focused()
    expect(client.page.locator("aside")).to_contain_text("Madrid")


def test_a_link_opened_elsewhere_names_the_time_there(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, visitor: MakeVisitor
) -> None:
    with tenant_context(alfa):
        booking = services.book_appointment(
            service_id=agenda.service.pk,
            starts_at=timezone.now().replace(microsecond=0) + timedelta(days=1),
            client=ClientDetails("Ana", "ana@example.com"),
            source=AppointmentSource.PANEL,
            outside_hours=True,
            now=timezone.now(),
        )
    client = visitor(width=DESKTOP, zone="Europe/Madrid")
    client.open(product.workspace(SLUG, f"/a/{booking.manage_token}/"))
    expect(client.page.locator("#appointment")).to_contain_text("Madrid")


def test_sign_up_starts_in_the_visitor_s_country(database: None, product: Product, visitor: MakeVisitor) -> None:
    newcomer = visitor(width=DESKTOP, zone="Atlantic/Canary", language="es")
    page = newcomer.page
    newcomer.open(product.apex("/signup/"))
    expect(page.locator("[name=country]")).to_have_value("ES")
    expect(page.locator("[name=timezone]")).to_have_value("Atlantic/Canary")
    page.locator("[name=country]").select_option("CO")
    expect(page.locator("[name=timezone]")).to_have_count(0)


def test_the_language_changes_where_the_visitor_is(agenda: OpenAgenda, product: Product, visitor: MakeVisitor) -> None:
    client = visitor(width=DESKTOP)
    page = client.page
    client.open(product.workspace(SLUG, following_month(agenda)))
    page.locator("#times ul a").first.click()
    at = page.locator("[name=at]").input_value()
    page.locator("button[name=language][value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[name=at]")).to_have_value(at)


def test_back_after_booking_leads_to_the_appointment(
    agenda: OpenAgenda, product: Product, visitor: MakeVisitor
) -> None:
    client = visitor(width=PHONE)
    page = client.page
    client.open(product.workspace(SLUG, following_month(agenda)))
    page.locator("#times ul a").nth(3).click()
    page.locator("[name=name]").fill("Luz Marín")
    page.locator("[name=email]").fill("luz@example.com")
    page.locator("[data-booking-form] button.btn-primary").click()
    page.wait_for_url("**/booked/")
    link = page.url.removesuffix("booked/")
    with suppress(Error):  # the page is loaded anew and may take the call with it
        page.evaluate("setTimeout(() => history.back())")
    notice = page.locator("#booking .notice a")
    expect(notice).to_have_attribute("href", re.compile(re.escape(link.split("/a/")[1])))
    client.photograph("book-back-after-booking")
