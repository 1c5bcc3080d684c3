"""Hooks that run after a commit keep the context of the code that asked for them."""

import pytest
from django.db import connection, transaction

from tenants.context import PUBLIC, TenantSnapshot, current, public_context, tenant_context
from tenants.errors import NoTenantContext


def test_hook_runs_in_the_context_that_asked_for_it(
    committed_db: None, tenant: TenantSnapshot, other_tenant: TenantSnapshot
) -> None:
    seen = []
    with public_context(), transaction.atomic():
        transaction.on_commit(lambda: seen.append(current()))
        with tenant_context(tenant):
            transaction.on_commit(lambda: seen.append(current()))
        with tenant_context(other_tenant):
            transaction.on_commit(lambda: seen.append(current()))
        assert seen == []
    assert seen == [PUBLIC, tenant, other_tenant]


def test_hook_outside_a_transaction_runs_at_once_in_the_same_context(
    committed_db: None, tenant: TenantSnapshot
) -> None:
    seen = []
    with tenant_context(tenant):
        transaction.on_commit(lambda: seen.append(current()))
        assert seen == [tenant]


def test_hook_asked_for_outside_any_context_is_refused(committed_db: None) -> None:
    with pytest.raises(NoTenantContext):
        connection.on_commit(lambda: None)
