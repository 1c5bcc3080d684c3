"""Building and removing tenants. Runs in workers and commands, as the owner of the database; never in a request."""

from datetime import datetime

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction

from tenants import domain
from tenants.context import public_context, tenant_context
from tenants.enums import TRANSITIONS, TenantStatus
from tenants.errors import InvalidTransition
from tenants.hosts import directory
from tenants.models import Domain, SchemaVersion, Tenant
from tenants.schemas.plan import plan_keys, target_version
from tenants.schemas.replay import create_schema

TABLES_PER_BATCH = 20  # one transaction's locks stay far below max_locks_per_transaction


def request_tenant() -> Tenant:
    """Reserve a row and a schema name. Nothing is built yet."""
    with public_context():
        return Tenant.objects.create(schema_name=domain.new_schema_name(), status=TenantStatus.REQUESTED)


def provision_tenant(*, tenant_id: int) -> Tenant:
    """Build a requested tenant's role, schema and tables, and leave it as a spare.

    Resumable: building is one transaction, so after a kill the row is `provisioning` with nothing built, and the next
    call builds it. Locks the row; a tenant that is already built is returned as it is.
    Raises InvalidTransition for one that is being deleted.
    """
    with public_context():
        with transaction.atomic():
            tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
            if tenant.status == TenantStatus.REQUESTED:
                tenant.status = TenantStatus.PROVISIONING
                tenant.save(update_fields=["status"])
        with transaction.atomic():
            tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
            if tenant.status in (TenantStatus.SPARE, TenantStatus.ACTIVE, TenantStatus.SUSPENDED):
                return tenant
            if tenant.status != TenantStatus.PROVISIONING:
                raise InvalidTransition(status=tenant.status, target=TenantStatus.SPARE)
            tenant.schema_version = create_schema(tenant.schema_name)
            tenant.status = TenantStatus.SPARE
            tenant.save(update_fields=["status", "schema_version"])
            record_version()
        return tenant


def record_version() -> None:
    """Remember which migrations the current version holds, so that schemas left behind can be planned for."""
    SchemaVersion.objects.get_or_create(
        fingerprint=target_version(), defaults={"applied": [list(key) for key in plan_keys()]}
    )


def refill_pool(*, size: int | None = None) -> int:
    """Build spares until `size` are ready (default: the setting) and return how many were built.

    Unfinished tenants come first. Concurrent refills share one lock, so that they do not overfill.
    """
    wanted = settings.TENANT_SPARE_POOL_SIZE if size is None else size
    built = 0
    while (tenant_id := _next_unfinished(wanted)) is not None:
        provision_tenant(tenant_id=tenant_id)
        built += 1
    return built


def _next_unfinished(wanted: int) -> int | None:
    """Return the id of a tenant to build, reserving a new one if the pool and those under way are too few."""
    with public_context(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('oficio:refill'))")
        unfinished = Tenant.objects.filter(status__in=[TenantStatus.REQUESTED, TenantStatus.PROVISIONING])
        tenant = unfinished.select_for_update(skip_locked=True).order_by("id").first()
        if tenant is not None:
            return tenant.pk
        if Tenant.objects.filter(status=TenantStatus.SPARE).count() + unfinished.count() >= wanted:
            return None
        return request_tenant().pk


def delete_tenant(*, tenant_id: int, now: datetime) -> None:
    """Remove a tenant's hosts, files, tables, schema and role, and free its slug. The row stays as a record.

    Tables go in batches, each in a transaction of its own; after a kill the next call continues.
    Deleting a deleted tenant does nothing more. Raises InvalidTransition never: every state may be deleted.
    """
    with public_context():
        with transaction.atomic():
            tenant = Tenant.objects.select_for_update().get(pk=tenant_id)
            if tenant.status == TenantStatus.DELETED:
                return
            if tenant.status != TenantStatus.DELETING:
                assert TenantStatus.DELETING in TRANSITIONS[tenant.status]
                tenant.status = TenantStatus.DELETING
                tenant.slug = None
                tenant.suspended_at = None
                tenant.suspended_reason = ""
                tenant.save(update_fields=["status", "slug", "suspended_at", "suspended_reason"])
                Domain.objects.filter(tenant=tenant).delete()
        directory.forget()
        while _drop_batch(tenant.schema_name):
            pass
        _delete_files(tenant)
        with transaction.atomic():
            _drop_schema_and_role(tenant.schema_name)
            Tenant.objects.filter(pk=tenant.pk).update(status=TenantStatus.DELETED, deleted_at=now, schema_version="")


def _drop_batch(schema: str) -> bool:
    """Drop up to TABLES_PER_BATCH tables; tell whether any was left to drop."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname = %s ORDER BY tablename LIMIT %s",
            [schema, TABLES_PER_BATCH],
        )
        tables = [name for (name,) in cursor.fetchall()]
        if tables:
            cursor.execute(f"DROP TABLE {', '.join(tables)} CASCADE")
    return bool(tables)


def _drop_schema_and_role(schema: str) -> None:
    name = connection.ops.quote_name(schema)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [schema])
        if cursor.fetchone():
            cursor.execute(f"DROP OWNED BY {name}")
            cursor.execute(f"DROP ROLE {name}")


def _delete_files(tenant: Tenant) -> None:
    with tenant_context(tenant):
        _delete_folder("")


def _delete_folder(path: str) -> None:
    try:
        folders, files = default_storage.listdir(path)
    except FileNotFoundError:
        return
    for name in files:
        default_storage.delete(f"{path}/{name}" if path else name)
    for name in folders:
        _delete_folder(f"{path}/{name}" if path else name)
    if path:
        default_storage.delete(path)
