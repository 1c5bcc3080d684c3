"""The apex's pages: the form keeps what was typed, says what is wrong beside the field, and opens a workspace."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils.html import escape

from shared_apps.accounts.models import User
from shared_apps.core.countries import COUNTRIES
from shared_apps.signup.domain import load_sectors
from shared_apps.signup.models import SignUp
from tenants import services as tenants
from tenants.context import TenantSnapshot, public_context, tenant_context
from tenants.enums import TenantStatus
from tenants.models import Tenant
from tests.factories.signup import PASSWORD, form_data

pytestmark = pytest.mark.usefixtures("db", "plans")

NASTY = [
    "Ñandú & Hijos <script>alert(1)</script>",
    "'; DROP TABLE tenants_tenant; --",
    "مرحبا بالعالم",
    "\u202eabc\u202c 日本語 🦷",
    "{{ 7|add:7 }} {% debug %}",
    'O\'Higgins “Peluquería” \\ "x"',
]
REFUSED = ["x" * 10_000, "nul\x00o", "dos\nlíneas", "\u200b\u200b", "\t", "   "]


@pytest.fixture
def apex(client_for: Callable[..., Client]) -> Client:
    return client_for(None)


def created() -> Tenant | None:
    with public_context():
        return Tenant.objects.filter(slug="clinica-luz").first()


def body(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined]


# --- Landing -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("country", "price"), [("MX", "$349"), ("CL", "$17.990"), ("ES", "19"), ("nowhere", "$349")])
def test_landing_shows_sectors_and_plans_in_the_visitors_currency(apex: Client, country: str, price: str) -> None:
    response = apex.get("/", {"country": country})
    assert response.status_code == 200
    page = body(response)
    assert price in page
    assert all(escape(sector.name.es) in page for sector in load_sectors().values())


def test_landing_speaks_english_to_those_who_prefer_it(apex: Client) -> None:
    assert "Dentistry" in body(apex.get("/", headers={"accept-language": "en-US,en;q=0.9"}))


# --- The form ----------------------------------------------------------------------------------
def test_complete_form_leads_to_the_workspace_signed_in(apex: Client, client_for: Callable[..., Client]) -> None:
    response = apex.post("/signup/", form_data())
    assert response.status_code == 302
    target = urlsplit(response.url)
    assert (target.scheme, target.netloc, target.path) == ("http", "clinica-luz.localhost", "/enter/")
    tenant = created()
    assert tenant is not None
    assert tenant.status == TenantStatus.ACTIVE
    assert len(parse_qs(target.query)["code"][0]) == 43


def test_empty_address_is_chosen_from_the_name(apex: Client) -> None:
    assert apex.post("/signup/", form_data(slug="", business="Clínica Luz")).status_code == 302
    assert created() is not None


def test_wrong_form_keeps_everything_but_the_password(apex: Client, tenant: TenantSnapshot) -> None:
    values = form_data(slug=tenant.slug, email="no", password="12345", country="CL", timezone="Pacific/Easter")
    del values["accepts_terms"]
    response = apex.post("/signup/", values)
    assert response.status_code == 422
    form = response.context["form"]
    assert set(form.errors) == {"email", "password", "accepts_terms"}
    page = body(response)
    assert 'value="Clínica Luz"' in page
    assert 'value="no"' in page
    assert '<option value="Pacific/Easter" selected>' in page
    assert "12345" not in page
    assert created() is None


def test_taken_address_is_a_conflict_with_free_ones_to_choose_from(apex: Client, tenant: TenantSnapshot) -> None:
    response = apex.post("/signup/", form_data(slug=tenant.slug))
    assert response.status_code == 409
    assert list(response.context["form"].errors) == ["slug"]
    assert response.context["address"].suggestions == ("clinica-luz", "clinica-luz-dental", "clinica-luz-2")
    assert 'value="Valeria Núñez"' in body(response)


@pytest.mark.parametrize(
    "slug", ["a", "-abc", "1abc", "a--b", "www", "áé", "a b", "x" * 41, "x" * 10_000, "a\x00b", "<b>"]
)
def test_invalid_address_is_an_error_of_its_field(apex: Client, slug: str) -> None:
    response = apex.post("/signup/", form_data(slug=slug))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["slug"]


@pytest.mark.parametrize("text", NASTY)
def test_nasty_names_are_stored_verbatim_and_escaped(
    apex: Client, text: str, client_for: Callable[..., Client]
) -> None:
    assert apex.post("/signup/", form_data(business=text, person=text)).status_code == 302
    tenant = created()
    assert tenant is not None
    assert tenant.name == text
    with tenant_context(tenant):
        assert User.objects.get().name == text
    page = body(client_for(tenant.snapshot()).get("/"))
    assert "<script>alert(1)" not in page
    assert escape(text) in page


@pytest.mark.parametrize("text", REFUSED)
@pytest.mark.parametrize("field", ["business", "person"])
def test_unusable_names_are_errors_of_their_field(apex: Client, field: str, text: str) -> None:
    response = apex.post("/signup/", form_data(**{field: text}))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert created() is None


@pytest.mark.parametrize("field", ["sector", "country", "timezone", "email", "password", "suggested", "website"])
@pytest.mark.parametrize("text", [*NASTY, *REFUSED])
def test_nasty_text_anywhere_is_never_a_server_error(apex: Client, field: str, text: str) -> None:
    response = apex.post("/signup/", form_data(**{field: text}))
    assert response.status_code in {302, 422}
    if response.status_code == 302:
        tenant = created()
        assert tenant is not None
        assert tenant.country in COUNTRIES
        assert COUNTRIES[tenant.country].has_zone(tenant.timezone)


@pytest.mark.parametrize(
    ("password", "is_accepted"),
    [(PASSWORD, True), ("corta-1", False), ("1234567890", False), ("contraseña", True), ("valeria@example.com", False)],
)
def test_password_rules(apex: Client, password: str, is_accepted: bool) -> None:
    response = apex.post("/signup/", form_data(password=password))
    assert (response.status_code == 302) is is_accepted
    if not is_accepted:
        assert list(response.context["form"].errors) == ["password"]


def test_filled_honeypot_creates_nothing(apex: Client) -> None:
    response = apex.post("/signup/", form_data(website="https://spam.example.com"))
    assert response.status_code == 422
    assert created() is None


def test_sign_ups_are_limited_and_the_form_is_kept(apex: Client, settings: object) -> None:
    settings.RATE_LIMITS = {"signup": "1/h"}  # type: ignore[attr-defined]
    assert apex.post("/signup/", form_data()).status_code == 302
    response = apex.post("/signup/", form_data(slug="clinica-sombra"))
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert 'value="clinica-sombra"' in body(response)
    with public_context():
        assert not Tenant.objects.filter(slug="clinica-sombra").exists()


def test_attempts_are_limited(apex: Client, settings: object) -> None:
    settings.RATE_LIMITS = {"signup_attempt": "1/h"}  # type: ignore[attr-defined]
    assert apex.post("/signup/", {}).status_code == 422
    response = apex.post("/signup/", {})
    assert response.status_code == 429
    assert "Retry-After" in response.headers


def test_sign_up_needs_its_csrf_token(client_for: Callable[..., Client]) -> None:
    strict = client_for(None, enforce_csrf_checks=True)
    assert strict.post("/signup/", form_data()).status_code == 403
    assert created() is None


@pytest.mark.parametrize(
    "host", ["evil.example.com", "nobody.localhost", "localhost.evil.example.com", "xn--.localhost"]
)
def test_forged_host_gets_no_sign_up(host: str) -> None:
    client = Client(headers={"host": host})
    assert client.get("/signup/").status_code == 404
    assert client.post("/signup/", form_data()).status_code == 404
    assert created() is None


def test_malformed_host_is_a_bad_request() -> None:
    assert Client(headers={"host": "a b/c"}).post("/signup/", form_data()).status_code == 400


def test_workspaces_have_no_sign_up(tenant: TenantSnapshot, client_for: Callable[..., Client]) -> None:
    assert client_for(tenant).get("/signup/").status_code == 404


# --- While typing ------------------------------------------------------------------------------
def test_name_suggests_a_free_address(apex: Client) -> None:
    page = body(apex.get("/signup/address/", {"source": "business", "business": "Alfa", "sector": "dentist"}))
    assert 'value="alfa-dental"' in page  # alfa is taken
    assert 'hx-swap-oob="innerHTML"' in page


def test_address_typed_by_hand_is_left_alone(apex: Client) -> None:
    values = {"source": "business", "business": "Alfa", "slug": "mi-clinica", "suggested": "otra"}
    assert apex.get("/signup/address/", values).status_code == 204


@pytest.mark.parametrize(
    ("slug", "words"),
    [("libre", "libre.localhost"), ("alfa", "alfa-2"), ("no", "3 a 40|3 to 40"), ("", "3 a 40|3 to 40")],
)
def test_typed_address_is_judged(apex: Client, slug: str, words: str) -> None:
    page = body(apex.get("/signup/address/", {"slug": slug}))
    assert any(word in page for word in words.split("|"))


@pytest.mark.parametrize("text", [*NASTY, "x" * 10_000, "dos\nlíneas"])
@pytest.mark.parametrize("field", ["slug", "business", "suggested", "sector", "source"])
def test_nasty_text_while_typing_is_never_a_server_error(apex: Client, field: str, text: str) -> None:
    for source in ("", "business", "suggestion"):
        response = apex.get("/signup/address/", {"source": source, "business": "Sol", field: text})
        assert response.status_code in {200, 204}
        assert "<script>alert(1)" not in body(response)


def test_null_byte_while_typing_is_not_found(apex: Client) -> None:
    assert apex.get("/signup/address/", {"slug": "a\x00"}).status_code == 404


def test_zones_follow_the_country(apex: Client) -> None:
    assert "Pacific/Easter" in body(apex.get("/signup/zones/", {"country": "CL"}))
    assert "<select" not in body(apex.get("/signup/zones/", {"country": "CO"}))


def test_zone_of_another_country_becomes_the_countrys_own(apex: Client) -> None:
    assert apex.post("/signup/", form_data(country="ES", timezone="America/Mexico_City")).status_code == 302
    tenant = created()
    assert tenant is not None
    assert (tenant.timezone, tenant.currency) == ("Europe/Madrid", "EUR")


# --- Without a spare ---------------------------------------------------------------------------
@pytest.fixture
def waiting_url(apex: Client) -> str:
    with public_context():
        Tenant.objects.filter(status=TenantStatus.SPARE).update(status=TenantStatus.DELETING)
    response = apex.post("/signup/", form_data())
    assert response.status_code == 302
    assert response.url.startswith("/signup/wait/")
    return str(response.url)


def test_waiting_page_asks_until_the_workspace_is_built(apex: Client, waiting_url: str) -> None:
    assert 'hx-trigger="every 1s"' in body(apex.get(waiting_url))
    poll = {"headers": {"HX-Request": "true"}}
    response = apex.post(waiting_url, **poll)  # type: ignore[arg-type]
    assert response.status_code == 200
    assert 'hx-trigger="every 1s"' in body(response)
    assert apex.post(f"{waiting_url}?step=1", **poll).status_code == 204  # type: ignore[arg-type]
    tenants.refill_pool(size=1)
    response = apex.post(waiting_url, **poll)  # type: ignore[arg-type]
    assert response.status_code == 204
    assert response["HX-Redirect"].startswith("http://clinica-luz.localhost/enter/?code=")
    finished = body(apex.get(waiting_url))
    assert "http://clinica-luz.localhost/panel/" in finished
    assert "hx-trigger" not in finished


def test_waiting_works_without_javascript(apex: Client, waiting_url: str) -> None:
    assert 'class="without-js"' in body(apex.get(waiting_url))  # a button that asks again
    assert apex.post(waiting_url).status_code == 200
    tenants.refill_pool(size=1)
    assert apex.post(waiting_url).url.startswith("http://clinica-luz.localhost/enter/?code=")


def test_address_taken_while_waiting_is_asked_for_again(apex: Client, waiting_url: str) -> None:
    tenants.refill_pool(size=2)
    assert apex.post("/signup/", form_data(email="otra@example.com")).status_code == 302
    response = apex.post(waiting_url, headers={"HX-Request": "true"})
    assert response.status_code == 409
    page = body(response)
    assert "clinica-luz-2" in page
    assert 'hx-trigger="every 1s"' not in page
    response = apex.post(waiting_url, {"slug": "luz-clara"})
    assert response.url.startswith("http://luz-clara.localhost/enter/?code=")


def test_unknown_or_expired_waiting_page_says_so(apex: Client, waiting_url: str) -> None:
    assert apex.get("/signup/wait/nothing/").status_code == 404
    with public_context():
        SignUp.objects.update(expires_at="2020-01-01T00:00:00Z")
    assert apex.get(waiting_url).status_code == 410
    assert apex.post(waiting_url).status_code == 410


# --- Finding one's workspace -------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["alfa", " ALFA ", "alfa.localhost", "http://alfa.localhost:8000/panel/"])
def test_sign_in_at_the_apex_leads_to_the_workspace(apex: Client, tenant: TenantSnapshot, typed: str) -> None:
    response = apex.post("/signin/", {"slug": typed})
    assert response.status_code == 302
    assert response.url == "http://alfa.localhost/panel/"


@pytest.mark.parametrize("typed", ["", "nobody", "//evil.example.com", "www", "x\x00", *NASTY])
def test_unknown_workspace_is_an_error_and_never_a_redirect_elsewhere(apex: Client, typed: str) -> None:
    assert apex.post("/signin/", {"slug": typed}).status_code == 422
