"""The same key twice: one effect, one answer."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config.urls_tenant import handler500  # noqa: F401
from shared_apps.accounts import idempotency, services
from shared_apps.accounts.enums import Role
from shared_apps.accounts.errors import EmailTaken
from shared_apps.accounts.idempotency import idempotent
from shared_apps.accounts.models import IdempotentRequest, User
from shared_apps.accounts.permissions import IsOwner
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.people import PASSWORD, make_user

pytestmark = pytest.mark.urls(__name__)
ClientFor = Callable[..., Client]


class MakePersonApi(APIView):
    permission_classes = (IsOwner,)

    @idempotent
    def post(self, request: Request) -> Response:
        if request.data.get("fail"):
            make_user(email="written-then-refused@example.com")
            raise EmailTaken
        user = make_user(email=request.data["email"], role=Role.STAFF)
        return Response({"id": user.pk, "at": timezone.now()}, status=201)


urlpatterns = [path("api/people/", MakePersonApi.as_view())]


def _post(browser: Client, key: str, body: dict[str, Any] | None = None, **options: Any) -> Any:
    body = {"email": "new@example.com"} if body is None else body
    return browser.post(
        "/api/people/", body, content_type="application/json", headers={"idempotency-key": key}, **options
    )


@pytest.fixture
def caller(owner: User, tenant: TenantSnapshot, client_for: ClientFor) -> Client:
    browser = client_for(tenant)
    with tenant_context(tenant):
        browser.force_login(owner)
    return browser


def _count_staff(tenant: TenantSnapshot) -> int:
    with tenant_context(tenant):
        return User.objects.filter(role=Role.STAFF).count()


def test_again_with_the_same_body_returns_the_first_answer(caller: Client, tenant: TenantSnapshot) -> None:
    first = _post(caller, "abc", {"email": "new@example.com", "more": [1, {"a": "ñ"}]})
    again = _post(caller, "abc", {"more": [1, {"a": "ñ"}], "email": "new@example.com"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert _count_staff(tenant) == 1


def test_again_with_another_body_is_refused(caller: Client, tenant: TenantSnapshot) -> None:
    _post(caller, "abc")
    again = _post(caller, "abc", {"email": "other@example.com"})
    assert (again.status_code, again.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert _count_staff(tenant) == 1


def test_without_a_key_each_request_counts(caller: Client) -> None:
    options = {"content_type": "application/json"}
    assert caller.post("/api/people/", {"email": "new@example.com"}, **options).status_code == 201
    assert caller.post("/api/people/", {"email": "new@example.com"}, **options).status_code == 409


def test_a_refusal_is_not_kept_and_leaves_nothing_behind(caller: Client, tenant: TenantSnapshot) -> None:
    assert _post(caller, "abc", {"fail": True}).status_code == 409
    with tenant_context(tenant):
        assert IdempotentRequest.objects.count() == 0
        assert User.objects.count() == 1
    assert _post(caller, "abc").status_code == 201


def test_a_key_counts_for_one_person(caller: Client, tenant: TenantSnapshot, client_for: ClientFor) -> None:
    _post(caller, "abc")
    other = client_for(tenant)
    with tenant_context(tenant):
        other.force_login(make_user())
    assert _post(other, "abc", {"email": "other@example.com"}).status_code == 201


def test_a_key_is_forgotten_after_a_day(caller: Client, tenant: TenantSnapshot) -> None:
    _post(caller, "abc")
    with tenant_context(tenant):
        IdempotentRequest.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert _post(caller, "abc", {"email": "other@example.com"}).status_code == 201


@pytest.mark.parametrize("key", ["x" * 201, "a b", "ñandú", "a\x00"])
def test_a_key_that_is_none_is_refused(caller: Client, tenant: TenantSnapshot, key: str) -> None:
    response = _post(caller, key)
    assert (response.status_code, list(response.json()["error"]["fields"])) == (422, ["Idempotency-Key"])
    assert _count_staff(tenant) == 0


def _race(tenant: TenantSnapshot) -> list[tuple[int, str]]:
    with tenant_context(tenant):
        owner = make_user()
        access = services.issue_tokens(user_id=owner.pk, now=timezone.now()).access
    barrier = Barrier(8)
    answers: list[tuple[int, str]] = []

    def send() -> None:
        try:
            browser = Client(headers={"host": "alfa.localhost", "authorization": f"Bearer {access}"})
            barrier.wait()
            response = browser.post(
                "/api/people/",
                {"email": f"p{len(PASSWORD)}@example.com"},
                content_type="application/json",
                headers={"idempotency-key": "abc"},
            )
            answers.append((response.status_code, response.text))
        finally:
            connection.close()

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    return answers


def test_many_at_once_have_one_effect_and_one_answer(tenant: TenantSnapshot, committed_db: None) -> None:
    answers = _race(tenant)
    assert len(answers) == 8
    assert {status for status, _ in answers} == {201}
    assert len({text for _, text in answers}) == 1
    assert _count_staff(tenant) == 1


def test_control_without_the_claim_the_same_race_is_not_idempotent(
    tenant: TenantSnapshot, committed_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "_claim", lambda request, key, now: (IdempotentRequest(user=request.user), True))
    monkeypatch.setattr(IdempotentRequest, "save", lambda self, **options: None)
    statuses = sorted(status for status, _ in _race(tenant))
    assert statuses == [201, *[409] * 7]
