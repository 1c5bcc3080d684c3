"""A schema editor that can write down each statement it executes, for replay in other schemas."""

from typing import TYPE_CHECKING, Any

from django.db.backends.postgresql.schema import DatabaseSchemaEditor

if TYPE_CHECKING:
    from .base import DatabaseWrapper


class RecordingSchemaEditor(DatabaseSchemaEditor):
    """Executes as usual; with `connection.recorded_sql` set to a list, appends each statement, values filled in."""

    connection: "DatabaseWrapper"

    def execute(self, sql: Any, params: Any = ()) -> None:
        record = self.connection.recorded_sql
        if record is not None:
            statement = str(sql)
            if params:
                with self.connection.cursor() as cursor:
                    statement = cursor.cursor.mogrify(statement, params).decode()
            elif params is not None:
                statement = statement.replace("%%", "%")  # psycopg2 un-doubles these when given values
            record.append(statement.rstrip().rstrip(";"))
        super().execute(sql, params)
