"""Signing in and out, a forgotten password, the handover from the apex."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from shared_apps.accounts import gateways, services
from shared_apps.accounts.enums import Role
from shared_apps.accounts.errors import HandoverCodeInvalid
from shared_apps.accounts.models import HandoverCode, Session, User
from shared_apps.accounts.sessions import SessionStore
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.people import PASSWORD, make_user

ClientFor = Callable[..., Client]
NASTY = ["\x00", "a\x00b@example.com", "'; DROP TABLE accounts_user;--@x.com", "‮@example.com", "x" * 10_000]


@pytest.fixture
def mails() -> Iterator[list[dict[str, Any]]]:
    """What accounts hands to the queue of messages; the real queue is back afterwards."""
    sent: list[dict[str, Any]] = []
    before = gateways._queue
    gateways.use_mail_queue(lambda **message: sent.append(message))
    yield sent
    gateways._queue = before


# --- Signing in -------------------------------------------------------------------------------------------------------
def test_sign_in_leads_to_the_panel_and_notes_the_device(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    browser = client_for(tenant)
    response = browser.post(
        "/sign-in/", {"email": "OWNER@example.com", "password": PASSWORD}, headers={"user-agent": "Agent\x00 7"}
    )
    assert (response.status_code, response["Location"]) == (302, "/panel/")
    with tenant_context(tenant):
        session = Session.objects.get()
    assert (session.user_id, session.ip, session.user_agent) == (owner.pk, "127.0.0.1", "Agent 7")


def test_sign_in_stores_no_session_key(signed_in: Client, tenant: TenantSnapshot) -> None:
    key = signed_in.cookies["sessionid"].value
    with tenant_context(tenant):
        row = Session.objects.get()
    assert key not in (row.key_hash, row.data)


def test_sign_in_gives_the_browser_a_new_session_key(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    with tenant_context(tenant):
        planted = SessionStore()
        planted["seed"] = 1
        planted.save()
    browser = client_for(tenant)
    browser.cookies["sessionid"] = planted.session_key
    browser.post("/sign-in/", {"email": owner.email, "password": PASSWORD})
    assert browser.cookies["sessionid"].value != planted.session_key
    with tenant_context(tenant):
        assert not SessionStore().exists(planted.session_key)


def test_sign_in_with_a_wrong_password_says_so_and_keeps_the_address(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    response = client_for(tenant).post("/sign-in/", {"email": owner.email, "password": "not this one"})
    assert response.status_code == 401
    assert owner.email in response.text
    with tenant_context(tenant):
        assert Session.objects.count() == 0


def test_sign_in_of_somebody_unknown_answers_as_a_wrong_password_does(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    known = client_for(tenant).post("/sign-in/", {"email": owner.email, "password": "x"})
    unknown = client_for(tenant).post("/sign-in/", {"email": "nobody1@example.com", "password": "x"})
    assert (known.status_code, known.context["form"].errors) == (unknown.status_code, unknown.context["form"].errors)


def test_sign_in_with_the_account_of_another_workspace_is_refused(
    owner: User, other_tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    response = client_for(other_tenant).post("/sign-in/", {"email": owner.email, "password": PASSWORD})
    assert response.status_code == 401


def test_sign_in_of_a_deactivated_person_is_refused(owner: User, tenant: TenantSnapshot, client_for: ClientFor) -> None:
    with tenant_context(tenant):
        User.objects.update(is_active=False)
    response = client_for(tenant).post("/sign-in/", {"email": owner.email, "password": PASSWORD})
    assert response.status_code == 401


@pytest.mark.parametrize("value", NASTY)
@pytest.mark.parametrize("field", ["email", "password", "next"])
def test_sign_in_survives_nasty_values(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor, field: str, value: str
) -> None:
    values = {"email": owner.email, "password": PASSWORD, field: value}
    response = client_for(tenant).post("/sign-in/", values)
    assert response.status_code in ({302} if field == "next" else {401, 422})


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "http:///evil.example",
        "javascript:alert(1)",
        "http://beta.localhost/panel/",
        "http://localhost/",
        "/sign-out/",
    ],
)
def test_sign_in_goes_to_no_other_host(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor, address: str
) -> None:
    values = {"email": owner.email, "password": PASSWORD, "next": address}
    assert client_for(tenant).post("/sign-in/", values)["Location"] == "/panel/"


def test_sign_in_goes_where_one_was_going(owner: User, tenant: TenantSnapshot, client_for: ClientFor) -> None:
    browser = client_for(tenant)
    asked = browser.get("/panel/account/profile/?a=1")
    assert (asked.status_code, asked["Location"]) == (302, "/sign-in/?next=/panel/account/profile/%3Fa%3D1")
    page = browser.get(asked["Location"])
    assert page.context["next"] == "/panel/account/profile/?a=1"
    values = {"email": owner.email, "password": PASSWORD, "next": page.context["next"]}
    assert browser.post("/sign-in/", values)["Location"] == "/panel/account/profile/?a=1"


def test_sign_in_without_a_csrf_token_is_refused(owner: User, tenant: TenantSnapshot, client_for: ClientFor) -> None:
    browser = client_for(tenant, enforce_csrf_checks=True)
    response = browser.post("/sign-in/", {"email": owner.email, "password": PASSWORD})
    assert response.status_code == 403
    with tenant_context(tenant):
        assert Session.objects.count() == 0


def test_sign_in_past_its_limit_says_when_to_come_back(
    owner: User, tenant: TenantSnapshot, other_tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    browser = client_for(tenant)
    answers = [browser.post("/sign-in/", {"email": owner.email, "password": "guess"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    # Another workspace counts apart, although the address is the same.
    assert client_for(other_tenant).post("/sign-in/", {"email": owner.email, "password": "x"}).status_code == 401


def test_sign_in_when_signed_in_already_goes_on(signed_in: Client) -> None:
    assert signed_in.get("/sign-in/")["Location"] == "/panel/"


def test_sign_in_puts_ones_own_language_into_the_cookie(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    with tenant_context(tenant):
        services.update_profile(user_id=owner.pk, name=owner.name, language="en")
    browser = client_for(tenant)
    assert browser.get("/sign-in/")["Content-Language"] == "es"
    browser.post("/sign-in/", {"email": owner.email, "password": PASSWORD})
    assert browser.get("/panel/account/profile/")["Content-Language"] == "en"


def test_a_session_of_one_workspace_is_worth_nothing_in_another(
    signed_in: Client, other_tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    with tenant_context(other_tenant):
        make_user(email="owner@example.com")  # same address; possibly the same key
    stranger = client_for(other_tenant)
    stranger.cookies["sessionid"] = signed_in.cookies["sessionid"].value
    assert stranger.get("/panel/account/profile/").status_code == 302


# --- Signing out ------------------------------------------------------------------------------------------------------
def test_sign_out_ends_the_session(signed_in: Client, tenant: TenantSnapshot) -> None:
    assert signed_in.post("/sign-out/")["Location"] == "/sign-in/"
    assert signed_in.get("/panel/account/profile/").status_code == 302
    with tenant_context(tenant):
        assert Session.objects.filter(user__isnull=False).count() == 0


def test_sign_out_by_get_is_refused(signed_in: Client) -> None:
    assert signed_in.get("/sign-out/").status_code == 405
    assert signed_in.get("/panel/account/profile/").status_code == 200


# --- Areas ------------------------------------------------------------------------------------------------------------
def test_a_client_cannot_enter_the_panel(tenant: TenantSnapshot, client_for: ClientFor) -> None:
    with tenant_context(tenant):
        make_user(role=Role.CLIENT, email="client@example.com")
    browser = client_for(tenant)
    assert browser.post("/sign-in/", {"email": "client@example.com", "password": PASSWORD})["Location"] == "/"
    assert browser.get("/panel/account/profile/").status_code == 403


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ("", "/sign-in/"),
        ("http://alfa.localhost/panel/?day=2", "/sign-in/?next=/panel/%3Fday%3D2"),
        ("http://evil.example/panel/", "/sign-in/"),
        ("http://[", "/sign-in/"),
    ],
)
def test_a_fragment_of_the_panel_sends_its_page_to_sign_in(
    tenant: TenantSnapshot, client_for: ClientFor, current: str, expected: str
) -> None:
    headers = {"hx-request": "true", "hx-current-url": current}
    response = client_for(tenant).get("/panel/account/security/", headers=headers)
    assert (response.status_code, response["HX-Redirect"]) == (204, expected)


def test_a_form_sent_after_the_session_ended_asks_to_sign_in(tenant: TenantSnapshot, client_for: ClientFor) -> None:
    assert client_for(tenant).post("/panel/account/profile/", {"name": "Ana"})["Location"] == "/sign-in/"


def test_a_page_of_the_panel_takes_one_query_for_the_session_and_one_for_the_person(
    signed_in: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    signed_in.get("/panel/account/profile/")  # the host and the look are known now
    with django_assert_num_queries(2) as queries:
        signed_in.get("/panel/account/profile/")
    assert ["accounts_session" in query["sql"] for query in queries] == [True, False]


# --- A forgotten password ---------------------------------------------------------------------------------------------
def test_forgot_password_answers_the_same_for_everyone(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor, mails: list[dict[str, Any]]
) -> None:
    browser = client_for(tenant)
    known = browser.post("/password/forgotten/", {"email": "Owner@Example.com"})
    unknown = browser.post("/password/forgotten/", {"email": "nobody@example.com"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [(mail["email"], mail["event"]) for mail in mails] == [(owner.email, "password_reset")]


def test_forgot_password_link_sets_a_new_one_once_and_ends_the_sessions(
    signed_in: Client, owner: User, tenant: TenantSnapshot, client_for: ClientFor, mails: list[dict[str, Any]]
) -> None:
    browser = client_for(tenant)
    browser.post("/password/forgotten/", {"email": owner.email})
    url = mails[0]["context"]["url"]
    assert url.startswith("http://alfa.localhost/password/new/")
    path = url.removeprefix("http://alfa.localhost")

    assert browser.get(path).status_code == 200
    assert browser.get(path).status_code == 200  # a scanner that opens it spends nothing
    assert browser.post(path, {"new_password": "short"}).status_code == 422
    assert browser.post(path, {"new_password": "a brand new phrase"})["Location"] == "/sign-in/"
    assert browser.post(path, {"new_password": "another new phrase"}).status_code == 410
    assert browser.get(path).status_code == 410

    with tenant_context(tenant):
        assert User.objects.get(pk=owner.pk).check_password("a brand new phrase")
    assert signed_in.get("/panel/account/profile/").status_code == 302


def test_forgot_password_link_expires(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor, mails: list[dict[str, Any]], time_machine: Any
) -> None:
    browser = client_for(tenant)
    browser.post("/password/forgotten/", {"email": owner.email})
    time_machine.move_to(timezone.now() + timedelta(hours=2, seconds=5))
    assert browser.get(mails[0]["context"]["url"].removeprefix("http://alfa.localhost")).status_code == 410


def test_forgot_password_link_of_one_workspace_opens_nothing_in_another(
    owner: User,
    tenant: TenantSnapshot,
    other_tenant: TenantSnapshot,
    client_for: ClientFor,
    mails: list[dict[str, Any]],
) -> None:
    with tenant_context(other_tenant):
        # The twin: same key, same address, same stored password, so only the tenant's key tells them apart.
        User.objects.create(pk=owner.pk, email=owner.email, name="Twin", role=Role.OWNER, password=owner.password)
    client_for(tenant).post("/password/forgotten/", {"email": owner.email})
    path = mails[0]["context"]["url"].removeprefix("http://alfa.localhost")
    assert client_for(other_tenant).get(path).status_code == 410
    assert client_for(other_tenant).post(path, {"new_password": "a brand new phrase"}).status_code == 410


@pytest.mark.parametrize(
    "path", ["MQ/x-y", "%00/x", "~/x", "x" * 500 + "/y", "LTE/a-b", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5/a-b"]
)
def test_forgot_password_link_that_was_made_up_is_refused(
    tenant: TenantSnapshot, client_for: ClientFor, path: str
) -> None:
    assert client_for(tenant).get(f"/password/new/{path}/").status_code == 410


@pytest.mark.parametrize("value", NASTY)
def test_forgot_password_survives_nasty_values(
    tenant: TenantSnapshot, client_for: ClientFor, mails: list[dict[str, Any]], value: str
) -> None:
    assert client_for(tenant).post("/password/forgotten/", {"email": value}).status_code == 422
    assert mails == []


def test_forgot_password_is_limited(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor, mails: list[dict[str, Any]]
) -> None:
    browser = client_for(tenant)
    answers = [browser.post("/password/forgotten/", {"email": owner.email}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]
    assert len(mails) == 5


# --- Handover ---------------------------------------------------------------------------------------------------------
def _code(tenant: TenantSnapshot, user: User, *, host: str = "alfa.localhost:8000") -> str:
    with tenant_context(tenant):
        return services.issue_handover_code(user_id=user.pk, host=host, now=timezone.now())


def test_enter_signs_in_once(owner: User, tenant: TenantSnapshot, client_for: ClientFor) -> None:
    code = _code(tenant, owner)
    browser = client_for(tenant)
    response = browser.get("/enter/", {"code": code, "next": "/panel/account/profile/"})
    assert (response.status_code, response["Location"]) == (302, "/panel/account/profile/")
    assert "no-store" in response["Cache-Control"]
    assert browser.get("/panel/account/profile/").status_code == 200

    replay = client_for(tenant).get("/enter/", {"code": code})
    assert replay.status_code == 410
    assert "/sign-in/" in replay.text


def test_enter_after_thirty_seconds_is_refused(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor, time_machine: Any
) -> None:
    code = _code(tenant, owner)
    time_machine.move_to(timezone.now() + timedelta(seconds=31))
    assert client_for(tenant).get("/enter/", {"code": code}).status_code == 410


def test_enter_with_a_code_for_another_host_is_refused(
    owner: User, tenant: TenantSnapshot, other_tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    wrong_host = _code(tenant, owner, host="beta.localhost")
    assert client_for(tenant).get("/enter/", {"code": wrong_host}).status_code == 410
    right_host = _code(tenant, owner)
    assert client_for(other_tenant).get("/enter/", {"code": right_host}).status_code == 410
    assert client_for(tenant).get("/enter/", {"code": right_host}).status_code == 302


def test_enter_of_a_deactivated_person_is_refused(owner: User, tenant: TenantSnapshot, client_for: ClientFor) -> None:
    code = _code(tenant, owner)
    with tenant_context(tenant):
        User.objects.update(is_active=False)
    assert client_for(tenant).get("/enter/", {"code": code}).status_code == 410


@pytest.mark.parametrize("code", ["", "\x00", "x" * 10_000, "' OR 1=1", "\ud800"])
def test_enter_survives_nasty_codes(tenant: TenantSnapshot, client_for: ClientFor, code: str) -> None:
    query = "code=%ED%A0%80" if code == "\ud800" else None
    response = client_for(tenant).get("/enter/", None if query else {"code": code}, QUERY_STRING=query or "")
    assert response.status_code == 410


def test_enter_that_fails_half_way_does_not_spend_the_code(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = _code(tenant, owner)
    browser = client_for(tenant)
    browser.raise_request_exception = False
    with monkeypatch.context() as broken:
        broken.setattr(SessionStore, "create", _break)
        assert browser.get("/enter/", {"code": code}).status_code == 503
    assert browser.get("/enter/", {"code": code}).status_code == 302


def _break(self: SessionStore) -> None:
    raise OperationalError("the connection was lost")


def test_handover_codes_are_stored_as_hashes(owner: User, tenant: TenantSnapshot) -> None:
    code = _code(tenant, owner)
    with tenant_context(tenant):
        row = HandoverCode.objects.get()
    assert code not in row.code_hash


def _race_for_one_code(tenant: TenantSnapshot) -> list[str]:
    with tenant_context(tenant):
        user = make_user()
    code = _code(tenant, user)
    barrier = Barrier(8)
    outcomes: list[str] = []

    def redeem() -> None:
        with tenant_context(tenant):
            try:
                barrier.wait()
                services.redeem_handover_code(code=code, host="alfa.localhost", now=timezone.now())
                outcomes.append("in")
            except HandoverCodeInvalid:
                outcomes.append("refused")
            finally:
                connection.close()

    threads = [Thread(target=redeem) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return sorted(outcomes)


def test_of_many_who_redeem_one_code_at_once_one_gets_in(tenant: TenantSnapshot, committed_db: None) -> None:
    assert _race_for_one_code(tenant) == ["in", *["refused"] * 7]


def test_control_without_compare_and_set_the_same_race_lets_several_in(
    tenant: TenantSnapshot, committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read_then_write(self: QuerySet[Any], **values: Any) -> int:
        found = list(self.values_list("pk", flat=True))
        time.sleep(0.1)
        return update(self.model._default_manager.filter(pk__in=found), **values)

    update = QuerySet.update
    monkeypatch.setattr(QuerySet, "update", read_then_write)
    assert _race_for_one_code(tenant).count("in") > 1


def test_pages_stay_open_when_the_cache_is_down(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor, settings: Any
) -> None:
    cache.close()
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"},
    }
    response = client_for(tenant).post("/sign-in/", {"email": owner.email, "password": PASSWORD})
    assert response.status_code == 302
