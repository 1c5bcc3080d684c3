"""An operator, and a browser signed in as one."""

from collections.abc import Callable

import pytest
from django.test import Client

from shared_apps.accounts import services as accounts
from shared_apps.accounts.models import User
from shared_apps.operators.services import Actor
from tenants.context import public_context

PASSWORD = "guardia-nocturna-7"


@pytest.fixture
def operator(db: None) -> User:
    with public_context():
        return accounts.create_user(email="olga@oficio.example.com", name="Olga", password=PASSWORD, role="operator")


@pytest.fixture
def actor(operator: User) -> Actor:
    return Actor(user_id=operator.pk, email=operator.email, ip="203.0.113.7")


@pytest.fixture
def panel(operator: User, client_for: Callable[..., Client]) -> Client:
    """A browser at the apex that signed in through the page."""
    browser = client_for(None)
    response = browser.post("/operators/login/", {"username": operator.email, "password": PASSWORD})
    assert response.status_code == 302
    return browser
