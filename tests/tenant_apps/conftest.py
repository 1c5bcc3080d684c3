"""Browsers of people who are signed in to a workspace."""

from collections.abc import Callable

import pytest
from django.test import Client

from shared_apps.accounts.enums import Role
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.people import make_user

SignIn = Callable[..., Client]


@pytest.fixture
def sign_in(client_for: Callable[..., Client]) -> SignIn:
    """Return a function that signs a new person of a role in to a workspace."""

    def make(tenant: TenantSnapshot, role: str = Role.OWNER) -> Client:
        client = client_for(tenant)
        client.cookies.load({"django_language": "en"})
        with tenant_context(tenant):
            client.force_login(make_user(role=role))
        return client

    return make


@pytest.fixture
def owner(tenant: TenantSnapshot, sign_in: SignIn) -> Client:
    """The browser of alfa's owner, in English."""
    return sign_in(tenant)


@pytest.fixture
def staff_browser(tenant: TenantSnapshot, sign_in: SignIn) -> Client:
    """The browser of somebody of alfa's staff, in English."""
    return sign_in(tenant, Role.STAFF)
