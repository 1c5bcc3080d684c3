"""Renders the tenant apps' migrations to SQL by running them once, for real, in a schema that is rolled back.

What the schema editor executes there (deferred SQL and introspected constraint names included) is what a schema at
the same state needs, because nothing in it names the schema. `RunPython` is refused by a system check; the few that
libraries ship do nothing in an empty schema.
"""

from dataclasses import dataclass
from functools import lru_cache

from django.db import transaction
from django.db.migrations.operations import AlterModelOptions, CreateModel, DeleteModel, RenameModel
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

from tenants.backend.access import tenant_connection
from tenants.context import public_context
from tenants.models import RenderedPlan

from . import plan
from .plan import MigrationKey

RENDERING_SCHEMA = "t_rendering"


@dataclass(frozen=True, slots=True)
class RenderedMigration:
    """One migration's statements, without closing semicolons, and whether it adds models or permissions."""

    key: MigrationKey
    statements: tuple[str, ...]
    changes_models: bool

    @property
    def sql(self) -> str:
        return "".join(f"{statement};\n" for statement in self.statements)


@lru_cache(maxsize=1)
def render_plan() -> tuple[RenderedMigration, ...]:
    """Return the SQL of the whole plan, per migration: from the public table if it was rendered before, else rendered.

    Kept for the life of the process. One query when it is stored.
    """
    digest = plan.plan_digest()
    with public_context():
        stored = RenderedPlan.objects.filter(digest=digest).first()
        if stored is not None:
            return tuple(
                RenderedMigration((label, name), tuple(statements), changes_models)
                for label, name, statements, changes_models in stored.migrations
            )
        rendered = run_plan()
        rows = [[*each.key, each.statements, each.changes_models] for each in rendered]
        # Somebody may have rendered the same meanwhile.
        RenderedPlan.objects.bulk_create([RenderedPlan(digest=digest, migrations=rows)], ignore_conflicts=True)
    return rendered


def run_plan() -> tuple[RenderedMigration, ...]:
    """Run the whole plan from zero in a scratch schema, return its SQL per migration, and roll back.

    Needs a login that may create schemas. About 0.2 s for 20 migrations.
    """
    connection = tenant_connection()
    rendered: list[RenderedMigration] = []
    with public_context(), transaction.atomic():
        with connection.cursor() as cursor:
            # Concurrent renderings wait for each other: the scratch schema exists only inside a transaction.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('oficio:rendering'))")
            cursor.execute(f'CREATE SCHEMA "{RENDERING_SCHEMA}"')
        with connection.building_schema(RENDERING_SCHEMA):
            rendered.extend(build_from_zero())
        transaction.set_rollback(True)
    return tuple(rendered)


def build_from_zero() -> list[RenderedMigration]:
    """Apply the plan to the empty schema being built, recording what it executes."""
    connection = tenant_connection()
    rendered = [_render_recorder()]
    state = ProjectState()
    for migration in plan.load_plan():
        statements: list[str] = []
        connection.recorded_sql = statements
        try:
            with connection.schema_editor(atomic=False) as editor:
                state = migration.apply(state, editor)
        finally:
            connection.recorded_sql = None
        kinds = (CreateModel, DeleteModel, RenameModel, AlterModelOptions)
        rendered.append(
            RenderedMigration(
                key=(migration.app_label, migration.name),
                statements=tuple(statements),
                changes_models=any(isinstance(operation, kinds) for operation in migration.operations),
            )
        )
    return rendered


def _render_recorder() -> RenderedMigration:
    """Create Django's own table of applied migrations, as the first 'migration' of every schema."""
    connection = tenant_connection()
    statements: list[str] = []
    connection.recorded_sql = statements
    try:
        with connection.schema_editor(atomic=False) as editor:
            editor.create_model(MigrationRecorder.Migration)
    finally:
        connection.recorded_sql = None
    return RenderedMigration(key=("", "recorder"), statements=tuple(statements), changes_models=False)
