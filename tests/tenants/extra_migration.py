"""One more migration for the tenant apps, as a release would bring it: a column and an index on auth_group."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from django.db import migrations, models

from tenants.schemas import plan
from tenants.schemas.render import render_plan

Extra = type(
    "Migration",
    (migrations.Migration,),
    {
        "operations": [
            migrations.AddField("group", "note", models.CharField(max_length=20, default="")),
            migrations.AddIndex("group", models.Index(fields=["note"], name="auth_group_note")),
        ],
        "__module__": __name__,
    },
)


@contextmanager
def released() -> Iterator[None]:
    """Pretend inside the block that this code brings the extra migration."""
    longer = (*plan.load_plan(), Extra("9999_group_note", "auth"))
    with mock.patch.object(plan, "load_plan", return_value=longer):
        render_plan.cache_clear()
        try:
            yield
        finally:
            render_plan.cache_clear()
