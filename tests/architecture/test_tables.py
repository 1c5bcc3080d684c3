"""The two hard rules for tables: no foreign key crosses schemas, and no table name could be mistaken for another's."""

from django.apps import apps
from django.conf import settings
from django.db import models

TENANT_APPS, SHARED_APPS = set(settings.TENANT_APPS), set(settings.SHARED_APPS)


def kinds(app_name: str) -> frozenset[str]:
    """Return which kinds of schema hold an app's tables: tenant, public or both."""
    return frozenset(kind for kind, names in (("tenant", TENANT_APPS), ("public", SHARED_APPS)) if app_name in names)


def concrete_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models(include_auto_created=True) if not model._meta.proxy]


def test_every_app_has_a_kind() -> None:
    assert [config.name for config in apps.get_app_configs() if not kinds(config.name)] == []


def test_no_foreign_key_crosses_schemas() -> None:
    crossing = []
    for model in concrete_models():
        for field in model._meta.get_fields():
            target = field.related_model
            if not (field.concrete and field.is_relation and isinstance(target, type)):
                continue
            here, there = kinds(model._meta.app_config.name), kinds(target._meta.app_config.name)
            if not here <= there:
                crossing.append(f"{model._meta.label}.{field.name} → {target._meta.label}")
    assert crossing == []


def test_tables_of_tenant_and_public_apps_are_disjoint() -> None:
    tables: dict[frozenset[str], set[str]] = {}
    for model in concrete_models():
        tables.setdefault(kinds(model._meta.app_config.name), set()).add(model._meta.db_table)
    tenant_only, public_only = tables[frozenset({"tenant"})], tables[frozenset({"public"})]
    both = tables[frozenset({"tenant", "public"})]
    assert tenant_only & public_only == set()
    assert tenant_only & both == set()
    assert public_only & both == set()
    assert len(tenant_only) > 5


def test_keys_are_big_integers() -> None:
    """Ours only: a library's table keeps the key that its migrations gave it."""
    ours = [model for model in concrete_models() if kinds_are_ours(model)]
    small = [
        model._meta.label
        for model in ours
        if isinstance(model._meta.pk, models.AutoField) and not isinstance(model._meta.pk, models.BigAutoField)
    ]
    assert small == []
    assert len(ours) > 10


def kinds_are_ours(model: type[models.Model]) -> bool:
    return model.__module__.split(".")[0] in {"tenants", "shared_apps", "tenant_apps"}


def test_constraints_are_named_after_their_table() -> None:
    """`<app>_<model>_<fact>`, so that the database's refusal tells which rule of which table it was."""
    wrong = [
        f"{model._meta.label}: {constraint.name}"
        for model in concrete_models()
        if kinds_are_ours(model)
        for constraint in model._meta.constraints
        if not constraint.name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_")
    ]
    assert wrong == []
