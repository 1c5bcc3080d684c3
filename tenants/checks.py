"""System checks: what tenant apps' migrations may hold, and that required settings make sense."""

from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.core.checks import CheckMessage, Error, Tags, register
from django.db.migrations import Migration
from django.db.migrations.operations import RunPython, SeparateDatabaseAndState

from .schemas.plan import load_plan

# Library migrations with RunPython, each read and found to do nothing in an empty schema, which is where ours run.
HARMLESS_RUNPYTHON: Final = frozenset(
    {
        ("contenttypes", "0002_remove_content_type_name"),
        ("auth", "0011_update_proxy_permissions"),
    }
)


@register(Tags.database)
def check_tenant_migrations(**kwargs: Any) -> list[CheckMessage]:
    """Refuse what cannot be rendered to SQL once and replayed in every schema inside a transaction."""
    return [error for migration in load_plan() for error in migration_errors(migration)]


def migration_errors(migration: Migration) -> list[CheckMessage]:
    """Return what is wrong with one migration of a tenant app."""
    name = f"{migration.app_label}.{migration.name}"
    errors: list[CheckMessage] = []
    if not migration.atomic:
        errors.append(Error(f"{name} is not atomic; a tenant's migration must be.", id="tenants.E002"))
    for operation in _flatten(migration.operations):
        if isinstance(operation, RunPython):
            if (migration.app_label, migration.name) not in HARMLESS_RUNPYTHON:
                hint = "Write the change as SQL (RunSQL), or as a resumable backfill (tenants.backfills)."
                errors.append(Error(f"{name} uses RunPython in a tenant app.", hint=hint, id="tenants.E001"))
        elif isinstance(operation, AddIndexConcurrently | RemoveIndexConcurrently):
            errors.append(Error(f"{name} changes an index concurrently; tenants' tables are small.", id="tenants.E003"))
    return errors


def _flatten(operations: Any) -> Any:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flatten(operation.database_operations)
        else:
            yield operation


@register()
def check_settings(**kwargs: Any) -> list[CheckMessage]:
    """Refuse settings that would quietly undo the isolation of tenants."""
    errors: list[CheckMessage] = []
    if settings.CACHES["default"].get("KEY_FUNCTION") != "tenants.cache.make_key":
        errors.append(Error("CACHES['default']['KEY_FUNCTION'] must be tenants.cache.make_key.", id="tenants.E010"))
    if settings.DATABASES["default"].get("ATOMIC_REQUESTS"):
        errors.append(Error("ATOMIC_REQUESTS must stay off: a service is the transaction.", id="tenants.E011"))
    for name in ("SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_DOMAIN", "LANGUAGE_COOKIE_DOMAIN"):
        if getattr(settings, name):
            errors.append(Error(f"{name} must stay unset: cookies are host-only.", id="tenants.E012"))
    if settings.TENANT_ROLES_PER_CONNECTION < 1:
        errors.append(Error("TENANT_ROLES_PER_CONNECTION must be at least 1.", id="tenants.E013"))
    if not apps.is_installed("django_tenants"):
        errors.append(Error("django_tenants must be installed.", id="tenants.E014"))
    return errors
