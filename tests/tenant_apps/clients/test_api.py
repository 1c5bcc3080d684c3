"""Clients over HTTP."""

from typing import Any

import pytest

from shared_apps.accounts.enums import Role
from tenant_apps.clients.models import Client
from tenants.context import TenantSnapshot
from tests.factories.agenda import make_client
from tests.factories.api import Caller
from tests.factories.nasty import NASTY

LUZ = {"name": "Luz Marín", "email": "luz@example.com", "phone": "55 1234 5678", "language": "es", "notes": "Alérgica"}


@pytest.fixture
def staff(in_tenant: TenantSnapshot) -> Caller:
    return Caller(in_tenant, Role.STAFF)


def error_of(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.content
    return dict(response.json()["error"])


def test_clients_create_get_update_search(staff: Caller) -> None:
    created = staff.post("clients", LUZ)
    assert created.status_code == 201
    stored = created.json()
    assert stored == {**LUZ, "id": stored["id"], "phone": "+525512345678", "created_at": stored["created_at"]}
    path = f"clients/{stored['id']}"
    assert staff.get(path).json() == stored
    changed = staff.put(path, {"name": "Luz M."}).json()
    assert changed == {**stored, "name": "Luz M.", "email": "", "phone": "", "language": "", "notes": ""}
    make_client(name="Leo", email="leo@example.com")
    assert [row["name"] for row in staff.get("clients").json()["results"]] == ["Leo", "Luz M."]
    assert [row["name"] for row in staff.get("clients", query="leo@").json()["results"]] == ["Leo"]


def test_clients_create_with_an_idempotency_key_registers_once(staff: Caller) -> None:
    for _ in range(2):
        assert staff.post("clients", LUZ, **{"idempotency-key": "luz"}).status_code == 201
    assert Client.objects.count() == 1


def test_clients_with_a_taken_address(staff: Caller) -> None:
    luz = make_client(email="luz@example.com")
    other = make_client()
    for response in (staff.post("clients", LUZ), staff.put(f"clients/{other.pk}", LUZ)):
        error = error_of(response, 409)
        assert (error["code"], error["data"]) == ("client_email_taken", {"client_id": luz.pk})


def test_unknown_client(staff: Caller) -> None:
    for key in (10**9, 10**30):
        assert error_of(staff.get(f"clients/{key}"), 404)["code"] == "client_not_found"
        assert error_of(staff.put(f"clients/{key}", LUZ), 404)["code"] == "client_not_found"


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("field", ["name", "email", "phone", "language", "notes"])
def test_client_text_is_stored_verbatim_or_refused(field: str, text: str, staff: Caller) -> None:
    response = staff.post("clients", {**LUZ, field: text})
    if response.status_code == 201:
        assert response.json()[field] in {text, text.strip()}
        assert getattr(Client.objects.get(), field) in {text, text.strip()}
    else:
        assert list(error_of(response, 422)["fields"]) == [field]
        assert Client.objects.count() == 0
