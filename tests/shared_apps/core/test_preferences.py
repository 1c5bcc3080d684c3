import pytest
from django.test import RequestFactory

from shared_apps.core.context_processors import interface
from shared_apps.core.themes import chosen_theme
from shared_apps.core.views_preferences import set_theme
from shared_apps.core.zones import visitor_zone


def post(**data):
    return set_theme(RequestFactory().post("/theme/", data, headers={"host": "alfa.localhost"}))


def test_set_theme_keeps_the_choice_and_goes_back():
    response = post(theme="dark", next="/panel/?day=1")
    assert (response.status_code, response["Location"]) == (302, "/panel/?day=1")
    cookie = response.cookies["theme"]
    assert (cookie.value, cookie["samesite"], cookie["httponly"], cookie["domain"]) == ("dark", "Lax", True, "")


def test_set_theme_auto_forgets_the_choice():
    assert post(theme="auto").cookies["theme"].value == ""


@pytest.mark.parametrize("choice", ["", "neon", "dark; Domain=x", "\x00"])
def test_set_theme_unknown_choice_sets_nothing(choice):
    assert "theme" not in post(theme=choice).cookies


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
def test_set_theme_never_goes_to_another_host(address):
    assert post(theme="dark", next=address)["Location"] == "/"


def test_set_theme_needs_a_post():
    assert set_theme(RequestFactory().get("/theme/")).status_code == 405


@pytest.mark.parametrize(("cookie", "theme"), [("dark", "dark"), ("light", "light"), ("", "auto"), ("<b>", "auto")])
def test_chosen_theme_reads_the_cookie(cookie, theme):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie
    assert chosen_theme(request) == theme


@pytest.mark.parametrize(
    ("cookie", "zone"),
    [
        ("America/Santiago", "America/Santiago"),
        ("Europe%2FMadrid", "Europe/Madrid"),
        ("../../etc/passwd", None),
        ("", None),
    ],
)
def test_visitor_zone_only_known_names(cookie, zone):
    request = RequestFactory().get("/")
    request.COOKIES["tz"] = cookie
    found = visitor_zone(request)
    assert (str(found) if found else None) == zone


def test_interface_at_the_apex_has_no_workspace():
    assert interface(RequestFactory().get("/"))["workspace"] is None
