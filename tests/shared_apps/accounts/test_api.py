"""Tokens over HTTP: obtain, refresh, log out; who one is."""

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import jwt
import pytest
from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from shared_apps.accounts import services
from shared_apps.accounts.enums import Role
from shared_apps.accounts.errors import TokenInvalid
from shared_apps.accounts.models import RefreshToken, User
from shared_apps.accounts.services import tokens as token_services
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.people import PASSWORD, make_user

ClientFor = Callable[..., Client]
JSON = "application/json"


def _post(browser: Client, path: str, body: Any, **options: Any) -> Any:
    return browser.post(f"/api/v1/{path}/", body, content_type=JSON, **options)


def _bearer(access: str) -> dict[str, str]:
    return {"authorization": f"Bearer {access}"}


@pytest.fixture
def pair(owner: User, tenant: TenantSnapshot, client_for: ClientFor) -> dict[str, str]:
    """The tokens of the owner of alfa."""
    response = _post(client_for(tenant), "auth/obtain", {"email": owner.email, "password": PASSWORD})
    assert response.status_code == 200
    return dict(response.json())


def test_obtain_gives_tokens_bound_to_the_workspace(pair: dict[str, str], tenant: TenantSnapshot) -> None:
    claims = jwt.decode(pair["access"], options={"verify_signature": False})
    assert (claims["aud"], claims["token_type"]) == (tenant.schema, "access")
    assert claims["exp"] - claims["iat"] == 600


def test_obtain_with_a_wrong_password_is_refused_in_the_one_shape(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    response = _post(client_for(tenant), "auth/obtain", {"email": owner.email, "password": "guess"})
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    error = response.json()["error"]
    assert (error["code"], error["fields"], error["data"]) == ("wrong_credentials", {}, {})
    assert error["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "x"},
        {"email": "owner@example.com", "password": "\x00"},
        {"email": "a\x00@example.com", "password": PASSWORD},
        {"email": "owner@example.com", "password": "x" * 10_000},
        {"email": ["owner@example.com"], "password": {"a": 1}},
        {"email": "owner@example.com", "password": None},
        [],
    ],
)
def test_obtain_names_the_fields_that_do_not_hold(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor, body: Any
) -> None:
    response = _post(client_for(tenant), "auth/obtain", body)
    assert response.status_code == 422
    assert response.json()["error"]["code"] == "invalid_input"
    assert response.json()["error"]["fields"]


@pytest.mark.parametrize(
    "body", ["{", "\x00", "text", "7" * 10_000, '{"email": "\\ud800@x.com", "password": "x"}', "[" * 100_000]
)
def test_obtain_survives_what_is_not_json(tenant: TenantSnapshot, client_for: ClientFor, body: str) -> None:
    response = _post(client_for(tenant), "auth/obtain", body)
    assert response.status_code in {400, 422}
    assert set(response.json()["error"]) == {"code", "message", "fields", "data", "request_id"}


def test_obtain_as_a_form_is_refused(tenant: TenantSnapshot, client_for: ClientFor) -> None:
    response = client_for(tenant).post("/api/v1/auth/obtain/", {"email": "a@b.c"})
    assert (response.status_code, response.json()["error"]["code"]) == (415, "unsupported_media_type")


def test_obtain_past_its_limit_says_when_to_come_back(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    browser = client_for(tenant)
    answers = [_post(browser, "auth/obtain", {"email": owner.email, "password": "guess"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert answers[-1].json()["error"]["code"] == "too_many_requests"
    assert answers[-1].json()["error"]["data"] == {"retry_after": int(answers[-1]["Retry-After"])}


def test_me_takes_one_query(
    pair: dict[str, str],
    owner: User,
    tenant: TenantSnapshot,
    client_for: ClientFor,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    browser = client_for(tenant)
    browser.get("/api/v1/me/", headers=_bearer(pair["access"]))  # the host is known now
    with django_assert_num_queries(1):
        response = browser.get("/api/v1/me/", headers=_bearer(pair["access"]))
    assert response.json() == {
        "id": owner.pk,
        "email": owner.email,
        "name": "Ana Pérez",
        "role": "owner",
        "language": "",
        "workspace": {
            "slug": "alfa",
            "name": "Clínica Alfa",
            "country": "MX",
            "language": "es",
            "timezone": "America/Mexico_City",
            "currency": "MXN",
        },
    }


def test_me_is_changed_by_patch(
    pair: dict[str, str], owner: User, tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    browser = client_for(tenant)
    response = browser.patch("/api/v1/me/", {"name": "Ana"}, content_type=JSON, headers=_bearer(pair["access"]))
    assert (response.status_code, response.json()["name"]) == (200, "Ana")
    nasty = browser.patch("/api/v1/me/", {"name": "A\x00"}, content_type=JSON, headers=_bearer(pair["access"]))
    assert (nasty.status_code, list(nasty.json()["error"]["fields"])) == (422, ["name"])


def test_me_without_a_token_asks_for_one(tenant: TenantSnapshot, client_for: ClientFor) -> None:
    response = client_for(tenant).get("/api/v1/me/")
    assert (response.status_code, response.json()["error"]["code"]) == (401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\x00", "x" * 10_000, "é", "a b"])
def test_me_with_a_bad_token_is_refused(tenant: TenantSnapshot, client_for: ClientFor, token: str) -> None:
    response = client_for(tenant).get("/api/v1/me/", headers=_bearer(token))
    assert response.status_code == 401


def test_me_with_tokens_that_we_did_not_sign_is_refused(
    owner: User, tenant: TenantSnapshot, client_for: ClientFor, pair: dict[str, str]
) -> None:
    claims = jwt.decode(pair["access"], options={"verify_signature": False})
    forged = [
        jwt.encode(claims, settings.SECRET_KEY, algorithm="HS256"),
        jwt.encode(claims, None, algorithm="none"),
        pair["access"][:-2] + ("AA" if not pair["access"].endswith("AA") else "BB"),
        pair["refresh"],
    ]
    answers = [client_for(tenant).get("/api/v1/me/", headers=_bearer(token)).status_code for token in forged]
    assert answers == [401] * 4


def test_a_token_of_one_workspace_is_worth_nothing_in_another(
    owner: User, pair: dict[str, str], other_tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    with tenant_context(other_tenant):
        User.objects.create(pk=owner.pk, email=owner.email, name="Twin", role=Role.OWNER, password=owner.password)
    browser = client_for(other_tenant)
    assert browser.get("/api/v1/me/", headers=_bearer(pair["access"])).status_code == 401
    assert _post(browser, "auth/refresh", {"refresh": pair["refresh"]}).status_code == 401
    assert _post(browser, "auth/logout", {"refresh": pair["refresh"]}).status_code == 401


def test_a_deactivated_person_is_refused_at_once(
    owner: User, pair: dict[str, str], tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    with tenant_context(tenant):
        User.objects.update(is_active=False)
    browser = client_for(tenant)
    assert browser.get("/api/v1/me/", headers=_bearer(pair["access"])).status_code == 401
    assert _post(browser, "auth/refresh", {"refresh": pair["refresh"]}).status_code == 401


def test_a_session_without_csrf_token_cannot_write(owner: User, tenant: TenantSnapshot, client_for: ClientFor) -> None:
    browser = client_for(tenant, enforce_csrf_checks=True)
    with tenant_context(tenant):
        browser.force_login(owner)
    response = browser.patch("/api/v1/me/", {"name": "Mallory"}, content_type=JSON)
    assert (response.status_code, response.json()["error"]["code"]) == (403, "permission_refused")
    with tenant_context(tenant):
        assert User.objects.get(pk=owner.pk).name == owner.name


# --- Rotation ---------------------------------------------------------------------------------------------------------
def test_refresh_spends_the_token_and_gives_the_next(
    pair: dict[str, str], tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    browser = client_for(tenant)
    following = _post(browser, "auth/refresh", {"refresh": pair["refresh"]}).json()
    assert following["refresh"] != pair["refresh"]
    assert browser.get("/api/v1/me/", headers=_bearer(following["access"])).status_code == 200
    assert _post(browser, "auth/refresh", {"refresh": following["refresh"]}).status_code == 200


def test_refresh_within_the_grace_gives_the_same_successor(
    pair: dict[str, str], tenant: TenantSnapshot, client_for: ClientFor, time_machine: Any
) -> None:
    browser = client_for(tenant)
    first = _post(browser, "auth/refresh", {"refresh": pair["refresh"]}).json()
    time_machine.move_to(timezone.now() + timedelta(seconds=settings.JWT_ROTATION_GRACE_SECONDS - 1))
    second = _post(browser, "auth/refresh", {"refresh": pair["refresh"]}).json()
    assert first["refresh"] == second["refresh"]


def test_refresh_after_the_grace_revokes_the_whole_family(
    pair: dict[str, str], tenant: TenantSnapshot, client_for: ClientFor, time_machine: Any
) -> None:
    browser = client_for(tenant)
    successor = _post(browser, "auth/refresh", {"refresh": pair["refresh"]}).json()
    time_machine.move_to(timezone.now() + timedelta(seconds=settings.JWT_ROTATION_GRACE_SECONDS + 1))
    replay = _post(browser, "auth/refresh", {"refresh": pair["refresh"]})
    assert (replay.status_code, replay.json()["error"]["code"]) == (401, "token_invalid")
    assert _post(browser, "auth/refresh", {"refresh": successor["refresh"]}).status_code == 401
    assert browser.get("/api/v1/me/", headers=_bearer(successor["access"])).status_code == 401


def test_refresh_after_its_lifetime_is_refused(
    pair: dict[str, str], tenant: TenantSnapshot, client_for: ClientFor, time_machine: Any
) -> None:
    time_machine.move_to(timezone.now() + timedelta(days=14, seconds=1))
    assert _post(client_for(tenant), "auth/refresh", {"refresh": pair["refresh"]}).status_code == 401


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", "x" * 1_999])
def test_refresh_with_a_bad_token_is_refused(tenant: TenantSnapshot, client_for: ClientFor, token: str) -> None:
    assert _post(client_for(tenant), "auth/refresh", {"refresh": token}).status_code == 401


def test_refresh_with_an_access_token_is_refused(
    pair: dict[str, str], tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    assert _post(client_for(tenant), "auth/refresh", {"refresh": pair["access"]}).status_code == 401


def _race_to_refresh(tenant: TenantSnapshot) -> list[str]:
    with tenant_context(tenant):
        user = make_user()
        pair = services.issue_tokens(user_id=user.pk, now=timezone.now())
    barrier = Barrier(8)
    successors: list[str] = []

    def refresh() -> None:
        try:
            barrier.wait()
            browser = Client(headers={"host": "alfa.localhost"})
            successors.append(_post(browser, "auth/refresh", {"refresh": pair.refresh}).json()["refresh"])
        finally:
            connection.close()

    threads = [Thread(target=refresh) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(successors) == 8
    return successors


def test_many_tabs_that_refresh_at_once_get_one_successor(tenant: TenantSnapshot, committed_db: None) -> None:
    assert len(set(_race_to_refresh(tenant))) == 1
    with tenant_context(tenant):
        assert RefreshToken.objects.count() == 2


def test_control_without_the_lock_the_same_race_gives_several_successors(
    tenant: TenantSnapshot, committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add_slowly(**values: Any) -> RefreshToken:
        time.sleep(0.1)
        return add(**values)

    add = token_services._add_token
    monkeypatch.setattr(token_services, "_add_token", add_slowly)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self)
    assert len(set(_race_to_refresh(tenant))) > 1


def test_logout_ends_the_access_token_at_once_and_again_is_fine(
    pair: dict[str, str], tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    browser = client_for(tenant)
    assert _post(browser, "auth/logout", {"refresh": pair["refresh"]}).status_code == 204
    assert _post(browser, "auth/logout", {"refresh": pair["refresh"]}).status_code == 204
    assert browser.get("/api/v1/me/", headers=_bearer(pair["access"])).status_code == 401
    assert _post(browser, "auth/refresh", {"refresh": pair["refresh"]}).status_code == 401


def test_logout_leaves_other_sign_ins_alone(
    owner: User, pair: dict[str, str], tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    browser = client_for(tenant)
    other = _post(browser, "auth/obtain", {"email": owner.email, "password": PASSWORD}).json()
    _post(browser, "auth/logout", {"refresh": pair["refresh"]})
    assert browser.get("/api/v1/me/", headers=_bearer(other["access"])).status_code == 200


def test_tokens_are_not_stored(pair: dict[str, str], tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        row = RefreshToken.objects.values().get()
    assert not any(isinstance(value, str) for value in row.values())


def test_revoke_tokens_of_a_forgotten_row_is_refused(in_tenant: TenantSnapshot) -> None:
    pair = services.issue_tokens(user_id=make_user().pk, now=timezone.now())
    RefreshToken.objects.all().delete()
    with pytest.raises(TokenInvalid):
        services.revoke_tokens(refresh=pair.refresh, now=timezone.now())


def test_the_api_is_limited_per_person(
    pair: dict[str, str], tenant: TenantSnapshot, client_for: ClientFor, settings: Any
) -> None:
    settings.RATE_LIMITS = {"api": "2/h", "api_anonymous": "1/h"}
    browser = client_for(tenant)
    answers = [browser.get("/api/v1/me/", headers=_bearer(pair["access"])) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    doors = [_post(browser, "auth/logout", {"refresh": "x"}).status_code for _ in range(2)]
    assert doors == [401, 429]


@pytest.mark.parametrize(("language", "word"), [("es", "no"), ("en", "not valid")])
def test_a_program_is_answered_in_the_language_it_asks_for(
    tenant: TenantSnapshot, client_for: ClientFor, language: str, word: str
) -> None:
    headers = {**_bearer("x"), "accept-language": language}
    response = client_for(tenant).get("/api/v1/me/", headers=headers)
    assert response["Content-Language"] == language
    assert word in response.json()["error"]["message"]


def test_a_program_that_has_not_signed_in_is_answered_in_its_language(
    tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    response = client_for(tenant).get("/api/v1/me/", headers={"accept-language": "en"})
    assert (response.status_code, response["Content-Language"]) == (401, "en")
