"""The session engine: one query a request, expiry that moves with use, rows that people can end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from shared_apps.accounts import selectors, services
from shared_apps.accounts.domain import describe_device
from shared_apps.accounts.errors import SessionNotFound
from shared_apps.accounts.models import Session, User
from shared_apps.accounts.sessions import SessionStore
from tenants.context import TenantSnapshot, public_context, tenant_context
from tests.factories.people import PASSWORD, make_user

ClientFor = Callable[..., Client]


def _open_session(user: User) -> SessionStore:
    store = SessionStore()
    store["_auth_user_id"] = str(user.pk)
    store.save()
    return store


def test_load_costs_one_query(in_tenant: TenantSnapshot, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    key = _open_session(make_user()).session_key
    with django_assert_num_queries(1):
        store = SessionStore(key)
        assert store["_auth_user_id"]
        assert store.get("other") is None


def test_load_after_a_while_notes_the_use_and_moves_the_expiry(in_tenant: TenantSnapshot, time_machine: Any) -> None:
    key = _open_session(make_user()).session_key
    before = Session.objects.get()
    time_machine.move_to(timezone.now() + timedelta(minutes=6), tick=False)
    SessionStore(key).load()
    after = Session.objects.get()
    assert after.last_seen_at == timezone.now()
    assert after.expires_at > before.expires_at
    assert after.created_at == before.created_at


def test_load_of_an_expired_session_is_empty(in_tenant: TenantSnapshot) -> None:
    key = _open_session(make_user()).session_key
    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    store = SessionStore(key)
    assert store.load() == {}
    assert store.session_key is None


@pytest.mark.parametrize("key", ["", "short", "\x00" * 32, "x" * 10_000, "ñ" * 32])
def test_load_of_a_made_up_key_is_empty(in_tenant: TenantSnapshot, key: str) -> None:
    assert SessionStore(key).load() == {}


def test_save_of_a_session_that_was_ended_meanwhile_does_not_bring_it_back(in_tenant: TenantSnapshot) -> None:
    store = _open_session(make_user())
    Session.objects.all().delete()
    store["more"] = 1
    with pytest.raises(UpdateError):
        store.save()
    assert Session.objects.count() == 0


def test_flush_and_cycle_key_leave_no_old_row(in_tenant: TenantSnapshot) -> None:
    store = _open_session(make_user())
    old = store.session_key
    store.cycle_key()
    assert store.session_key != old
    assert Session.objects.count() == 1
    store.flush()
    assert Session.objects.count() == 0


def test_clear_expired_removes_what_is_over(in_tenant: TenantSnapshot) -> None:
    user = make_user()
    _open_session(user)
    _open_session(user)
    Session.objects.filter(pk=Session.objects.order_by("pk").first().pk).update(expires_at=timezone.now())
    SessionStore.clear_expired()
    assert Session.objects.count() == 1


def test_sessions_work_in_the_public_schema(in_public: None) -> None:
    user = make_user(role="operator")
    key = _open_session(user).session_key
    assert SessionStore(key)["_auth_user_id"] == str(user.pk)
    call_command("makemigrations", "accounts", check=True, dry_run=True, verbosity=0)


def test_sessions_of_a_workspace_do_not_exist_in_public(in_tenant: TenantSnapshot) -> None:
    key = _open_session(make_user()).session_key
    with public_context():
        assert SessionStore(key).load() == {}


# --- The list ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("number", [1, 3])
def test_list_sessions_takes_one_query(
    in_tenant: TenantSnapshot, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    user = make_user()
    stores = [_open_session(user) for _ in range(number)]
    _open_session(make_user())
    with django_assert_num_queries(1):
        rows = selectors.list_sessions(user_id=user.pk, this_session_id=stores[0].row_id, now=timezone.now())
    assert [row.is_this_one for row in rows] == [True, *[False] * (number - 1)]


def test_end_session_of_somebody_else_is_refused(in_tenant: TenantSnapshot) -> None:
    mine, theirs = make_user(), make_user()
    session = _open_session(theirs)
    with pytest.raises(SessionNotFound):
        services.end_session(user_id=mine.pk, session_id=session.row_id)
    assert Session.objects.count() == 1


def test_security_page_lists_devices_in_words_and_ends_one(
    signed_in: Client, owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    phone = client_for(tenant)
    agent = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130.0.0.0 Mobile Safari/537.36"
    phone.post("/sign-in/", {"email": owner.email, "password": PASSWORD}, headers={"user-agent": agent})

    signed_in.cookies.load({"django_language": "en"})
    page = signed_in.get("/panel/account/security/")
    sessions = page.context["sessions"]
    assert [session.is_this_one for session in sessions] == [True, False]
    assert "Chrome" in page.text
    assert "Android" in page.text
    assert page.text.count("In use now") == 2
    assert page.text.count("Signed in on") == 2

    signed_in.post(f"/panel/account/sessions/{sessions[1].id}/end/")
    assert phone.get("/panel/account/profile/").status_code == 302
    assert signed_in.get("/panel/account/profile/").status_code == 200
    assert signed_in.post(f"/panel/account/sessions/{sessions[1].id}/end/").status_code == 404


def test_security_page_ends_every_other_session(
    signed_in: Client, owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    others = [client_for(tenant) for _ in range(2)]
    for other in others:
        other.post("/sign-in/", {"email": owner.email, "password": PASSWORD})
    signed_in.post("/panel/account/sessions/end-others/")
    assert [other.get("/panel/account/profile/").status_code for other in others] == [302, 302]
    assert signed_in.get("/panel/account/profile/").status_code == 200


def test_change_password_page_keeps_this_session_only(
    signed_in: Client, owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    other = client_for(tenant)
    other.post("/sign-in/", {"email": owner.email, "password": PASSWORD})
    values = {"current_password": PASSWORD, "new_password": "a brand new phrase"}
    assert signed_in.post("/panel/account/security/", values).status_code == 302
    assert signed_in.get("/panel/account/security/").status_code == 200
    assert other.get("/panel/account/security/").status_code == 302
    with tenant_context(tenant):
        assert User.objects.get(pk=owner.pk).check_password("a brand new phrase")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"current_password": "guess", "new_password": "a brand new phrase"}, "current_password"),
        ({"current_password": PASSWORD, "new_password": "short"}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "x" * 10_000}, "new_password"),
        ({"current_password": PASSWORD, "new_password": "a\x00bcdefghijkl"}, "new_password"),
        ({"current_password": PASSWORD}, "new_password"),
    ],
)
def test_change_password_page_shows_what_is_wrong_at_its_field(
    signed_in: Client, values: dict[str, str], field: str
) -> None:
    response = signed_in.post("/panel/account/security/", values)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]


@pytest.mark.parametrize(
    "name", ["<b>Ana</b>", "عمر 👩‍🔧", "‮Ana", "Robert'); DROP TABLE accounts_user;--", "{{ 7*7 }}"]
)
def test_profile_stores_odd_names_verbatim_and_shows_them_escaped(
    signed_in: Client, owner: User, tenant: TenantSnapshot, name: str
) -> None:
    assert signed_in.post("/panel/account/profile/", {"name": name, "language": "en"}).status_code == 302
    with tenant_context(tenant):
        assert User.objects.get(pk=owner.pk).name == name
    assert "<b>Ana</b>" not in signed_in.get("/panel/account/profile/").text


@pytest.mark.parametrize("name", ["", "x" * 10_000, "Ana\x00", " "])
def test_profile_refuses_names_that_do_not_hold(
    signed_in: Client, owner: User, tenant: TenantSnapshot, name: str
) -> None:
    response = signed_in.post("/panel/account/profile/", {"name": name, "language": ""})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["name"]
    with tenant_context(tenant):
        assert User.objects.get(pk=owner.pk).name == owner.name


# --- Devices ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
            "Safari/537.36 Edg/130.0.0.0",
            ("Edge", "Windows", "computer"),
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.0 Mobile/15E148 Safari/604.1",
            ("Safari", "iPhone", "phone"),
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", ("Firefox", "Linux", "computer")),
        (
            "Mozilla/5.0 (Linux; Android 14; SM-X710) AppleWebKit/537.36 (KHTML, like Gecko) "
            "SamsungBrowser/26.0 Chrome/122.0.0.0 Safari/537.36",
            ("Samsung Internet", "Android", "tablet"),
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.4 Safari/605.1.15",
            ("Safari", "macOS", "computer"),
        ),
        ("curl/8.5.0", ("", "", "computer")),
        ("", ("", "", "computer")),
    ],
)
def test_describe_device(agent: str, expected: tuple[str, str, str]) -> None:
    device = describe_device(agent)
    assert (device.browser, device.system, device.kind) == expected
