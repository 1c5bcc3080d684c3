"""A psycopg2 cursor that counts every statement sent, those of the routing included."""

from typing import Any

from psycopg2.extensions import cursor


class CountingCursor(cursor):
    """Counts in a class attribute: one process, one thread."""

    statements = 0

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        CountingCursor.statements += 1
        return super().execute(*args, **kwargs)
