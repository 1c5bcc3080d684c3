"""Which named constraint a database refused."""

from django.db import IntegrityError


def constraint_name(error: IntegrityError) -> str:
    """Return the name of the violated constraint, or an empty text when PostgreSQL named none."""
    diagnostics = getattr(error.__cause__, "diag", None)
    return getattr(diagnostics, "constraint_name", None) or ""
