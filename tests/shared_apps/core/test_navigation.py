from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import path

from shared_apps.core import navigation
from shared_apps.core.navigation import NavItem

urlpatterns = [
    path("panel/", lambda request: None, name="home"),
    path("panel/clients/", lambda request: None, name="clients"),
    path("panel/settings/", lambda request: None, name="settings"),
]


@pytest.fixture
def registry(monkeypatch, settings):
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(navigation, "_items", {})
    navigation.register(
        NavItem("Settings", "settings", "settings", 90, roles=("owner",)),
        NavItem("Clients", "clients", "users", 20),
        NavItem("Home", "home", "house", 10, also=("/panel/appointments/",)),
        NavItem("Mine", "home", "user", 10, area="portal"),
    )


def request_of(role: str, address: str = "/panel/"):
    request = RequestFactory().get(address)
    request.user = SimpleNamespace(role=role)
    return request


def test_list_items_in_order_for_the_role(registry):
    assert [item.label for item in navigation.list_items(area="panel", role="owner")] == ["Home", "Clients", "Settings"]
    assert [item.label for item in navigation.list_items(area="panel", role="staff")] == ["Home", "Clients"]
    assert [item.label for item in navigation.list_items(area="portal", role="client")] == ["Mine"]


def test_register_again_replaces(registry):
    navigation.register(NavItem("People", "clients", "users", 20))
    assert [item.label for item in navigation.list_items(area="panel", role="staff")] == ["Home", "People"]


@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/panel/", ["Home"]),
        ("/panel/appointments/3/", ["Home"]),
        ("/panel/clients/12/", ["Clients"]),
        ("/panel/account/", []),
    ],
)
def test_list_links_tell_where_the_page_belongs(registry, address, current):
    links = navigation.list_links(area="panel", request=request_of("owner", address))
    assert [link.label for link in links if link.is_current] == current


def test_list_links_without_a_person(registry):
    assert [link.label for link in navigation.list_links(area="panel", request=RequestFactory().get("/"))] == [
        "Home",
        "Clients",
    ]
