"""The areas of a workspace are shut although the view itself forgot to ask."""

from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from config.urls_tenant import handler403  # noqa: F401
from shared_apps.accounts.enums import Role
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.people import make_user

pytestmark = pytest.mark.urls(__name__)


def forgetful(request: HttpRequest) -> HttpResponse:
    return HttpResponse("secret")


urlpatterns = [
    path("panel/forgetful/", forgetful),
    path("portal/forgetful/", forgetful),
    path("elsewhere/", forgetful),
    path("", include("shared_apps.accounts.urls")),
]


@pytest.mark.parametrize(
    ("role", "panel", "portal"),
    [
        (None, 302, 302),
        (Role.CLIENT, 403, 200),
        (Role.STAFF, 200, 403),
        (Role.OWNER, 200, 403),
    ],
)
def test_areas_are_for_their_people(
    tenant: TenantSnapshot, client_for: Callable[..., Client], role: str | None, panel: int, portal: int
) -> None:
    browser = client_for(tenant)
    if role:
        with tenant_context(tenant):
            browser.force_login(make_user(role=role))
    assert browser.get("/panel/forgetful/").status_code == panel
    assert browser.get("/portal/forgetful/").status_code == portal
    assert browser.get("/elsewhere/").status_code == 200
