"""Replays rendered SQL in one schema: a whole snapshot into a new one, or what is missing into an old one."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import connection

from .plan import MigrationKey, fingerprint, plan_keys, tenant_app_labels
from .render import RenderedMigration, render_plan


def create_schema(schema: str) -> str:
    """Create role and schema, replay the snapshot, and return the schema's version.

    Runs in the caller's transaction and public context, as the owner. The role may log in without a password
    (Citus opens worker connections as the role), uses its own schema and nothing else, and is granted to the
    application's login to switch to, not to inherit from.
    """
    name = connection.ops.quote_name(schema)
    sql = [
        f"CREATE ROLE {name} LOGIN NOINHERIT;",
        *(f"GRANT {name} TO {login} WITH INHERIT FALSE, SET TRUE;" for login in _logins()),
        f"CREATE SCHEMA {name};",
        f"GRANT USAGE ON SCHEMA {name} TO {name};",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name};",
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA {name} GRANT USAGE, SELECT ON SEQUENCES TO {name};",
    ]
    with connection.cursor() as cursor:
        # No values: the text is sent as it is, in one round trip. The path holds until the transaction ends.
        cursor.execute("".join(sql) + upgrade_sql(schema, render_plan()))
        cursor.execute("""SET LOCAL search_path TO "$user", public""")
    return fingerprint(plan_keys())


def upgrade_sql(schema: str, missing: Sequence[RenderedMigration]) -> str:
    """Return the text that brings a schema what it lacks; to be sent inside a transaction, in public, as the owner."""
    return f'SET LOCAL search_path TO {connection.ops.quote_name(schema)}, "public";\n' + _replay_sql(missing)


def _replay_sql(migrations: Sequence[RenderedMigration]) -> str:
    sql = [migration.sql for migration in migrations]
    sql.append(_record_sql(migration.key for migration in migrations if migration.key[0]))
    if any(migration.changes_models for migration in migrations):
        sql.append(_reference_rows_sql())
    return "".join(sql)


def _record_sql(keys: Iterable[MigrationKey]) -> str:
    rows = ", ".join(f"({_literal(label)}, {_literal(name)}, now())" for label, name in keys)
    return f"INSERT INTO django_migrations (app, name, applied) VALUES {rows};\n" if rows else ""


def _reference_rows_sql() -> str:
    """Copy content types and permissions from public with their ids, so that an id means the same in every schema."""
    labels = ", ".join(_literal(label) for label in sorted(tenant_app_labels()))
    return f"""
        INSERT INTO django_content_type (id, app_label, model)
        SELECT id, app_label, model FROM public.django_content_type WHERE app_label IN ({labels})
        ON CONFLICT DO NOTHING;
        INSERT INTO auth_permission (id, name, content_type_id, codename)
        SELECT p.id, p.name, p.content_type_id, p.codename FROM public.auth_permission p
        JOIN public.django_content_type c ON c.id = p.content_type_id WHERE c.app_label IN ({labels})
        ON CONFLICT DO NOTHING;
        """


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _logins() -> list[str]:
    """Return the quoted logins that may switch to tenant roles: the application's, and ours unless a superuser."""
    logins = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user")
        owner, is_superuser = cursor.fetchone()
    if not is_superuser:
        logins.append(connection.ops.quote_name(owner))
    application = settings.TENANT_APPLICATION_LOGIN
    if application and application != owner:
        logins.append(connection.ops.quote_name(application))
    return logins
