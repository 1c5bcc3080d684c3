"""Settings of bench-tenancy: the product's apps on one of three routings, chosen by BENCH_ROUTING.

`ours` is the product's backend, `stock` is django-tenants 4.0.1 as it comes, `plain` is Django without tenancy.
BENCH_RELEASE=before hides the last migration of the ledger app, which stands for a release's change.
"""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES, SHARED_APPS, TENANT_APPS

ROUTING = os.environ["BENCH_ROUTING"]
TENANT_APPS = [*TENANT_APPS, "tests.benchmarks.ledger"]
INSTALLED_APPS = [*SHARED_APPS, *(app for app in TENANT_APPS if app not in SHARED_APPS)]
DATABASES["default"]["ENGINE"] = {
    "ours": "tenants.backend",
    "stock": "django_tenants.postgresql_backend",
    "plain": "django.db.backends.postgresql",
}[ROUTING]
DATABASES["default"]["OPTIONS"]["cursor_factory"] = __import__(
    "tests.benchmarks.counting", fromlist=["CountingCursor"]
).CountingCursor
if os.environ.get("BENCH_RELEASE") == "before":
    MIGRATION_MODULES = {"ledger": "tests.benchmarks.ledger.before"}
if ROUTING == "plain":
    INSTALLED_APPS.remove("django_tenants")
    DATABASE_ROUTERS = []
ROOT_URLCONF = PUBLIC_SCHEMA_URLCONF = "tests.benchmarks.urls"
MIDDLEWARE = {
    "ours": ["tenants.middleware.TenantMiddleware"],
    "stock": ["django_tenants.middleware.main.TenantMainMiddleware"],
    "plain": [],
}[ROUTING]
