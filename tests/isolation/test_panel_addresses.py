"""Every address of the panel, opened by itself: a page with a title, or the way to one."""

import re
from html import unescape

import pytest
from django.test import Client

from tenants.context import TenantSnapshot, tenant_context
from tests.factories.agenda import at, book, make_service
from tests.factories.people import make_user

from .test_permission_matrix import ALTERNATIVES, walk

PARAMETER = re.compile(r"<int:(\w+)>")
TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
PANEL = [route.replace("^", "") for route in walk("config.urls_tenant") if route.startswith("panel/")]


@pytest.fixture
def owner(tenant: TenantSnapshot, client_for: type[Client]) -> Client:
    with tenant_context(tenant):
        browser = client_for(tenant)
        browser.force_login(make_user(role="owner"))
    browser.cookies.load({"django_language": "en"})
    return browser


@pytest.fixture
def ids(tenant: TenantSnapshot) -> dict[str, int]:
    """Return a key for each kind of row that an address may name."""
    with tenant_context(tenant):
        appointment = book(make_service(), at(9))
    return {
        "appointment_id": appointment.pk,
        "client_id": appointment.client_id,
        "service_id": appointment.service_id,
        "staff_id": appointment.staff_id,
        "time_off_id": 1,
        "session_id": 1,
    }


@pytest.mark.parametrize("route", PANEL)
def test_address_opened_by_itself_leads_to_a_page_with_a_title(owner: Client, ids: dict[str, int], route: str) -> None:
    address = "/" + PARAMETER.sub(lambda match: str(ids[match[1]]), ALTERNATIVES.sub(r"\1", route).replace("$", ""))

    response = owner.get(address, follow=True)

    text = response.content.decode()
    assert response.status_code == 200 or "events" in route
    if "<html" in text:
        titles = [unescape(title) for title in TITLE.findall(text)]
        assert len(titles) == 1
        assert "<" not in titles[0]
        assert titles[0].split("·")[0].strip(), "the page says nothing of its own"
