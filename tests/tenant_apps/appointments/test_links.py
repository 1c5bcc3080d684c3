"""The secret link of an appointment."""

import re
from uuid import UUID

from tenant_apps.appointments.links import manage_token, manage_url
from tenants.context import TenantSnapshot, tenant_context

REFERENCE = UUID("2f1c0a52-6c5f-4a5e-9f3c-0d5f8a1f6b11")


def test_a_token_is_the_same_whenever_it_is_written(in_tenant: TenantSnapshot) -> None:
    assert manage_token(REFERENCE) == manage_token(REFERENCE)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", manage_token(REFERENCE))


def test_tokens_differ_by_appointment_and_by_workspace(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        here, another = manage_token(REFERENCE), manage_token(UUID(int=REFERENCE.int + 1))
    with tenant_context(other_tenant):
        there = manage_token(REFERENCE)
    assert len({here, another, there}) == 3


def test_the_link_leads_to_the_workspace(in_tenant: TenantSnapshot) -> None:
    assert manage_url(REFERENCE) == f"http://alfa.localhost/a/{manage_token(REFERENCE)}/"
