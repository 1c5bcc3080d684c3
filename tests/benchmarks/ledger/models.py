"""A table that gets a column and an index in a release, for bench-tenancy."""

from django.db import models


class Entry(models.Model):
    label = models.CharField(max_length=100)
    note = models.CharField(max_length=20, default="")

    class Meta:
        app_label = "ledger"
        indexes = [models.Index(fields=["note"], name="ledger_entry_note")]

    def __str__(self) -> str:
        return self.label
