"""Whether a tenant's schema is what the migrations say: compared with a schema that is really migrated from zero."""

from dataclasses import dataclass

from django.db import transaction

from tenants.backend.access import tenant_connection
from tenants.context import public_context

from .catalogue import catalogue_facts
from .render import RENDERING_SCHEMA, build_from_zero


@dataclass(frozen=True, slots=True)
class Drift:
    """The lines of the catalogue that a schema lacks, and those that it has beyond what it should."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected)


def expected_facts() -> frozenset[str]:
    """Migrate a scratch schema from zero with Django's own executor, read its catalogue, and roll back.

    Rights are left out: the scratch schema has no role.
    """
    connection = tenant_connection()
    with public_context(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('oficio:rendering'))")
            cursor.execute(f'CREATE SCHEMA "{RENDERING_SCHEMA}"')
        with connection.building_schema(RENDERING_SCHEMA):
            build_from_zero()
        facts = catalogue_facts(RENDERING_SCHEMA, with_rights=False)
        transaction.set_rollback(True)
    return facts


def find_drift(schema: str, expected: frozenset[str]) -> Drift:
    """Compare one schema with `expected_facts()`; empty (false) when they are alike."""
    with public_context():
        actual = catalogue_facts(schema, with_rights=False)
    return Drift(missing=tuple(sorted(expected - actual)), unexpected=tuple(sorted(actual - expected)))
