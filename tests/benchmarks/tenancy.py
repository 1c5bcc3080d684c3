"""make bench-tenancy: the tenancy core beside stock django-tenants 4.0.1, same models, same server, one run.

Each routing has a database of its own on one throw-away server (fsync on) and a process of its own; what is compared is
done in turns. Times of single schemas are medians, those of claims and requests p95.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import psycopg2

from config.runtime.servers import throw_away
from tests.benchmarks import traffic
from tests.benchmarks.report import Figure, at_least, at_most, beside, percentile, publish

SPARES, STOCK_SCHEMAS = 200, 20
ROUNDS, REQUESTS_A_ROUND = 50, 40  # short turns, so that a busy moment of the machine hits all three alike
SMALL_SCHEMAS = 300


class Worker:
    """A process on one routing; `ask` runs a command of tenancy_worker in it and returns its figures."""

    def __init__(self, routing: str, database_url: str, redis_url: str, release: str = "after") -> None:
        environment = os.environ | {
            "BENCH_ROUTING": routing,
            "BENCH_RELEASE": release,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.tenancy_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def ask(self, command: str, *arguments: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"command": command, "arguments": arguments}) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("="):
                return json.loads(line[1:])
        raise RuntimeError(f"{command} ended the worker")

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


@contextmanager
def workers(urls: dict[str, str], redis_url: str, release: str) -> Iterator[dict[str, Worker]]:
    running = {routing: Worker(routing, url, redis_url, release) for routing, url in urls.items()}
    try:
        yield running
    finally:
        for worker in running.values():
            worker.close()


def create_databases(url: str) -> dict[str, str]:
    """Create one database per routing and return their URLs."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    urls = {}
    with connection.cursor() as cursor:
        for routing in ("ours", "stock", "plain"):
            cursor.execute(f"CREATE DATABASE bench_{routing}")
            urls[routing] = url.replace("/oficio?", f"/bench_{routing}?")
    connection.close()
    return urls


def measure_building(running: dict[str, Worker]) -> list[Figure]:
    say("cold provisioning, in turns")
    ours, stock = [], []
    running["ours"].ask("warm_up")
    for _ in range(4):
        stock += running["stock"].ask("build", 5)["ms"]
        ours += running["ours"].ask("build", 10)["ms"]
    say(f"{SPARES} schemas for the fleet and the claims")
    ours += running["ours"].ask("build", SPARES - len(ours))["ms"]
    return [
        beside("cold provisioning, stock, median", median(stock), "ms"),
        beside("cold provisioning, ours, median", median(ours), "ms"),
        at_least("cold provisioning: times faster than stock", median(stock) / median(ours), "×", 5),
        Figure("_stock_creation", median(stock), "ms"),
    ]


def measure_claims(running: dict[str, Worker], stock_creation: float) -> list[Figure]:
    say("claims")
    claims = running["ours"].ask("claim", 100)["ms"]
    p95 = percentile(claims, 95)
    return [
        at_most("sign-up claim, server time p95", p95, "ms", 50),
        at_least("sign-up claim: times faster than stock creation", stock_creation / p95, "×", 30),
    ]


def measure_fleet(running: dict[str, Worker]) -> list[Figure]:
    say("fleet migration of one column and one index")
    stock = running["stock"].ask("migrate_fleet")
    ours = running["ours"].ask("migrate_fleet")
    stock_each, ours_each = stock["ms"] / stock["tenants"], ours["ms"] / ours["tenants"]
    nothing = running["ours"].ask("check", 1000)
    once = running["ours"].ask("warm_up")["render_ms"]
    whole_each = ours_each + once / ours["tenants"]
    return [
        beside(f"fleet migration, stock, per tenant ({stock['tenants']})", stock_each, "ms"),
        beside(f"fleet migration, ours, replay alone, per tenant ({ours['tenants']})", ours_each, "ms"),
        beside("rendering the plan, once per release, by migrate_public", once, "ms"),
        beside("fleet migration: times faster than stock, replay alone", stock_each / ours_each, "×"),
        # The goal counts the rendering, wherever it runs: stock computes its plans inside the measured command.
        at_least("fleet migration: times faster than stock, rendering included", stock_each / whole_each, "×", 50),
        at_most("check with nothing to do, 1,000 tenants", nothing["ms"], "ms", 100),
    ]


def measure_requests(running: dict[str, Worker]) -> list[Figure]:
    say("requests, in turns")
    running["stock"].ask("give_hosts")
    times: dict[str, list[float]] = {routing: [] for routing in running}
    statements: dict[str, list[float]] = {routing: [] for routing in running}
    for routing in running:
        running[routing].ask("requests", 60)
    for _ in range(ROUNDS):
        for routing, worker in running.items():
            answer = worker.ask("requests", REQUESTS_A_ROUND)
            times[routing] += answer["ms"]
            statements[routing] += answer["statements"]
    plain = median(times["plain"])
    extra = {routing: median(times[routing]) - plain for routing in ("ours", "stock")}
    same = {routing: running[routing].ask("serve_same_host", 200)["statements"] for routing in ("ours", "stock")}
    return [
        beside("request without tenancy, median", plain, "ms"),
        beside("extra time of a request, stock, median", extra["stock"], "ms"),
        beside("extra time of a request, ours, median", extra["ours"], "ms"),
        at_most("extra time: ours / stock", extra["ours"] / extra["stock"], "×", 0.2),
        beside("extra statements of a request, stock, median", median(statements["stock"]), ""),
        at_most("extra statements of a request, 20 hosts in turn, ours, median", median(statements["ours"]), "", 1),
        at_most("extra statements of a request, same host again, ours", same["ours"], "", 0.05),
    ]


def measure_memory(running: dict[str, Worker]) -> list[Figure]:
    say(f"memory of a backend after {SMALL_SCHEMAS} tenants")
    running["ours"].ask("fill_small_schemas", SMALL_SCHEMAS)
    # Roles are the server's, schemas the database's: the stock worker reads the same schemas of the same database.
    figures = {
        routing: running[routing].ask("visit_small_schemas", SMALL_SCHEMAS) for routing in ("ours", "stock_small")
    }
    return [
        beside("backend memory after 300 tenants × 10 tables, stock", figures["stock_small"]["largest_mb"], "MB"),
        at_most("backend memory after 300 tenants × 10 tables, ours", figures["ours"]["largest_mb"], "MB", 100),
        beside("backends used for 300 tenants, ours", figures["ours"]["backends"], ""),
    ]


def say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


def main() -> int:
    with throw_away(durable=True) as addresses:
        urls = create_databases(addresses.database_url)
        with workers(urls, addresses.redis_url, "before") as running:
            for worker in running.values():
                worker.ask("prepare")
            building = measure_building(running)
        stock_creation = building.pop().value
        with workers(urls, addresses.redis_url, "after") as running:
            for worker in running.values():
                worker.ask("prepare")
            fleet = measure_fleet(running)
            claims = measure_claims(running, stock_creation)
            requests = measure_requests(running)
        with workers({"ours": urls["ours"]}, addresses.redis_url, "after") as running:
            running["stock_small"] = Worker("stock", urls["ours"], addresses.redis_url)
            memory = measure_memory(running)
            running["stock_small"].close()
        say("mixed traffic on 1 and on 50 workspaces, in turns")
        mixed = traffic.measure(addresses)
    return publish([*claims, *building, *fleet, *requests, *mixed, *memory])


if __name__ == "__main__":
    sys.exit(main())
