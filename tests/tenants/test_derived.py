"""Everything named by the context: cache keys, files, locks, groups, keys. All raise without a tenant."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from tenants.cache import make_key
from tenants.channels import channel_group
from tenants.context import TenantSnapshot, current, current_tenant, public_context, tenant_context
from tenants.errors import NoTenantContext
from tenants.keys import tenant_key
from tenants.locks import advisory_lock, lock_key, try_advisory_lock


@pytest.mark.parametrize(
    "call",
    [
        current,
        current_tenant,
        lambda: make_key("a", "", 1),
        lambda: cache.get("a"),
        lambda: cache.set("a", 1),
        lambda: default_storage.save("a", ContentFile(b"a")),
        lambda: default_storage.exists("a"),
        lambda: default_storage.path("a"),
        lambda: lock_key("a"),
        lambda: channel_group("a"),
        lambda: tenant_key("a"),
    ],
)
def test_raises_outside_a_context(call: Callable[[], object]) -> None:
    with pytest.raises(NoTenantContext):
        call()


def test_public_is_no_tenant() -> None:
    with public_context():
        with pytest.raises(NoTenantContext):
            current_tenant()
        with pytest.raises(NoTenantContext):
            channel_group("a")


def test_cache_is_apart(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        cache.set("theme", "alfa")
        assert cache.get("theme") == "alfa"
    with tenant_context(other_tenant):
        assert cache.get("theme") is None
    with public_context():
        assert cache.get("theme") is None


def test_files_are_apart(
    tenant: TenantSnapshot, other_tenant: TenantSnapshot, tmp_path: Path, settings: object
) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    with tenant_context(tenant):
        name = default_storage.save("branding/logo.txt", ContentFile(b"alfa"))
        assert name == "branding/logo.txt"
        assert Path(default_storage.path(name)) == tmp_path / tenant.schema / "branding" / "logo.txt"
        with default_storage.open(name) as file:
            assert file.read() == b"alfa"
    with tenant_context(other_tenant):
        assert not default_storage.exists(name)
        with pytest.raises(FileNotFoundError):
            default_storage.open(name)
        for escape in (f"../{tenant.schema}/branding/logo.txt", "/etc/passwd", "a/../../x"):
            with pytest.raises(SuspiciousFileOperation):
                default_storage.open(escape)


def test_locks_are_apart(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        first = lock_key("booking", 1)
        assert first != lock_key("booking", 2)
        assert first == lock_key("booking", 1)
        with transaction.atomic():
            advisory_lock("booking", 1)
            assert try_advisory_lock("booking", 1)
    with tenant_context(other_tenant):
        assert lock_key("booking", 1) != first


def test_groups_carry_the_schema(tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        assert channel_group("chat", 7) == f"{tenant.schema}.chat.7"
        assert channel_group("ñandú 1") == f"{tenant.schema}.-and--1"
        with pytest.raises(ValueError, match="too long"):
            channel_group("x" * 100)


def test_keys_are_apart(tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    with tenant_context(tenant):
        first = tenant_key("jwt")
        assert len(first) == 32
        assert first != tenant_key("other purpose")
    with tenant_context(other_tenant):
        assert tenant_key("jwt") != first
