"""A client books: in place with scripts, by plain links without, from far away, and a moment too late."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Error, Page, Route, expect

from tenant_apps.appointments import services
from tenant_apps.appointments.enums import AppointmentSource
from tenant_apps.appointments.models import Appointment
from tenant_apps.clients.domain import ClientDetails
from tenants.context import TenantSnapshot, tenant_context
from tenants.selectors import find_tenant_by_slug
from tests.factories.open_agenda import OpenAgenda, add_service, open_agenda

from .browser import DESKTOP, PHONE, MakeVisitor
from .product import Product

SLUG = "alfa"
BOOKED = re.compile(r"/a/[\w-]{43}/booked/$")
SUBMIT = "[data-booking-form] button.btn-primary"


@pytest.fixture(scope="module")
def alfa(database: None) -> TenantSnapshot:
    tenant = find_tenant_by_slug(slug=SLUG)
    assert tenant is not None
    return tenant.snapshot()


@pytest.fixture(scope="module")
def agenda(alfa: TenantSnapshot) -> OpenAgenda:
    """Two dentists and two services, bookable a year ahead."""
    with tenant_context(alfa):
        agenda = open_agenda(people=("Dra. Ana Pérez", "Dr. Luis Soto"), horizon=365)
        add_service(name="Blanqueamiento", description="Una hora, sin dolor.", minutes=60)
    return agenda


@pytest.fixture(autouse=True)
def _free_agenda(alfa: TenantSnapshot) -> Iterator[None]:
    """Leave no appointment behind for the next journey of this module."""
    yield
    with tenant_context(alfa):
        Appointment.objects.all().delete()


def booking(agenda: OpenAgenda) -> str:
    """Return the address of the service's times next month, of which none is over, whatever today is."""
    following = timezone.localdate().replace(day=1) + timedelta(days=32)
    return f"/book/?service={agenda.service.pk}&month={following:%Y-%m}"


def choose_time(page: Page) -> str:
    """Go to the month after the one that is shown, choose a time there, and return it."""
    following = page.locator("a[href*='month=']:has(svg)").last
    month = re.search(r"month=[\d-]+", following.get_attribute("href") or "")
    assert month
    following.click()
    slot = page.locator(f"#times ul a[href*='{month[0]}']").nth(2)
    slot.click()
    expect(page.locator("[name=at]")).to_be_attached()
    return str(page.locator("[name=at]").input_value())


def fill_details(page: Page) -> None:
    page.locator("[name=name]").fill("Ana López")
    page.locator("[name=email]").fill("ana@example.com")
    page.locator("[name=note]").fill("Me duele una muela")


def take(alfa: TenantSnapshot, agenda: OpenAgenda, at: str) -> None:
    """Book the time away from everyone who works."""
    with tenant_context(alfa):
        for person in agenda.staff:
            services.book_appointment(
                service_id=agenda.service.pk,
                staff_id=person.pk,
                starts_at=datetime.fromisoformat(at),
                client=ClientDetails("Otra persona", f"otra{person.pk}@example.com"),
                source=AppointmentSource.PANEL,
                now=timezone.now(),
            )


def count_appointments(alfa: TenantSnapshot) -> int:
    with tenant_context(alfa):
        return Appointment.objects.count()


def test_booking_in_place_moves_the_focus_and_says_what_changed(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, visitor: MakeVisitor
) -> None:
    client = visitor(width=PHONE)
    page = client.page
    loads: list[str] = []
    client.open(product.workspace(SLUG, "/book/"))
    page.on("framenavigated", lambda frame: loads.append(frame.url))
    page.on("load", lambda _: loads.append("load"))
    page.locator("#booking a[href*='service=']").first.click()
    expect(page.locator("#step-2")).to_be_focused()
    expect(page.locator("#booking-news")).not_to_be_empty()
    assert client.overflow() == 0
    client.photograph("book-time-phone")
    choose_time(page)
    expect(page.locator("#step-3")).to_be_focused()
    assert "load" not in loads, "chosen in place"
    expect(page.locator("aside")).to_be_in_viewport()
    client.photograph("book-details-phone")

    client.expect_status(422)
    page.locator(SUBMIT).click()
    expect(page.locator("[name=name]")).to_be_focused()
    expect(page.locator("[name=name]")).to_have_attribute("aria-invalid", "true")
    client.photograph("book-errors-phone")
    assert client.list_barriers() == []

    # What was typed survives another look at the times.
    fill_details(page)
    page.locator("a[href*='day=']:not([href*='at='])", has=page.locator(".sr-only")).last.click()
    expect(page.locator("#step-2")).to_be_focused()
    page.locator("#times ul a").nth(1).click()
    expect(page.locator("[name=name]")).to_have_value("Ana López")
    page.locator(SUBMIT).dblclick()
    expect(page).to_have_url(BOOKED)
    client.photograph("booked-phone")
    assert count_appointments(alfa) == 1


def test_back_and_forward_lead_through_the_steps(agenda: OpenAgenda, product: Product, visitor: MakeVisitor) -> None:
    client = visitor(width=PHONE)
    page = client.page
    client.open(product.workspace(SLUG, "/book/"))
    page.locator("#booking a[href*='service=']").first.click()
    expect(page.locator("#step-2")).to_be_focused()
    choose_time(page)
    times, months = page.locator("#times ul a"), page.locator("a[href*='month=']:has(svg)")
    leaf(page, "back")
    expect(times.first).to_be_visible()
    expect(months).to_have_count(2)  # the next month, which has a neighbor to each side
    leaf(page, "back")
    expect(months).to_have_count(1)  # this month
    leaf(page, "back")
    expect(page.locator("#step-2")).to_have_count(0)  # no service yet
    leaf(page, "forward")
    expect(months).to_have_count(1)
    choose_time(page)


def leaf(page: Page, direction: str) -> None:
    """Press the browser's own button."""
    with suppress(Error):  # the page is loaded anew and may take the call with it
        page.evaluate(f"setTimeout(() => history.{direction}())")


def test_booking_by_keyboard_alone(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, visitor: MakeVisitor
) -> None:
    client = visitor(width=DESKTOP)
    page = client.page
    client.open(product.workspace(SLUG, booking(agenda)))
    walk_to(page, "a[href*='month=']:has(svg)")
    walk_to(page, "#times ul a")
    expect(page.locator("#step-3")).to_be_focused()
    for value in ("Ana López", "ana@example.com"):
        page.keyboard.press("Tab")
        page.keyboard.type(value)
    page.keyboard.press("Enter")
    expect(page).to_have_url(BOOKED)
    assert count_appointments(alfa) == 1


def walk_to(page: Page, selector: str) -> None:
    """Press Tab until what the selector names has the focus, then Enter; wait for the answer."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            with page.expect_response(re.compile(r"/book/\?")):
                page.keyboard.press("Enter")
            page.wait_for_load_state("networkidle")
            return
    raise AssertionError(f"no {selector} by keyboard")


def test_the_last_choice_wins_however_fast_it_was(agenda: OpenAgenda, product: Product, visitor: MakeVisitor) -> None:
    client = visitor(width=DESKTOP)
    page = client.page
    client.open(product.workspace(SLUG, booking(agenda)))
    following = page.locator("a[href*='month=']:has(svg)").last
    # The answer to the first choice waits until the second one's has come.
    held: list[Route] = []
    page.route(f"**{following.get_attribute('href')}", lambda route: held.append(route), times=1)
    following.click()
    page.locator("#times ul a").first.click()
    expect(page.locator("#step-3")).to_be_focused()
    for route in held:
        with suppress(Error):  # given up by the browser already
            route.continue_()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[name=at]")).to_be_attached()


def test_booking_without_scripts(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, visitor: MakeVisitor
) -> None:
    client = visitor(width=PHONE, javascript=False)
    page = client.page
    client.open(product.workspace(SLUG))
    page.locator("main a[href$='/book/']").last.click()
    page.locator("#booking a[href*='service=']").first.click()
    at = choose_time(page)
    client.expect_status(422, 409)
    page.locator(SUBMIT).click()
    expect(page.locator("[name=name]")).to_have_attribute("aria-invalid", "true")
    fill_details(page)
    take(alfa, agenda, at)
    page.locator(SUBMIT).click()
    expect(page.locator("[name=note]")).to_have_value("Me duele una muela")
    page.locator("button[name=instead]").first.click()
    expect(page).to_have_url(BOOKED)
    page.locator("main a.btn-default").click()
    page.locator("a[href$='/cancel/']").click()
    page.locator("main form button.btn-error").click()
    expect(page.locator("main .notice")).to_be_visible()
    assert count_appointments(alfa) == 3


@pytest.mark.parametrize(("width", "theme"), [(PHONE, "light"), (DESKTOP, "dark")])
def test_a_time_taken_meanwhile_keeps_the_form_and_offers_three_others(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, visitor: MakeVisitor, width: int, theme: str
) -> None:
    client = visitor(width=width, theme=theme)
    page = client.page
    client.open(product.workspace(SLUG, booking(agenda)))
    at = choose_time(page)
    fill_details(page)
    take(alfa, agenda, at)
    client.expect_status(409)
    page.locator(SUBMIT).click()
    expect(page.locator("button[name=instead]")).to_have_count(3)
    expect(page.locator("[role=alert]").first).to_be_in_viewport()
    for name, value in (("name", "Ana López"), ("email", "ana@example.com"), ("note", "Me duele una muela")):
        expect(page.locator(f"[name={name}]")).to_have_value(value)
    client.photograph(f"book-taken-{width}-{theme}")
    assert client.list_barriers() == []
    assert client.overflow() == 0
    page.locator("button[name=instead]").nth(1).click()
    expect(page).to_have_url(BOOKED)
    assert count_appointments(alfa) == 3


def test_a_visitor_from_elsewhere_sees_both_clocks(agenda: OpenAgenda, product: Product, visitor: MakeVisitor) -> None:
    client = visitor(width=DESKTOP, zone="Europe/Madrid")
    page = client.page
    client.open(product.workspace(SLUG))  # the script tells the server its zone
    client.open(product.workspace(SLUG, booking(agenda)))
    expect(page.locator("#times ul a").first.locator("time")).to_have_count(2)
    expect(page.locator("#times")).to_contain_text("Madrid")
    client.photograph("book-time-from-madrid")
    choose_time(page)
    expect(page.locator("aside")).to_contain_text("Madrid")


def test_switching_the_language_stays_on_the_page(agenda: OpenAgenda, product: Product, visitor: MakeVisitor) -> None:
    client = visitor(width=PHONE)
    page = client.page
    address = product.workspace(SLUG, booking(agenda))
    client.open(address)
    expect(page.locator("html")).to_have_attribute("lang", "es")
    page.locator("button[name=language][value=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("h1")).to_have_text("Book an appointment")
    expect(page).to_have_url(address)
    client.open(product.workspace(SLUG))
    expect(page.locator("html")).to_have_attribute("lang", "en")
