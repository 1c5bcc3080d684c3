"""The migrations of tenant apps, in order, and the fingerprint that names a set of them."""

import hashlib
import inspect
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader

MigrationKey = tuple[str, str]


def tenant_app_labels() -> frozenset[str]:
    """Return the labels of the apps whose tables live in tenant schemas."""
    names = set(settings.TENANT_APPS)
    return frozenset(config.label for config in apps.get_app_configs() if config.name in names)


@lru_cache(maxsize=1)
def load_plan() -> tuple[Migration, ...]:
    """Return every migration of the tenant apps in an order that respects their dependencies. No query.

    The files of a running process do not change, so the answer is kept.
    """
    loader = MigrationLoader(None)
    labels = tenant_app_labels()
    keys: dict[MigrationKey, None] = {}
    for leaf in sorted(key for key in loader.graph.leaf_nodes() if key[0] in labels):
        for key in loader.graph.forwards_plan(leaf):
            if key[0] in labels:
                keys.setdefault(key)
    return tuple(loader.graph.nodes[key] for key in keys)


def plan_keys() -> tuple[MigrationKey, ...]:
    """Return (app label, name) of each migration of the plan."""
    return tuple((migration.app_label, migration.name) for migration in load_plan())


def fingerprint(keys: Sequence[MigrationKey]) -> str:
    """Return the name of a set of applied migrations: 64 hexadecimal digits, the same in whatever order they ran."""
    text = "\n".join(f"{label}.{name}" for label, name in sorted(keys))
    return hashlib.sha256(text.encode()).hexdigest()


def target_version() -> str:
    """Return the fingerprint that every schema should have with this code."""
    return fingerprint(plan_keys())


def plan_digest() -> str:
    """Return 64 hexadecimal digits that change with the order and the text of any migration, and with Django."""
    digest = hashlib.sha256(django.__version__.encode())
    for migration in load_plan():
        digest.update(f"\n{migration.app_label}.{migration.name}\n".encode())
        digest.update(Path(inspect.getfile(type(migration))).read_bytes())
    return digest.hexdigest()
