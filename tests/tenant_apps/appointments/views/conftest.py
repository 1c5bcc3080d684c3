"""A visitor of alfa's public page, on a Friday morning."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from tenants.context import TenantSnapshot, tenant_context
from tests.factories.open_agenda import OpenAgenda, open_agenda

NOW = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)  # 10:00 in Mexico City
MONDAY_AT_NINE = "2026-11-23T15:00Z"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def agenda(tenant: TenantSnapshot, clock: time_machine.Traveller) -> OpenAgenda:
    with tenant_context(tenant):
        return open_agenda()


@pytest.fixture
def visitor(client_for: Callable[..., Client], tenant: TenantSnapshot) -> Client:
    """A browser without an account, in English."""
    client = client_for(tenant)
    client.cookies.load({"django_language": "en"})
    return client


@pytest.fixture
def book(visitor: Client, agenda: OpenAgenda) -> Callable[..., HttpResponse]:
    """Return a function that opens the form and sends it; keywords replace its fields."""

    def send(*, headers: dict[str, str] | None = None, **fields: Any) -> HttpResponse:
        at = fields.get("at", MONDAY_AT_NINE)
        page = visitor.get("/book/", {"service": agenda.service.pk, "at": MONDAY_AT_NINE})
        values = {
            "service": agenda.service.pk,
            "at": at,
            "key": page.context["key"],
            "name": "Ana López",
            "email": "ana@example.com",
            "phone": "",
            "note": "",
            "website": "",
        }
        return visitor.post("/book/", {**values, **fields}, headers=headers)

    return send
