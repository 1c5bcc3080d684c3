"""Mixed traffic over HTTP on fifty workspaces against the same traffic on one: public page, booking page, API."""

import http.client
import os
import random
import socket
import subprocess
import sys
import threading
import time
from datetime import timedelta

import psycopg2

from config.runtime.servers import Addresses
from tests.benchmarks.report import Figure, at_most, beside, percentile

TENANTS = 50
CLIENTS = 2  # connections at once: as many as cores, so that the figure is of the server and not of the queue
ROUNDS, REQUESTS_A_ROUND = 8, 150


def measure(addresses: Addresses) -> list[Figure]:
    """Build the workspaces, start gunicorn, and send the same mix to one and to fifty of them, in turns."""
    url = _create_database(addresses.database_url)
    environment = {
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.traffic_settings",
        "DATABASE_URL": url,
        "REDIS_URL": addresses.redis_url,
    }
    os.environ.update(environment)
    targets = _prepare()
    port = _free_port()
    command = ["-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    server = subprocess.Popen(
        [sys.executable, *command, "--workers", "1", "--worker-class", "gthread", "--threads", str(CLIENTS)],
        env=os.environ | environment,
    )
    try:
        _wait_until_ready(port)
        _send(port, targets, len(targets) * 4)
        one: list[float] = []
        many: list[float] = []
        for _ in range(ROUNDS):
            one += _send(port, targets[:1], REQUESTS_A_ROUND)
            many += _send(port, targets, REQUESTS_A_ROUND)
    finally:
        server.terminate()
        server.wait(20)
    first, fifty = percentile(one, 95), percentile(many, 95)
    return [
        beside("mixed traffic on 1 tenant, p95", first, "ms"),
        beside(f"mixed traffic on {TENANTS} tenants, p95", fifty, "ms"),
        at_most(f"mixed traffic: p95 on {TENANTS} tenants / on 1", fifty / first, "×", 1.3),
    ]


def _create_database(url: str) -> str:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE bench_traffic")
    connection.close()
    return url.replace("/oficio?", "/bench_traffic?")


def _prepare() -> list[tuple[str, str, str]]:
    """Build fifty workspaces as sign-up does; return (host, access token, path of the booking page) of each."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from shared_apps.accounts import selectors as account_selectors
    from shared_apps.accounts import services as accounts
    from shared_apps.billing import services as billing
    from shared_apps.signup.domain import Application
    from shared_apps.signup.services.opening import open_workspace
    from tenant_apps.appointments import selectors as agenda
    from tenants import services as tenants
    from tenants.context import public_context, tenant_context

    targets = []
    now = timezone.now()
    with public_context():
        call_command("migrate_public", verbosity=0)
        billing.load_plans()
        tenants.refill_pool(size=TENANTS)
        for number in range(TENANTS):
            slug = f"negocio-{number}"
            email = "dueno@example.com"
            application = Application(
                person="Ana", email=email, business="Clínica", slug=slug, sector="dentist",
                country="MX", timezone="America/Mexico_City", language="es",
            )  # fmt: skip
            tenant, _ = open_workspace(application, "!", now)
            with tenant_context(tenant):
                owner = account_selectors.find_user_by_email(email=email)
                assert owner is not None
                token = accounts.issue_tokens(user_id=owner.pk, now=now).access
                service = agenda.list_services(public_only=True)[0]
            day = (now + timedelta(days=7)).date()
            targets.append((f"{slug}.localhost", token, f"/book/?service={service.pk}&on={day}"))
    return targets


def _send(port: int, targets: list[tuple[str, str, str]], number: int) -> list[float]:
    """Send that many requests over CLIENTS connections; return milliseconds of each. Raises on any status but 200."""
    times: list[float] = []
    problems: list[str] = []

    def work(seed: int) -> None:
        chance = random.Random(seed)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for _ in range(number // CLIENTS):
            host, token, booking = chance.choice(targets)
            path, headers = chance.choice(
                [
                    ("/", {}),
                    (booking, {}),
                    ("/api/v1/services/", {"Authorization": f"Bearer {token}"}),
                    ("/api/v1/appointments/", {"Authorization": f"Bearer {token}"}),
                ]
            )
            started = time.perf_counter()
            connection.request("GET", path, headers={"Host": host, **headers})
            response = connection.getresponse()
            response.read()
            times.append((time.perf_counter() - started) * 1000)
            if response.status != 200:
                problems.append(f"{response.status} {host}{path}")
        connection.close()

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise RuntimeError(f"{len(problems)} requests failed, such as {problems[0]}")
    return times


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_ready(port: int) -> None:
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/live")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("gunicorn did not start")
