"""Who a client is, by what they typed."""

import pytest
from django.db import IntegrityError, transaction

from shared_apps.core.errors import InvalidInput
from tenant_apps.clients import selectors, services
from tenant_apps.clients.domain import ClientDetails, normalize_phone
from tenant_apps.clients.errors import ClientNotFound, EmailTaken
from tenant_apps.clients.models import Client
from tenants.context import TenantSnapshot, tenant_context
from tests.factories.agenda import NOW, make_client

pytestmark = pytest.mark.usefixtures("in_tenant")


def find_or_create(name: str, email: str = "", phone: str = "") -> Client:
    return services.find_or_create_client(details=ClientDetails(name, email, phone), language="es", now=NOW)


@pytest.mark.parametrize(
    ("raw", "country", "normalized"),
    [
        ("55 1234 5678", "MX", "+525512345678"),
        ("+52 55 1234 5678", "CL", "+525512345678"),
        ("9 8765 4321", "CL", "+56987654321"),
        ("(0034) 612 345 678", "ES", "+34612345678"),
        ("612345678", "", None),
        ("12", "MX", None),
        ("+", "MX", None),
        ("x" * 10_000, "MX", None),
        ("", "MX", None),
    ],
)
def test_normalize_phone(raw: str, country: str, normalized: str | None) -> None:
    assert normalize_phone(raw, country=country) == normalized


def test_find_or_create_client_knows_the_address_in_any_case() -> None:
    luz = find_or_create("Luz", "Luz@Example.com")
    assert find_or_create("Leo", "luz@example.COM", "55 1234 5678") == luz
    luz.refresh_from_db()
    assert (luz.name, luz.email, luz.phone) == ("Luz", "Luz@Example.com", "")
    assert Client.objects.count() == 1


def test_find_or_create_client_without_an_address_knows_the_phone() -> None:
    luz = find_or_create("Luz", phone="55 1234 5678")
    assert find_or_create("Luz M.", phone="+52 55 1234-5678") == luz
    assert Client.objects.count() == 1


def test_find_or_create_client_never_joins_an_address_to_a_phone_on_file() -> None:
    """Whoever knows somebody's phone must not get hold of their record with an address of their own."""
    luz = find_or_create("Luz", phone="55 1234 5678")
    other = find_or_create("Nadie", "nobody@example.com", "55 1234 5678")
    assert other != luz
    assert find_or_create("Luz", phone="55 1234 5678") == luz


def test_find_or_create_client_without_contact_is_a_new_one() -> None:
    assert find_or_create("Luz") != find_or_create("Luz")


@pytest.mark.parametrize(
    ("details", "fields"),
    [
        (ClientDetails("  "), ["name"]),
        (ClientDetails("x" * 151), ["name"]),
        (ClientDetails("a\x00b"), ["name"]),
        (ClientDetails("Luz", "luz"), ["email"]),
        (ClientDetails("Luz", "luz@" + "x" * 250 + ".com"), ["email"]),
        (ClientDetails("Luz", "l\x00z@example.com"), ["email"]),
        (ClientDetails("Luz", "", "55"), ["phone"]),
        (ClientDetails("", "luz", "55"), ["email", "name", "phone"]),
    ],
)
def test_client_details_that_do_not_hold(details: ClientDetails, fields: list[str]) -> None:
    on_file = make_client()
    for write in (
        lambda: services.find_or_create_client(details=details, language="", now=NOW),
        lambda: services.create_client(details=details, now=NOW),
        lambda: services.update_client(client_id=on_file.pk, details=details, notes=""),
    ):
        with pytest.raises(InvalidInput) as refused:
            write()
        assert sorted(refused.value.fields) == fields
    assert Client.objects.count() == 1


def test_create_client_with_a_taken_address_names_whose_it_is() -> None:
    luz = make_client(email="luz@example.com")
    with pytest.raises(EmailTaken) as refused:
        services.create_client(details=ClientDetails("Leo", "LUZ@example.com"), now=NOW)
    assert refused.value.values == {"client_id": luz.pk}
    assert Client.objects.count() == 1


def test_update_client_changes_everything_on_file() -> None:
    luz, leo = make_client(email="luz@example.com"), make_client(email="leo@example.com")
    details = ClientDetails(" Luz Marín ", "luz.marin@example.com", "55 1234 5678")
    services.update_client(client_id=luz.pk, details=details, notes="Alérgica", language="en")
    luz.refresh_from_db()
    assert (luz.name, luz.email, luz.phone) == ("Luz Marín", "luz.marin@example.com", "+525512345678")
    assert (luz.notes, luz.language) == ("Alérgica", "en")
    with pytest.raises(EmailTaken):
        services.update_client(client_id=luz.pk, details=ClientDetails("Luz", leo.email), notes="")
    with pytest.raises(InvalidInput):
        services.update_client(client_id=luz.pk, details=details, notes="a\x00b")
    with pytest.raises(ClientNotFound):
        services.update_client(client_id=10**9, details=details, notes="")
    luz.refresh_from_db()
    assert luz.email == "luz.marin@example.com"


def test_list_clients_searches_names_addresses_and_phones() -> None:
    luz = make_client(name="Luz Marín Peña", email="luz@example.com", phone="55 1234 5678")
    leo = make_client(name="Leo Díaz", email="leo@elsewhere.com")

    def found(query: str) -> list[Client]:
        return list(selectors.list_clients(query=query, country="MX"))

    assert found("") == [leo, luz]
    assert found("peña luz") == [luz]
    assert found("elsewhere") == [leo]
    assert found("55 1234 5678") == found("+52 55 1234 5678") == found("5678") == [luz]
    assert found("12") == []
    assert found("%") == found("_") == found("\x00%") == []
    assert found("luz leo") == []


def test_get_client_and_find_by_email() -> None:
    luz = make_client(email="luz@example.com")
    assert selectors.get_client(client_id=luz.pk) == luz
    assert selectors.find_client_by_email(email="LUZ@EXAMPLE.COM") == luz
    assert selectors.find_client_by_email(email="") is None
    with pytest.raises(ClientNotFound):
        selectors.get_client(client_id=10**9)


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("has_name", {"name": ""}),
        ("phone_is_e164", {"phone": "55 1234"}),
        ("email_unique", {"email": "LEO@example.com"}),
    ],
)
def test_client_constraint(constraint: str, changes: dict[str, str]) -> None:
    make_client(email="leo@example.com")
    luz = make_client(email="luz@example.com")
    with pytest.raises(IntegrityError, match=f"clients_client_{constraint}"), transaction.atomic():
        Client.objects.filter(pk=luz.pk).update(**changes)


def test_clients_of_two_workspaces_with_one_key(in_tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    luz = make_client(name="Luz", email="luz@example.com")
    with tenant_context(other_tenant):
        Client.objects.create(id=luz.pk, name="Beto", email="luz@example.com", created_at=NOW)
        services.update_client(client_id=luz.pk, details=ClientDetails("Alberto"), notes="")
    assert selectors.get_client(client_id=luz.pk).name == "Luz"
