"""One process of bench-tenancy: does what the driver asks on one routing, and answers with figures as JSON lines."""

import io
import json
import logging
import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"

import django

django.setup()
logging.disable(logging.CRITICAL)

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import close_old_connections, connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from tenants import services  # noqa: E402
from tenants.context import public_context, tenant_context  # noqa: E402
from tenants.enums import TenantStatus  # noqa: E402
from tenants.models import Domain, Tenant  # noqa: E402
from tenants.schemas import plan  # noqa: E402
from tenants.schemas.render import render_plan, run_plan  # noqa: E402
from tests.benchmarks.counting import CountingCursor  # noqa: E402

OURS = settings.ROUTING == "ours"
Figures = dict[str, Any]


def timed(work: Callable[[], Any]) -> float:
    """Return the milliseconds that a call takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def in_public() -> Any:
    return public_context() if OURS else nullcontext()


def prepare() -> Figures:
    """Migrate the public schema."""
    if OURS:
        call_command("migrate_public", verbosity=0)
    elif settings.ROUTING == "stock":
        call_command("migrate_schemas", shared=True, verbosity=0)
    else:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE EXTENSION IF NOT EXISTS btree_gist"
            )  # without tenancy, apps migrate in another order
        call_command("migrate", verbosity=0, skip_checks=True)
    return {}


def warm_up() -> Figures:
    """Do what happens once per process, so that it is not counted for one schema."""
    if OURS:
        render_plan()
        return {"render_ms": timed(run_plan)}
    return {}


def build(number: int) -> Figures:
    """Build that many schemas cold, one after the other."""
    with in_public():
        return {"ms": [timed(_build_ours if OURS else _build_stock) for _ in range(number)]}


def _build_ours() -> None:
    services.provision_tenant(tenant_id=services.request_tenant().pk)


def _build_stock() -> None:
    from tenants.domain import new_schema_name

    tenant = Tenant(schema_name=new_schema_name(), status=TenantStatus.SPARE)
    tenant.save(verbosity=0)
    tenant.create_schema(check_if_exists=True, verbosity=0)


def claim(number: int) -> Figures:
    """Claim that many spares as sign-up does: the service's whole time."""
    with in_public():
        return {"ms": [timed(lambda n=n: _claim(f"negocio-{n}")) for n in range(number)]}


def _claim(slug: str) -> None:
    services.claim_tenant(
        slug=slug,
        name="Clínica",
        sector="dentist",
        country="MX",
        language="es",
        timezone="America/Mexico_City",
        currency="MXN",
        now=timezone.now(),
    )


def give_hosts() -> Figures:
    """Make every spare of the stock routing active, with a host."""
    for tenant in Tenant.objects.filter(status=TenantStatus.SPARE):
        slug = f"negocio-{tenant.pk}"
        Tenant.objects.filter(pk=tenant.pk).update(
            slug=slug, name="Clínica", status=TenantStatus.ACTIVE, claimed_at=timezone.now(), timezone="UTC"
        )
        Domain.objects.create(tenant=tenant, domain=f"{slug}.localhost", is_primary=True)
    return {}


def migrate_fleet(jobs: int = 2) -> Figures:
    """Bring every schema to the release's version: all of it, the planning included."""
    with in_public():
        number = Tenant.objects.exclude(status=TenantStatus.REQUESTED).count()
        if OURS:
            plan.load_plan.cache_clear()
            render_plan.cache_clear()
            ms = timed(lambda: call_command("migrate_tenants", jobs=jobs, verbosity=0, stdout=io.StringIO()))
        else:
            ms = timed(lambda: call_command("migrate_schemas", tenant=True, verbosity=0, stdout=io.StringIO()))
    return {"ms": ms, "tenants": number}


def check(rows: int) -> Figures:
    """Ask whether anything is behind, over that many tenant rows at the current version."""
    with in_public():
        missing = rows - Tenant.objects.count()
        version = plan.target_version()
        Tenant.objects.bulk_create(
            Tenant(schema_name=f"t_row{n}", status=TenantStatus.SPARE, schema_version=version) for n in range(missing)
        )
        plan.load_plan.cache_clear()
        ms = timed(lambda: call_command("migrate_tenants", check=True, stdout=io.StringIO()))
        Tenant.objects.filter(schema_name__startswith="t_row").delete()
    return {"ms": ms, "rows": rows}


def requests(number: int) -> Figures:
    """Serve that many requests in turn over the hosts; milliseconds each, and statements beyond the view's three."""
    with in_public():
        hosts = list(Domain.objects.order_by("pk").values_list("domain", flat=True)[:20]) or ["localhost"]
    client = Client()
    ms, statements = [], []
    for index in range(number):
        host = hosts[index % len(hosts)]
        before = CountingCursor.statements
        ms.append(timed(lambda host=host: client.get("/", headers={"host": host})))
        statements.append(CountingCursor.statements - before - 3)
    return {"ms": ms, "statements": statements}


def serve_same_host(number: int) -> Figures:
    """Statements beyond the view's three when one host is asked again and again (the cache is warm)."""
    client = Client()
    with in_public():
        host = Domain.objects.order_by("pk").values_list("domain", flat=True).first() or "localhost"
    client.get("/", headers={"host": host})
    before = CountingCursor.statements
    for _ in range(number):
        client.get("/", headers={"host": host})
    return {"statements": (CountingCursor.statements - before) / number - 3}


def fill_small_schemas(number: int) -> Figures:
    """Build schemas of ten tables each, with roles, for the memory figure."""
    tables = "".join(f"CREATE TABLE t{n} (id bigint PRIMARY KEY, name text, at timestamptz);" for n in range(10))
    with in_public(), connection.cursor() as cursor:
        for index in range(number):
            schema = f"t_small{index:04}"
            cursor.execute(
                f"CREATE ROLE {schema} LOGIN NOINHERIT; CREATE SCHEMA {schema};"
                f"GRANT USAGE ON SCHEMA {schema} TO {schema};"
                f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT ALL ON TABLES TO {schema};"
                f"SET search_path TO {schema}; {tables}"
            )
        cursor.execute('SET search_path TO "$user", public')
    connection.close()
    return {}


def visit_small_schemas(number: int) -> Figures:
    """Read all ten tables of each schema in turn as requests do; return the largest private memory of a backend."""
    from dataclasses import replace

    from tenants.context import TenantSnapshot

    blank = TenantSnapshot(0, "", "", "", "active", "", "", "MX", "es", "UTC", "MXN")
    largest = 0.0
    backends = set()
    for index in range(number):
        schema = f"t_small{index:04}"
        close_old_connections()
        if not OURS:
            connection.set_schema(schema)
        with tenant_context(replace(blank, schema=schema)), connection.cursor() as cursor:
            for table in range(10):
                cursor.execute(f"SELECT count(*), max(name), max(at) FROM t{table} WHERE id > 0")
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        backends.add(pid)
        largest = max(largest, private_megabytes(pid))
        close_old_connections()
    return {"largest_mb": largest, "backends": len(backends)}


def private_megabytes(pid: int) -> float:
    """Return a process's private memory in MB. Source: proc(5), smaps_rollup."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        lines = dict(line.split(":", 1) for line in file if ":" in line)
    return sum(int(lines[name].split()[0]) for name in ("Private_Clean", "Private_Dirty")) / 1024


def main() -> None:
    commands = {
        work.__name__: work
        for work in (
            prepare, warm_up, build, claim, give_hosts, migrate_fleet, check, requests, serve_same_host,
            fill_small_schemas, visit_small_schemas,
        )
    }  # fmt: skip
    for line in sys.stdin:
        request = json.loads(line)
        answer = commands[request["command"]](*request["arguments"])
        print("=" + json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
