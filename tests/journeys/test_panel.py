"""The professional's day in a real browser: the agenda by mouse and by keyboard, the panel's pages at every size."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from tenant_apps.appointments import services
from tenant_apps.appointments.enums import AppointmentSource
from tenant_apps.appointments.models import Appointment, Service, StaffMember
from tenant_apps.branding import services as branding
from tenant_apps.branding.models import Theme
from tenant_apps.clients.domain import ClientDetails
from tenant_apps.clients.models import Client as Person
from tenants.context import TenantSnapshot, tenant_context
from tenants.selectors import find_tenant_by_slug
from tests.factories.open_agenda import OpenAgenda, add_service, open_agenda
from tests.factories.people import make_user

from .browser import CALENDAR_PAGE_BYTES, DESKTOP, PHONE, MakeVisitor, Visitor
from .product import Product

SLUG = "alfa"
ZONE = ZoneInfo("America/Mexico_City")
AGENDA_DAY = "/panel/?view=day"


@pytest.fixture
def alfa(database: None) -> TenantSnapshot:
    """The workspace without anything in its agenda: the module's tests share a database."""
    tenant = find_tenant_by_slug(slug=SLUG)
    assert tenant is not None
    with tenant_context(tenant):
        for model in (Appointment, Service, StaffMember, Person, Theme):
            model.objects.all().delete()
        cache.clear()
    return tenant.snapshot()


@pytest.fixture
def agenda(alfa: TenantSnapshot) -> OpenAgenda:
    """Two people, two services, and the next workday's appointments at 10:00 and 12:00 with the first person."""
    with tenant_context(alfa):
        agenda = open_agenda(people=("Dra. Ana Pérez", "Dr. Luis Soto"))
        add_service(name="Blanqueamiento", minutes=60)
        branding.note_onboarding(step="finished")
        for hour, name in ((10, "Luz Marín"), (12, "Íñigo Olaizola")):
            book(agenda, workday(hour), name)
    return agenda


def workday(hour: int, minute: int = 0) -> datetime:
    """Return a time of the next day on which people work."""
    day = timezone.now().astimezone(ZONE) + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def book(agenda: OpenAgenda, starts_at: datetime, name: str) -> Appointment:
    return services.book_appointment(
        service_id=agenda.service.pk,
        staff_id=agenda.staff[0].pk,
        starts_at=starts_at,
        client=ClientDetails(name, "", f"+5255123456{starts_at.hour}"),
        source=AppointmentSource.PANEL,
        outside_hours=True,
        now=timezone.now(),
    ).appointment


@pytest.fixture
def professional(
    visitor: MakeVisitor, alfa: TenantSnapshot, product: Product, client_for: Callable[..., Client]
) -> Callable[..., Visitor]:
    """Return a function that seats the owner, signed in, who reads English."""

    def make(**options: object) -> Visitor:
        someone = visitor(**options)
        browser = client_for(alfa)
        with tenant_context(alfa):
            browser.force_login(make_user(name="Ana Pérez"))
        url = product.workspace(SLUG)
        key = browser.cookies[settings.SESSION_COOKIE_NAME].value
        someone.context.add_cookies(
            [
                {"name": settings.SESSION_COOKIE_NAME, "value": key, "url": url},
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": url},
            ]
        )
        return someone

    return make


def open_workday(someone: Visitor, product: Product) -> Page:
    someone.open(product.workspace(SLUG, f"{AGENDA_DAY}&on={workday(9):%Y-%m-%d}"))
    expect(event(someone.page, "Luz Marín")).to_be_visible()
    return someone.page


def event(page: Page, name: str) -> Locator:
    return page.locator(".fc-timegrid-event", has_text=name)


def drag(page: Page, source: Locator, *, hour: int) -> None:
    """Drag an event, held at its beginning, to an hour of the day's column."""
    box, lane = source.bounding_box(), page.locator(f'.fc-timegrid-slot-lane[data-time="{hour}:00:00"]').bounding_box()
    assert box is not None
    assert lane is not None
    x, y = box["x"] + box["width"] / 3, box["y"] + 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 10, steps=3)
    page.mouse.move(x, lane["y"] + 4, steps=8)
    page.mouse.up()


def starts_of(alfa: TenantSnapshot, name: str) -> datetime:
    with tenant_context(alfa):
        return Appointment.objects.get(attendee_name=name).starts_at.astimezone(ZONE)


def test_drag_undo_and_conflict(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, professional: Callable[..., Visitor]
) -> None:
    owner = professional(width=DESKTOP)
    page = open_workday(owner, product)
    toast = page.locator("#toasts .toast")

    drag(page, event(page, "Luz Marín"), hour=11)
    expect(toast).to_contain_text("Luz Marín")
    assert starts_of(alfa, "Luz Marín") == workday(11)
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("Back where it was")
    assert starts_of(alfa, "Luz Marín") == workday(10)
    expect(event(page, "Luz Marín")).to_have_attribute("aria-label", re.compile("^10:00"))

    owner.expect_status(409)
    drag(page, event(page, "Luz Marín"), hour=12)
    expect(page.locator('#toasts .toast[data-level="error"]')).to_contain_text("This time is not free")
    assert starts_of(alfa, "Luz Marín") == workday(10)
    expect(event(page, "Luz Marín")).to_have_attribute("aria-label", re.compile("^10:00"))


def test_sheet_has_an_address_and_settles_an_appointment(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, professional: Callable[..., Visitor]
) -> None:
    owner = professional(width=DESKTOP)
    page = open_workday(owner, product)
    here = page.url

    event(page, "Luz Marín").click()
    sheet = page.locator("#sheets dialog[open]")
    expect(sheet).to_contain_text("Limpieza dental")
    expect(page).to_have_url(re.compile(r"/panel/appointments/\d+/$"))
    owner.photograph("panel-sheet")
    assert owner.list_barriers() == []
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    expect(page).to_have_url(here)
    expect(event(page, "Luz Marín")).to_be_focused()

    event(page, "Luz Marín").focus()
    page.keyboard.press("Enter")
    sheet.get_by_role("link", name="Cancel appointment").click()
    sheet.get_by_label("Reason").fill("Estoy enferma")
    sheet.get_by_role("button", name="Cancel appointment").click()
    expect(sheet).to_contain_text("Estoy enferma")
    page.go_back()
    expect(sheet).to_have_count(0)
    expect(event(page, "Luz Marín")).to_have_count(0)
    page.go_forward()
    expect(sheet).to_contain_text("Estoy enferma")
    page.reload()
    expect(page.get_by_role("heading", name="Appointment")).to_be_visible()
    page.go_back()
    expect(page.locator(".fc-timegrid-slot").first).to_be_visible()


def test_a_click_on_an_empty_hour_books_a_client_on_file(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, professional: Callable[..., Visitor]
) -> None:
    owner = professional(width=DESKTOP)
    page = open_workday(owner, product)
    lane = page.locator('.fc-timegrid-slot-lane[data-time="15:00:00"]')
    lane.scroll_into_view_if_needed()
    lane.click(position={"x": 200, "y": 6})

    sheet = page.locator("#sheets dialog[open]")
    expect(sheet.locator("[name=at]")).to_have_value("15:00")
    expect(sheet.locator("[data-slot]").first).to_be_visible()
    owner.photograph("panel-new-appointment")
    sheet.get_by_label("Client").press_sequentially("luz")
    sheet.locator("[data-client]").first.click()
    sheet.locator("[data-slot='15:30']").click()
    sheet.get_by_role("button", name="Book appointment").click()
    expect(sheet.locator(".badge-status")).to_contain_text("Confirmed")
    expect(sheet.get_by_role("heading", name="Appointment", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/panel/appointments/\d+/$"))
    page.keyboard.press("Escape")
    expect(event(page, "Luz Marín")).to_have_count(2)


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_a_new_appointment_starts_at_a_free_time_and_shows_what_is_wrong(
    agenda: OpenAgenda, product: Product, professional: Callable[..., Visitor], width: int
) -> None:
    owner = professional(width=width)
    page = owner.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/free/" in request.url else None)
    owner.open(product.workspace(SLUG, f"/panel/?view=list&on={workday(9):%Y-%m-%d}"))
    page.get_by_role("link", name="New appointment").filter(visible=True).click()
    form = page.locator("form[data-appointment]")
    free = form.locator("[data-slot][aria-pressed=true]")
    expect(free).to_have_count(1)
    on, suggested = form.locator("[name=on]"), form.locator("[name=at]")
    on.fill(f"{workday(9):%Y-%m-%d}")
    expect(suggested).to_have_value("09:00")
    suggested.fill("10:15")
    form.get_by_label("Name").fill("Nadia Nueva")
    owner.expect_status(409)
    form.get_by_role("button", name="Book appointment").click()
    expect(form.get_by_role("alert")).to_be_in_viewport()
    expect(form.get_by_role("alert")).to_be_focused()
    owner.photograph(f"panel-refused-{width}")
    suggested.fill("09:00")
    form.get_by_role("button", name="Book appointment").click()
    expect(page).to_have_url(re.compile(r"/panel/appointments/\d+/$"))
    expect(page.get_by_role("heading", name="Appointment", exact=True)).to_be_visible()
    assert asked
    assert not [url for url in asked if "csrf" in url or "Nadia" in url]


def test_phone_list_leads_to_a_page_of_its_own(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, professional: Callable[..., Visitor]
) -> None:
    now = timezone.now().astimezone(ZONE)
    with tenant_context(alfa):
        book(agenda, now.replace(second=0, microsecond=0), "Sebastián Quiroga de la Fuente")
    owner = professional(width=PHONE)
    owner.open(product.workspace(SLUG, f"/panel/?on={now - timedelta(days=1):%Y-%m-%d}"))
    page = owner.page
    page.get_by_role("link", name="Next day").click()
    name = page.get_by_role("link", name="Sebastián Quiroga de la Fuente")
    assert name.evaluate("it => it.scrollWidth <= it.clientWidth"), "the name is cut"
    owner.photograph("panel-phone-list")
    name.click()
    expect(page.get_by_role("heading", name="Appointment")).to_be_visible()
    page.get_by_role("button", name="Has arrived").click()
    expect(page.locator(".badge-status")).to_contain_text("Arrived")
    page.get_by_role("button", name="Done").click()
    expect(page.locator(".badge-status")).to_contain_text("Done")


def test_without_scripts(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, professional: Callable[..., Visitor]
) -> None:
    owner = professional(width=DESKTOP, javascript=False)
    page = owner.page
    owner.open(product.workspace(SLUG, f"/panel/?on={workday(9):%Y-%m-%d}"))
    expect(page.get_by_role("link", name="Luz Marín")).to_be_visible()
    page.get_by_role("link", name="Hours", exact=True).first.click()
    saturday = page.get_by_label(re.compile("Saturday, period 1"))
    saturday.first.fill("10:00")
    saturday.last.fill("13:00")
    page.get_by_role("button", name="Save hours").click()
    expect(page.get_by_label("Saturday, period 1, from")).to_have_value("10:00")
    owner.open(product.workspace(SLUG, f"/panel/appointments/add/?on={workday(9):%Y-%m-%d}"))
    page.get_by_label("Time").fill("16:00")
    page.get_by_label("Name").fill("Nadia Sin Script")
    page.get_by_role("button", name="Book appointment").click()
    expect(page.locator("#appointment-part")).to_contain_text("Nadia Sin Script")


def test_welcome(alfa: TenantSnapshot, product: Product, professional: Callable[..., Visitor]) -> None:
    with tenant_context(alfa):
        open_agenda()
    owner = professional(width=PHONE)
    page = owner.page
    owner.open(product.workspace(SLUG, "/panel/welcome/"))
    page.get_by_label("Limpieza dental: minutes").fill("40")
    owner.photograph("welcome-services")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="When do you work?")).to_be_visible()
    page.get_by_role("button", name="Saturday: add a period after a break").click()
    page.get_by_role("button", name="Continue").click()
    page.locator("[data-swatch='#8c2f6b']").click()
    expect(page.locator("[data-sample][data-primary='#8c2f6b']")).to_be_attached()
    page.wait_for_function(
        "getComputedStyle(document.querySelector('[data-preview]')).getPropertyValue('--color-primary') === '#8c2f6b'"
    )
    owner.photograph("welcome-look")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_label("Your booking page")).to_have_value(product.workspace(SLUG))
    owner.photograph("welcome-share")
    page.get_by_role("button", name="Go to my agenda").click()
    expect(page.get_by_role("heading", name="Agenda")).to_be_visible()


def test_search_by_keyboard(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, professional: Callable[..., Visitor]
) -> None:
    owner = professional(width=DESKTOP)
    page = owner.page
    owner.open(product.workspace(SLUG, "/panel/services/"))
    page.keyboard.press("/")
    results = page.locator("#search-results")
    expect(results.get_by_role("link", name="New appointment")).to_be_visible()
    page.keyboard.type("luz")
    expect(results.get_by_role("link")).to_have_count(2)
    owner.photograph("panel-search")
    assert owner.list_barriers() == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Luz Marín")).to_be_visible()
    page.wait_for_load_state()  # scripts are deferred: keys are heard once the page is loaded
    page.keyboard.press("Control+k")
    expect(page.locator("#search")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_be_hidden()


@pytest.mark.parametrize("view", ["week", "month"])
def test_calendar_views_at_every_size(
    agenda: OpenAgenda, product: Product, professional: Callable[..., Visitor], view: str
) -> None:
    owner = professional(width=PHONE)
    for width, theme in ((PHONE, "light"), (DESKTOP, "dark")):
        owner.look(width=width, theme=theme)
        owner.open(product.workspace(SLUG, f"/panel/?view={view}&on={workday(9):%Y-%m-%d}"))
        expect(owner.page.locator(".fc-event", has_text="Luz Marín")).to_be_visible()
        owner.photograph(f"panel-{view}-{width}-{theme}")
        assert owner.list_barriers() == []
        assert owner.overflow() == 0


# What sticks out of the box that it belongs to: fields and chips out of a card, a day's header out of its column.
STICKING_OUT = """() => {
  const out = [];
  for (const [box, inner] of [[".card", "input, select, .chip, .choices label"], [".fc-col-header-cell", "a"]])
    for (const one of document.querySelectorAll(box))
      for (const part of one.querySelectorAll(inner))
        if (part.checkVisibility() && part.getBoundingClientRect().right > one.getBoundingClientRect().right + 0.5)
          out.push(part.id || part.className || part.textContent);
  return out;
}"""


@pytest.mark.parametrize("width", [320, PHONE, DESKTOP])
def test_long_names_stay_in_their_boxes(
    agenda: OpenAgenda, alfa: TenantSnapshot, product: Product, professional: Callable[..., Visitor], width: int
) -> None:
    name = f"{'Maximiliano' * 4:.40} {'Villavicencio' * 4:.40}"
    with tenant_context(alfa):
        member = services.create_staff_member(name=name)
        agenda.service.staff.add(member)
        appointment = book(agenda, workday(15), name)
    owner = professional(width=DESKTOP)
    owner.page.set_viewport_size({"width": width, "height": 800})
    on = f"{workday(9):%Y-%m-%d}"
    problems = {}
    for path in (
        "/panel/hours/",
        f"/panel/services/{agenda.service.pk}/",
        "/panel/services/",
        "/panel/team/",
        f"/panel/team/{member.pk}/",
        "/panel/clients/",
        "/panel/hours/time-off/",
        f"/panel/clients/{appointment.client_id}/",
        f"/panel/appointments/{appointment.pk}/",
        f"/panel/appointments/{appointment.pk}/reschedule/",
        f"/panel/appointments/add/?on={on}",
        f"/panel/?view=list&on={on}",
        f"/panel/?view=day&on={on}",
        f"/panel/?view=week&on={on}",
        f"/panel/?view=month&on={on}",
        f"/panel/agenda/print/?on={on}",
        f"/book/?service={agenda.service.pk}",
    ):
        owner.open(product.workspace(SLUG, path))
        if "view=week" in path:
            expect(owner.page.locator(".fc-col-header-cell").first).to_be_visible()
            owner.photograph(f"panel-long-names-{width}")
        found = owner.overflow(), owner.page.evaluate(STICKING_OUT)
        if found != (0, []):
            problems[path] = found
    assert problems == {}


def test_calendar_weighs_little(agenda: OpenAgenda, product: Product, professional: Callable[..., Visitor]) -> None:
    weight, _answer = professional(width=DESKTOP).weigh(product.workspace(SLUG, "/panel/?view=week"))

    assert weight.total <= CALENDAR_PAGE_BYTES
