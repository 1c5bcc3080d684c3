"""What people and programs get when something is refused, missing, broken or down."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from shared_apps.accounts.models import User
from shared_apps.core.api import flatten
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.people import make_user

pytestmark = pytest.mark.urls("tests.shared_apps.core.urls_for_tests")
ClientFor = Callable[..., Client]
SHAPE = {"code", "message", "fields", "data", "request_id"}


@pytest.fixture
def browser(tenant: TenantSnapshot, client_for: ClientFor) -> Client:
    browser = client_for(tenant)
    browser.raise_request_exception = False
    return browser


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("taken", 409, "test_taken"),
        ("limited", 429, "too_many_requests"),
        ("unavailable", 503, "service_unavailable"),
        ("denied", 403, "permission_refused"),
        ("missing", 404, "not_found"),
        ("broken", 500, "server_error"),
        ("database", 503, "service_unavailable"),
        ("cache", 503, "service_unavailable"),
        ("wrapped", 503, "service_unavailable"),
    ],
)
@pytest.mark.parametrize("place", ["/api/refuse/", "/api/plain/", "/refuse/"])
def test_refusals_have_their_status_and_one_shape(
    browser: Client, place: str, name: str, status: int, code: str
) -> None:
    response = browser.get(f"{place}{name}/")
    assert response.status_code == status
    assert "secret reason" not in response.text
    assert ("Retry-After" in response) is (status in {429, 503})
    if place.startswith("/api/"):
        error = response.json()["error"]
        assert set(error) == SHAPE
        assert (error["code"], error["request_id"]) == (code, response["X-Request-ID"])
    else:
        assert "<h1" in response.text


def test_a_domain_error_carries_its_facts(browser: Client) -> None:
    assert browser.get("/api/refuse/taken/").json()["error"]["data"] == {"what": "seat"}
    assert browser.get("/api/refuse/limited/")["Retry-After"] == "42"


def test_a_domain_error_on_a_page_is_escaped_and_a_fragment_for_htmx(browser: Client) -> None:
    page = browser.get("/refuse/taken/")
    assert "&lt;b&gt;seat&lt;/b&gt; is taken." in page.text
    fragment = browser.get("/refuse/taken/", headers={"hx-request": "true"})
    assert fragment.status_code == 409
    assert "<html" not in fragment.text
    boosted = browser.get("/refuse/taken/", headers={"hx-request": "true", "hx-boosted": "true"})
    assert "<html" in boosted.text


@pytest.mark.parametrize("name", ["database", "cache", "broken"])
def test_the_page_of_an_outage_queries_nothing(
    browser: Client, django_assert_num_queries: DjangoAssertNumQueries, name: str
) -> None:
    browser.get("/locale/")  # the host is known now
    with django_assert_num_queries(0):
        browser.get(f"/refuse/{name}/")


def test_a_missing_page_below_the_api_is_json(browser: Client) -> None:
    assert browser.get("/api/nothing/").json()["error"]["code"] == "not_found"
    assert "<h1" in browser.get("/nothing/").text


def test_a_view_without_permissions_is_open_to_nobody(browser: Client, tenant: TenantSnapshot) -> None:
    assert browser.get("/api/no-permissions/").status_code == 401
    with tenant_context(tenant):
        browser.force_login(make_user())
    assert browser.get("/api/no-permissions/").status_code == 403


def test_the_handler_rolls_back_what_was_written(committed_db: None, browser: Client, tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        make_user(name="before")
    assert browser.post("/api/write/").status_code == 409
    with tenant_context(tenant):
        assert User.objects.get().name == "before"
        assert not connection.in_atomic_block


def test_field_errors_are_named_by_their_path(browser: Client) -> None:
    body = {"name": "too long", "blocks": [{"starts_at": "09:00"}, {"starts_at": "x"}, {}]}
    headers = {"accept-language": "en"}
    response = browser.post("/api/refuse/taken/", body, content_type="application/json", headers=headers)
    assert response.status_code == 422
    assert list(response.json()["error"]["fields"]) == ["name", "blocks.1.starts_at", "blocks.2.starts_at"]
    assert response.json()["error"]["message"] == "The request has invalid fields."


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"name": NaN}'])
def test_a_body_that_is_no_json_is_named_so(browser: Client, body: str) -> None:
    headers = {"accept-language": "en"}  # also of a program that has not signed in
    response = browser.post("/api/refuse/taken/", body, content_type="application/json", headers=headers)
    assert response.status_code == 400
    assert response.json()["error"]["message"] == "The body is not valid JSON."


def test_flatten_of_plain_messages() -> None:
    assert flatten(["No."]) == {"non_field_errors": ["No."]}
    assert flatten({"a": ["x", "y"], "b": {"c": "z"}}) == {"a": ["x", "y"], "b.c": ["z"]}


def test_wrong_method_and_unknown_type(browser: Client) -> None:
    assert browser.delete("/api/refuse/taken/").json()["error"]["code"] == "method_not_allowed"
    response = browser.post("/api/refuse/taken/", "a=1", content_type="application/x-www-form-urlencoded")
    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_media_type")


# --- Forms that call a service ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("seat", "status", "field"),
    [
        ("taken", 409, "__all__"),
        ("bad", 422, "seat"),
        ("other", 422, "__all__"),
        ("slow", 429, "__all__"),
        ("", 422, "seat"),
        ("x" * 10_000, 422, "seat"),
        ("a\x00", 422, "seat"),
    ],
)
def test_a_form_keeps_its_content_and_shows_the_refusal(browser: Client, seat: str, status: int, field: str) -> None:
    response = browser.post("/book/", {"seat": seat})
    assert response.status_code == status
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"]["seat"].value() == seat
    assert response.get("Retry-After") == ("7" if status == 429 else None)


def test_a_form_that_is_accepted_answers_with_its_view(browser: Client) -> None:
    assert browser.post("/book/", {"seat": "free"}).text == "booked"


# --- Language and time zone -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cookie", "header", "expected"),
    [
        ("", "", "es"),
        ("", "en", "es"),  # the workspace's own language comes before the browser's
        ("en", "es", "en"),
        ("xx", "en", "es"),
        ("../../etc", "", "es"),
        ("e\x00n", "", "es"),
    ],
)
def test_language_in_a_workspace(browser: Client, cookie: str, header: str, expected: str) -> None:
    browser.cookies["django_language"] = cookie
    response = browser.get("/locale/", headers={"accept-language": header})
    assert response.text == f"{expected} America/Mexico_City"
    assert response["Content-Language"] == expected


def test_language_and_zone_do_not_leak_into_the_next_request(
    browser: Client, other_tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    browser.cookies["django_language"] = "en"
    assert browser.get("/locale/").text == "en America/Mexico_City"
    assert client_for(other_tenant).get("/locale/").text == "es America/Santiago"


def test_language_at_the_apex_is_the_browsers(client_for: ClientFor, db: None, settings: Any) -> None:
    settings.PUBLIC_SCHEMA_URLCONF = "tests.shared_apps.core.urls_for_tests"
    apex = client_for(None)
    assert apex.get("/locale/", headers={"accept-language": "en-GB,en;q=0.9"}).text == "en UTC"
    assert apex.get("/locale/", headers={"accept-language": "fr"}).text == "es UTC"
