"""The front-end shell in a real browser: the developers' gallery, its scripts and the visitor's preferences."""

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import ALFA

from .browser import CALENDAR_PAGE_BYTES, DESKTOP, PAGE_BYTES, PHONE, MakeVisitor, Visitor
from .product import Product

GALLERY = "/dev/components/"


@pytest.fixture
def gallery(visitor: MakeVisitor, product: Product) -> Page:
    guest = visitor(width=DESKTOP)
    guest.open(product.workspace(ALFA, GALLERY))
    return guest.page


@pytest.mark.parametrize("address", [GALLERY, f"{GALLERY}?frame=panel", f"{GALLERY}?frame=portal", "/dev/calendar/"])
def test_gallery_has_no_barrier_and_no_sideways_scroll(visitor: MakeVisitor, product: Product, address: str) -> None:
    guest = visitor()
    guest.open(product.workspace(ALFA, address))
    for width in (PHONE, DESKTOP):
        for theme in ("light", "dark"):
            guest.look(width=width, theme=theme)
            assert guest.list_barriers() == []
        assert guest.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("address", "limit"), [(GALLERY, PAGE_BYTES), ("/dev/calendar/", CALENDAR_PAGE_BYTES)])
def test_gallery_weighs_little(visitor: MakeVisitor, product: Product, address: str, limit: int) -> None:
    weight, _ = visitor().weigh(product.workspace(ALFA, address))
    assert weight.total <= limit


def test_toast_undo_and_close(gallery: Page) -> None:
    toast = gallery.locator("#toasts .toast")
    expect(toast).to_have_count(1)
    toast.get_by_role("button", name="Cerrar").or_(toast.get_by_role("button", name="Close")).click()
    expect(toast).to_have_count(0)
    gallery.evaluate("Oficio.toast({ message: '<b>Hola</b>', level: 'error' })")
    expect(toast.locator("p")).to_have_text("<b>Hola</b>")


def test_dialog_opens_traps_and_closes_by_keyboard(gallery: Page) -> None:
    opener = gallery.get_by_role("button", name="Open a dialog")
    opener.click()
    dialog = gallery.locator("#sample")
    expect(dialog).to_be_visible()
    gallery.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_message_over_an_open_sheet_can_be_seen_and_used(gallery: Page) -> None:
    gallery.get_by_role("button", name="Open a sheet").click()
    gallery.evaluate("Oficio.toast({ message: 'Listo', level: 'error' })")
    toast = gallery.locator("#toasts .toast", has_text="Listo")
    toast.get_by_role("button").click()
    expect(toast).to_have_count(0)
    gallery.keyboard.press("Escape")
    expect(gallery.locator("body > #toasts")).to_have_count(1)


def test_confirm_asks_once(gallery: Page) -> None:
    question = gallery.locator("#confirm")
    gallery.get_by_role("button", name="Ask once").click()
    expect(question).to_contain_text("Cancel the appointment of Ana Restrepo?")
    question.get_by_role("button").first.click()
    expect(question).to_be_hidden()
    assert "?" not in gallery.url
    gallery.get_by_role("button", name="Ask once").click()
    with gallery.expect_navigation():
        question.get_by_role("button", name="Cancel appointment").click()


def test_theme_is_kept_without_a_flash(visitor: MakeVisitor, product: Product) -> None:
    guest = visitor(width=DESKTOP)
    guest.open(product.workspace(ALFA, GALLERY))
    with guest.page.expect_response("**/theme/"):
        guest.page.locator('footer button[value="dark"]').click()
    expect(guest.page.locator("html")).to_have_attribute("data-theme", "oficio-dark")
    answer = guest.open(product.workspace(ALFA, GALLERY))
    assert 'data-theme="oficio-dark"' in answer.text()


def test_password_can_be_shown(gallery: Page) -> None:
    field = gallery.locator("#id_password")
    button = gallery.locator('button[aria-controls="id_password"]')
    button.click()
    expect(field).to_have_attribute("type", "text")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(field).to_have_attribute("type", "password")


def test_alpine_runs_under_the_policy(gallery: Page) -> None:
    gallery.get_by_role("button", name="Add", exact=True).click()
    expect(gallery.locator("[data-count]")).to_have_text("1")


def refuse(guest: Visitor, product: Product) -> Page:
    guest.expect_status(422)
    guest.open(product.workspace(ALFA, GALLERY))
    page = guest.page
    page.locator("#id_email").fill("lucia@")
    return page


def test_refused_form_is_swapped_in_with_what_was_typed(visitor: MakeVisitor, product: Product) -> None:
    page = refuse(visitor(width=DESKTOP), product)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_name")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_name")).to_be_focused()
    expect(page.locator("#id_email")).to_have_value("lucia@")
    expect(page.locator("#id_name_error")).to_be_visible()


def test_refused_form_without_script_is_a_page(visitor: MakeVisitor, product: Product) -> None:
    page = refuse(visitor(width=PHONE, javascript=False), product)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_email")).to_have_value("lucia@")


def test_lost_connection_is_said_and_the_form_kept(visitor: MakeVisitor, product: Product) -> None:
    guest = visitor(width=DESKTOP)
    page = refuse(guest, product)
    guest.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#toasts .toast[data-level=error]")).to_be_visible()
    expect(page.locator("#id_email")).to_have_value("lucia@")
    guest.problems.clear()  # the failed request is what this is about


def test_phone_reaches_the_rest_by_the_more_sheet(visitor: MakeVisitor, product: Product) -> None:
    guest = visitor(width=PHONE)
    guest.open(product.workspace(ALFA, f"{GALLERY}?frame=panel"))
    guest.page.locator('nav button[popovertarget="more"]').click()
    sheet = guest.page.locator("#more")
    expect(sheet).to_be_visible()
    expect(sheet.locator('button[value="dark"]')).to_be_visible()
    assert guest.list_barriers() == []
    guest.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_visitors_time_is_shown_only_when_it_differs(visitor: MakeVisitor, product: Product) -> None:
    for zone, name in (("Europe/Madrid", "Madrid"), ("America/Mexico_City", None)):
        guest = visitor(width=DESKTOP, zone=zone)
        for _ in range(2):  # the first visit tells the zone
            guest.open(product.workspace(ALFA, GALLERY))
        row = guest.page.locator("dt", has_text="Yours, when it differs").locator("xpath=..").locator("dd")
        if name:
            expect(row).to_contain_text(name)
        else:
            expect(row).to_be_empty()
