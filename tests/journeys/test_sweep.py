"""Every page of the three audiences: no barrier, no violation of the policy, no overflow, light enough."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.http import urlsafe_base64_encode
from playwright.sync_api import StorageState, expect

from shared_apps.accounts.reset_links import reset_tokens
from shared_apps.signup import services as signup
from tenant_apps.appointments import links, selectors, services
from tenant_apps.appointments.enums import AppointmentSource, CancelledBy
from tenant_apps.appointments.models import Appointment
from tenant_apps.appointments.views.booking_page import write_moment
from tenant_apps.branding import services as branding
from tenant_apps.branding.domain import Profile
from tenant_apps.clients.domain import ClientDetails
from tenants.context import tenant_context
from tenants.selectors import find_tenant_by_slug
from tests.factories.open_agenda import OpenAgenda, add_service, open_agenda
from tests.factories.people import PASSWORD, make_user
from tests.factories.signup import application
from tests.isolation.test_permission_matrix import walk

from .browser import DESKTOP, MARKUP_BYTES, PHONE, MakeVisitor, Visitor
from .pages import APEX, NO_PAGE, NO_PAGE_BELOW, PAGES, WORKSPACE, SweptPage, World
from .product import Product

SLUG = "alfa"
OWNER = "owner@example.com"
COLORS = ("color-contrast",)
# Of what axe looks for, only colors differ between the themes at one width.
LOOKS = ((PHONE, "light", ()), (PHONE, "dark", COLORS), (DESKTOP, "dark", ()), (DESKTOP, "light", COLORS))
URLCONFS = {WORKSPACE: "config.urls_tenant", APEX: "config.urls_public"}


@pytest.mark.parametrize("site", URLCONFS)
def test_every_route_is_swept_or_says_why_not(site: str) -> None:
    routes = set(walk(URLCONFS[site]))
    swept = {page.route for page in PAGES if page.site == site}
    excused = set().union(*NO_PAGE.values())
    missing = {
        route for route in routes - swept - excused if not any(route.startswith(prefix) for prefix in NO_PAGE_BELOW)
    }
    assert not missing, f"add these routes to tests/journeys/pages.py: {sorted(missing)}"
    assert not swept - routes, f"these routes are gone: {sorted(swept - routes)}"


@pytest.fixture(scope="module")
def world(database: None) -> World:
    """A dental clinic with a day's work behind it, and a sign-up that waits for its workspace."""
    tenant = find_tenant_by_slug(slug=SLUG)
    assert tenant is not None
    now = timezone.now()
    with tenant_context(tenant):
        owner = make_user(email=OWNER, name="Ana Pérez")
        agenda = open_agenda(people=("Dra. Ana Pérez", "Dr. Luis Soto"), horizon=365)
        add_service(name="Blanqueamiento", description="Una hora, sin dolor y con resultados.", minutes=60)
        archived = add_service(name="Antiguo")
        services.archive_service(service_id=archived.pk)
        services.add_time_off(starts_at=now + timedelta(days=30), ends_at=now + timedelta(days=32), reason="Congreso")
        branding.update_profile(
            profile=Profile(
                name=tenant.name,
                tagline="Sonrisas sin prisa",
                about="Diez años en el barrio.",
                address="Av. Juárez 10\nCiudad de México",
                phone="+52 55 1234 5678",
            ),
            now=now,
        )
        free = selectors.list_free_slots(
            service_id=agenda.service.pk,
            from_on=timezone.localdate(now) + timedelta(days=7),
            to_on=timezone.localdate(now) + timedelta(days=14),
            now=now,
        )
        opened = book(agenda, free[0].starts_at)
        cancelled = book(agenda, free[1].starts_at)
        services.cancel_appointment(appointment_id=cancelled.pk, reason="Viaje", by=CancelledBy.CLIENT, now=now)
        past = book(agenda, now - timedelta(hours=3))
        tokens = [links.manage_token(one.public_id) for one in (opened, cancelled, past)]
        reset = urlsafe_base64_encode(str(owner.pk).encode()), reset_tokens.make_token(owner)
    return World(
        service_id=agenda.service.pk,
        archived_service_id=archived.pk,
        staff_id=agenda.staff[0].pk,
        appointment_id=opened.pk,
        client_id=opened.client_id,
        slot=write_moment(free[3].starts_at),
        open_token=tokens[0],
        cancelled_token=tokens[1],
        past_token=tokens[2],
        reset_uid=reset[0],
        reset_token=reset[1],
        waiting_token=wait_for_workspace(),
    )


def book(agenda: OpenAgenda, starts_at: object) -> Appointment:
    return services.book_appointment(
        service_id=agenda.service.pk,
        starts_at=starts_at,  # type: ignore[arg-type]
        client=ClientDetails("Ana López", "ana@example.com", "+525512345678"),
        source=AppointmentSource.PANEL,
        outside_hours=True,
        notes="Alergia a la penicilina",
        now=timezone.now(),
    ).appointment


def wait_for_workspace() -> str:
    """Sign up until the pool is empty; return the token of the one that waits."""
    for number in range(10):
        outcome = signup.sign_up(
            application=application(slug=f"sonrisa-{number}", email=f"n{number}@example.com"),
            password=PASSWORD,
            now=timezone.now(),
        )
        if isinstance(outcome, signup.Waiting):
            return outcome.token
    raise AssertionError("the pool has no end")


@pytest.fixture(scope="module")
def signed_in(world: World, product: Product, browser, tmp_path_factory: pytest.TempPathFactory) -> StorageState:
    """The cookies of alfa's owner."""
    owner = Visitor(browser, artifacts=tmp_path_factory.mktemp("artifacts"))
    owner.open(product.workspace(SLUG, "/sign-in/"))
    owner.page.locator("[name=email]").fill(OWNER)
    owner.page.locator("[name=password]").fill(PASSWORD)
    owner.page.locator("main form button.btn-primary").click()
    expect(owner.page).not_to_have_url(product.workspace(SLUG, "/sign-in/"))
    cookies = owner.context.storage_state()
    owner.close()
    return cookies


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_is_open_to_everybody_and_light(
    page: SweptPage, world: World, product: Product, visitor: MakeVisitor, request: pytest.FixtureRequest
) -> None:
    cookies = request.getfixturevalue("signed_in") if page.is_signed_in else None
    one = visitor(storage_state=cookies)
    path = page.address(world)
    url = product.apex(path) if page.site == APEX else product.workspace(SLUG, path)
    one.expect_status(page.status)
    weight, answer = one.weigh(url)
    assert answer.status == page.status
    problems = []
    if weight.total > page.bytes_allowed or (not page.is_signed_in and weight.markup > MARKUP_BYTES):
        problems.append(str(weight))
    for width, theme, only in LOOKS:
        one.look(width=width, theme=theme)
        one.photograph(f"{page.name}-{width}-{theme}")
        if overflow := one.overflow():
            problems.append(f"{width} {theme}: {overflow} pixels wider than the screen")
        problems += [f"{width} {theme}: {barrier}" for barrier in one.list_barriers(only=only)]
    assert problems == []
