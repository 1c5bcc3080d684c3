"""What browsers and crawlers ask for by themselves."""

from collections.abc import Callable

import pytest
from django.test import Client

from tenants.context import TenantSnapshot

ClientFor = Callable[..., Client]


@pytest.mark.parametrize("is_apex", [True, False])
def test_favicon_leads_to_the_icon(tenant: TenantSnapshot, client_for: ClientFor, is_apex: bool) -> None:
    response = client_for(None if is_apex else tenant).get("/favicon.ico")
    assert response.status_code == 302
    assert "favicon" in response["Location"]
    assert response["Location"].endswith(".svg")


def test_crawlers_read_public_pages_only(tenant: TenantSnapshot, client_for: ClientFor) -> None:
    apex, workspace = client_for(None).get("/robots.txt"), client_for(tenant).get("/robots.txt")
    assert apex["Content-Type"] == workspace["Content-Type"] == "text/plain; charset=utf-8"
    assert apex.text == "User-agent: *\nAllow: /\n"
    assert workspace.text == "User-agent: *\nDisallow: /panel/\nDisallow: /a/\nDisallow: /api/\n"
