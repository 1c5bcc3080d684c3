"""Creating people and changing their passwords."""

from threading import Barrier, Thread

import pytest
from django.db import connection
from django.utils import timezone

from shared_apps.accounts import services
from shared_apps.accounts.enums import Role
from shared_apps.accounts.errors import EmailTaken, RoleNotAllowed, WrongPassword
from shared_apps.accounts.models import RefreshToken, Session, User
from shared_apps.accounts.sessions import SessionStore
from shared_apps.core.errors import InvalidInput
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.people import PASSWORD, make_user


def test_create_user_stores_the_normalized_address(in_tenant: TenantSnapshot) -> None:
    user = make_user(email="  Ana.Perez@Example.COM ")
    assert User.objects.get(pk=user.pk).email == "ana.perez@example.com"


def test_create_user_whose_address_differs_in_case_is_refused(in_tenant: TenantSnapshot) -> None:
    make_user(email="ana@example.com")
    with pytest.raises(EmailTaken):
        make_user(email="ANA@example.com")
    assert User.objects.count() == 1


def test_create_user_with_the_same_address_in_another_workspace_is_allowed(
    in_tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    first = make_user(email="ana@example.com")
    with tenant_context(other_tenant):
        second = make_user(email="ana@example.com", name="Another Ana")
        assert User.objects.get().name == "Another Ana"
    assert User.objects.get().name == first.name != second.name


def test_create_user_refuses_operators_in_a_tenant(in_tenant: TenantSnapshot) -> None:
    with pytest.raises(RoleNotAllowed):
        make_user(role=Role.OPERATOR)


@pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF, Role.CLIENT])
def test_create_user_refuses_everyone_else_in_public(in_public: None, role: str) -> None:
    with pytest.raises(RoleNotAllowed):
        make_user(role=role)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "not an address"),
        ("email", "a@b\x00.com"),
        ("email", "a" * 250 + "@example.com"),
        ("name", ""),
        ("name", "x" * 10_000),
        ("name", "Ana\x00"),
        ("password", "short"),
        ("password", "1234567890"),
        ("password", "ana@example.com"),
        ("password", "Ana-Gonzalez"),
        ("role", "emperor"),
        ("language", "xx"),
    ],
)
def test_create_user_names_the_field_that_does_not_hold(in_tenant: TenantSnapshot, field: str, value: str) -> None:
    values = {
        "email": "ana@example.com",
        "name": "Ana Gonzalez",
        "password": PASSWORD,
        "role": Role.OWNER,
        field: value,
    }
    with pytest.raises(InvalidInput) as refusal:
        services.create_user(**values)
    assert list(refusal.value.fields) == [field]
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "Robert'); DROP TABLE accounts_user;--", "عمر 👩‍🔧 Ñandú", "‮evil"]
)
def test_create_user_stores_odd_names_verbatim(in_tenant: TenantSnapshot, name: str) -> None:
    assert User.objects.get(pk=make_user(name=name).pk).name == name


def test_two_at_once_with_one_address_make_one_person(tenant: TenantSnapshot, committed_db: None) -> None:
    barrier = Barrier(4)
    outcomes: list[str] = []

    def register() -> None:
        with tenant_context(tenant):
            try:
                barrier.wait()
                make_user(email="ana@example.com")
                outcomes.append("made")
            except EmailTaken:
                outcomes.append("taken")
            finally:
                connection.close()

    threads = [Thread(target=register) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes) == ["made", "taken", "taken", "taken"]


def test_change_password_ends_other_sessions_and_tokens(in_tenant: TenantSnapshot) -> None:
    user = make_user()
    kept, other = SessionStore(), SessionStore()
    for session in (kept, other):
        session["_auth_user_id"] = str(user.pk)
        session.save()
    services.issue_tokens(user_id=user.pk, now=timezone.now())

    services.change_password(
        user_id=user.pk, current_password=PASSWORD, new_password="another long phrase", keep_session_id=kept.row_id
    )

    assert list(Session.objects.values_list("pk", flat=True)) == [kept.row_id]
    assert RefreshToken.objects.count() == 0
    assert User.objects.get(pk=user.pk).check_password("another long phrase")


def test_change_password_with_a_wrong_one_changes_nothing(in_tenant: TenantSnapshot) -> None:
    user = make_user()
    with pytest.raises(WrongPassword):
        services.change_password(user_id=user.pk, current_password="guess", new_password="another long phrase")
    assert User.objects.get(pk=user.pk).check_password(PASSWORD)


def test_update_profile_refuses_an_unknown_language(in_tenant: TenantSnapshot) -> None:
    user = make_user()
    with pytest.raises(InvalidInput) as refusal:
        services.update_profile(user_id=user.pk, name="Ana", language="tlh")
    assert list(refusal.value.fields) == ["language"]
