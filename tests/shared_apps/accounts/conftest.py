"""A person and a browser that is signed in."""

from collections.abc import Callable

import pytest
from django.test import Client

from shared_apps.accounts.enums import Role
from shared_apps.accounts.models import User
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.people import PASSWORD, make_user


@pytest.fixture
def owner(tenant: TenantSnapshot) -> User:
    """The owner of alfa."""
    with tenant_context(tenant):
        return make_user(email="owner@example.com", name="Ana Pérez", role=Role.OWNER)


@pytest.fixture
def signed_in(owner: User, tenant: TenantSnapshot, client_for: Callable[..., Client]) -> Client:
    """A browser in which the owner of alfa has signed in through the page."""
    browser = client_for(tenant)
    response = browser.post("/sign-in/", {"email": owner.email, "password": PASSWORD})
    assert response.status_code == 302
    return browser
