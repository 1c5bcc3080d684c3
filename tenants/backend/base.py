"""The database wrapper that follows the tenant context by SET ROLE.

Every connection keeps `search_path = "$user", public`. Right before a statement the wrapper compares the context with
the role that the physical connection has, and sends `SET ROLE` when they differ: the role's name is the schema's name,
so one statement routes and isolates at once. The role is forgotten whenever PostgreSQL may have undone it (rollback,
savepoint rollback, close), and a switch that fails fails the statement: it never runs on the former role.
Source: docs/adr/0001-tenancy-by-database-role.md
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base as postgresql
from django.db.backends.utils import CursorDebugWrapper, CursorWrapper
from django_tenants.postgresql_backend.base import DatabaseWrapper as DjangoTenantsWrapper
from django_tenants.postgresql_backend.introspection import DatabaseSchemaIntrospection

from tenants.context import PUBLIC, current, returned_to
from tenants.errors import UnsafeTenantCall
from tenants.logs import count_query

from .schema import RecordingSchemaEditor

NO_ROLE = "none"  # SET ROLE NONE: the login itself, which is the public context


class _RoleCursorMixin:
    """Enters the context's role before each statement, so that a cursor opened for one tenant cannot serve another."""

    db: "DatabaseWrapper"
    cursor: Any

    def _execute_with_wrappers(self, *args: Any, **kwargs: Any) -> Any:
        self.db.enter_role()
        count_query()
        return super()._execute_with_wrappers(*args, **kwargs)  # type: ignore[misc]

    def callproc(self, *args: Any, **kwargs: Any) -> Any:
        self.db.enter_role()
        return super().callproc(*args, **kwargs)  # type: ignore[misc]

    def copy_expert(self, *args: Any, **kwargs: Any) -> Any:
        self.db.enter_role()
        with self.db.wrap_database_errors:
            return self.cursor.copy_expert(*args, **kwargs)

    def copy_from(self, *args: Any, **kwargs: Any) -> Any:
        self.db.enter_role()
        with self.db.wrap_database_errors:
            return self.cursor.copy_from(*args, **kwargs)

    def copy_to(self, *args: Any, **kwargs: Any) -> Any:
        self.db.enter_role()
        with self.db.wrap_database_errors:
            return self.cursor.copy_to(*args, **kwargs)


class RoleCursor(_RoleCursorMixin, CursorWrapper):
    pass


class RoleDebugCursor(_RoleCursorMixin, CursorDebugWrapper):
    pass


class DatabaseWrapper(DjangoTenantsWrapper):
    """PostgreSQL connection whose role follows `tenants.context`."""

    SchemaEditorClass = RecordingSchemaEditor

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._role: str | None = None  # the role PostgreSQL is known to have; None: not known
        self._roles_served: set[str] = set()
        self._building_schema: str | None = None
        self.role_switches = 0  # SET ROLE statements sent, for tests and benchmarks
        self.recorded_sql: list[str] | None = None
        # Not DjangoTenantsWrapper.__init__: it would set a tenant on the connection, which ours derives.
        postgresql.DatabaseWrapper.__init__(self, *args, **kwargs)
        self.introspection = DatabaseSchemaIntrospection(self)

    # --- What django-tenants reads from a connection -------------------------------------------
    @property
    def tenant(self) -> Any:
        return current()

    @property
    def schema_name(self) -> str:
        return self._building_schema or current().schema

    def set_tenant(self, *args: Any, **kwargs: Any) -> None:
        raise UnsafeTenantCall("Enter tenants.context.tenant_context(tenant); the connection follows it.")

    set_schema = set_tenant
    set_schema_to_public = set_tenant

    # --- Following the context -----------------------------------------------------------------
    def enter_role(self) -> None:
        """Make PostgreSQL's role that of the context, with one statement if it differs and none if not.

        Raises NoTenantContext outside a context, and whatever PostgreSQL says when the switch fails; then the role
        counts as unknown, and the next statement tries again.
        """
        context = current()
        role = NO_ROLE if context is PUBLIC else context.schema
        if role == self._role:
            return
        self._role = None
        sql = "SET ROLE NONE" if role == NO_ROLE else f"SET ROLE {self.ops.quote_name(role)}"
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            self._send_role(cursor, sql)
        self.role_switches += 1
        self._role = role
        if role != NO_ROLE:
            self._roles_served.add(role)

    @staticmethod
    def _send_role(cursor: Any, sql: str) -> None:
        """Send the switch; a separate step so that tests can make it fail."""
        cursor.execute(sql)

    @contextmanager
    def building_schema(self, schema: str) -> Iterator[None]:
        """Let the owner build inside one schema: unqualified names land there until the block ends.

        For provisioning and migrations only, inside public_context() and a transaction. An error leaves the path to
        the rollback, which must follow.
        """
        with self.cursor() as cursor:
            cursor.execute(f'SET LOCAL search_path TO {self.ops.quote_name(schema)}, "public"')
        self._building_schema = schema
        try:
            yield
        finally:
            self._building_schema = None
        with self.cursor() as cursor:
            cursor.execute("""SET LOCAL search_path TO "$user", "public" """)

    # --- Forgetting ----------------------------------------------------------------------------
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._role = None
        self._roles_served = set()
        return super().get_new_connection(conn_params)

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if self.connection.info.parameter_status("is_superuser") is not None:
            with self.connection.cursor() as cursor:
                cursor.execute("""SET search_path TO "$user", public""")
            if not self.get_autocommit():
                self.connection.commit()

    def close(self) -> None:
        self._role = None
        postgresql.DatabaseWrapper.close(self)

    def _rollback(self) -> None:
        # SET is transactional: PostgreSQL returns to the role from before the transaction.
        self._role = None
        super()._rollback()

    def rollback(self) -> None:
        postgresql.DatabaseWrapper.rollback(self)

    def savepoint_rollback(self, sid: str) -> None:
        postgresql.DatabaseWrapper.savepoint_rollback(self, sid)

    # Savepoint statements need no role and must work in an aborted transaction, where SET ROLE would not.
    def _savepoint(self, sid: str) -> None:
        self._execute_plain(self.ops.savepoint_create_sql(sid))

    def _savepoint_commit(self, sid: str) -> None:
        self._execute_plain(self.ops.savepoint_commit_sql(sid))

    def _savepoint_rollback(self, sid: str) -> None:
        self._role = None
        self._execute_plain(self.ops.savepoint_rollback_sql(sid))

    def check_constraints(self, table_names: Any = None) -> None:
        # Foreign keys are checked with the tables' owner's rights, whatever the role.
        self._execute_plain("SET CONSTRAINTS ALL IMMEDIATE")
        self._execute_plain("SET CONSTRAINTS ALL DEFERRED")

    def _execute_plain(self, sql: str) -> None:
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute(sql)

    # --- Cursors -------------------------------------------------------------------------------
    def _cursor(self, name: str | None = None) -> Any:
        # Not DjangoTenantsWrapper._cursor: it would set the search path here and swallow a failure.
        return postgresql.DatabaseWrapper._cursor(self, name)  # type: ignore[attr-defined]

    def make_cursor(self, cursor: Any) -> RoleCursor:
        return RoleCursor(cursor, self)

    def make_debug_cursor(self, cursor: Any) -> RoleDebugCursor:
        return RoleDebugCursor(cursor, self)

    # --- After the commit ----------------------------------------------------------------------
    def on_commit(self, func: Callable[[], Any], robust: bool = False) -> None:
        """Run the hook in the context that asked for it; at the commit another may be current, as in a sign-up."""
        context = current()

        @wraps(func)
        def run_in_its_context() -> None:
            with returned_to(context):
                func()

        super().on_commit(run_in_its_context, robust)

    # --- Bounded memory ------------------------------------------------------------------------
    def close_if_unusable_or_obsolete(self) -> None:
        """Close as Django would, and when this backend has served so many tenants that its catalogue cache is large."""
        super().close_if_unusable_or_obsolete()
        if (
            self.connection is not None
            and not self.in_atomic_block
            and len(self._roles_served) > settings.TENANT_ROLES_PER_CONNECTION
        ):
            self.close()
