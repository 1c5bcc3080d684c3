"""The main job from end to end: a professional signs up, and a client books, gets the letter and cancels."""

import re
from email.utils import parseaddr

from playwright.sync_api import expect

from tenant_apps.appointments.enums import AppointmentStatus, CancelledBy
from tenant_apps.appointments.models import Appointment
from tenants.context import tenant_context
from tenants.selectors import find_tenant_by_slug

from .browser import DESKTOP, PHONE, MakeVisitor
from .letters import deliver, find_link
from .product import Product

SLUG = "dental-sonrisa"
OWNER, CLIENT = "sofia@sonrisa.example", "ana@example.com"


def test_from_sign_up_to_a_cancelled_appointment(database: None, product: Product, visitor: MakeVisitor) -> None:
    owner = visitor(width=DESKTOP)
    page = owner.page
    owner.open(product.apex())
    page.locator("main a[href^='/signup/']").first.click()
    page.locator("[name=business]").fill("Dental Sonrisa")
    page.locator("[name=slug]").fill(SLUG)
    page.locator("[name=sector]").select_option("dentist")
    page.locator("[name=country]").select_option("MX")
    page.locator("[name=person]").fill("Sofía Rivas")
    page.locator("[name=email]").fill(OWNER)
    page.locator("[name=password]").fill("caballo correcto bateria")
    page.locator("[name=accepts_terms]").check()
    owner.photograph("journey-sign-up")
    page.locator("main form[method=post] button.btn-primary").last.click()

    # Signed in on the workspace's own host, the code gone from the address bar.
    expect(page).to_have_url(re.compile(rf"^http://{SLUG}\.localhost:\d+/panel/"))
    assert "code=" not in page.url
    owner.open(product.workspace(SLUG, "/panel/welcome/"))
    for step in ("services", "hours", "look"):
        expect(page).to_have_url(product.workspace(SLUG, f"/panel/welcome/{step}/"))
        owner.photograph(f"journey-welcome-{step}")
        page.locator("main form button.btn-primary").last.click()
    expect(page).to_have_url(product.workspace(SLUG, "/panel/welcome/share/"))
    owner.photograph("journey-welcome-share")
    expect(page.locator("#page-link")).to_have_value(product.workspace(SLUG))

    tenant = find_tenant_by_slug(slug=SLUG)
    assert tenant is not None
    client = visitor(width=PHONE)
    page = client.page
    client.open(product.workspace(SLUG))
    client.photograph("journey-public-page")
    page.locator("main a[href*='/book/?service=']").first.click()
    next_day = page.locator("#times a[href*='day=']:not(ul a)")
    expect(page.locator("#times a").first).to_be_visible()
    if next_day.count():  # nothing is left this month
        next_day.click()
    page.locator("#times ul a").last.click()
    page.locator("[name=name]").fill("Ana López")
    page.locator("[name=email]").fill(CLIENT)
    page.locator("[name=note]").fill("Es mi primera vez")
    page.locator("[data-booking-form] button.btn-primary").click()
    expect(page).to_have_url(re.compile(r"/a/[\w-]{43}/booked/$"))
    expect(page.locator("main")).to_contain_text(CLIENT)
    client.photograph("journey-booked")

    to_client, to_owner = deliver(tenant.snapshot())
    assert [parseaddr(letter.to[0])[1] for letter in (to_client, to_owner)] == [CLIENT, OWNER]
    assert [attachment[0] for attachment in to_client.attachments] == ["appointment.ics"]

    # The letter is read on another device.
    elsewhere = visitor(width=PHONE, theme="dark")
    page = elsewhere.page
    elsewhere.open(find_link(to_client, r"/a/[\w-]{43}/$"))
    elsewhere.photograph("journey-link")
    with page.expect_download() as download:
        page.locator("a[href$='.ics']").click()
    assert download.value.suggested_filename == "appointment.ics"
    page.locator("a[href$='/cancel/']").click()
    page.locator("[name=reason]").fill("Me voy de viaje")
    page.locator("main form button.btn-error").click()
    expect(page.locator("main")).to_contain_text("Me voy de viaje")
    elsewhere.photograph("journey-cancelled")
    with tenant_context(tenant):
        appointment = Appointment.objects.get()
    assert (appointment.status, appointment.cancelled_by) == (AppointmentStatus.CANCELLED, CancelledBy.CLIENT)
    assert len(deliver(tenant.snapshot())) == 2
