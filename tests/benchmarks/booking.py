"""make bench-booking: free slots of a busy month, and two hundred people who want the same hour.

Runs on a throw-away server with fsync on and the product's own settings. The bookings go over HTTP to a gunicorn of two
processes with sixteen threads each; the control is the same rush with the exclusion constraint taken away.
"""

import http.client
import json
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

from config.runtime.servers import throw_away
from tests.benchmarks.report import Figure, at_least, at_most, beside, exactly, percentile, publish

STAFF, APPOINTMENTS, RUNS, PEOPLE = 20, 10_000, 60, 200
SLOTS_MS, SLOTS_QUERIES = 50, 6
SLUG = "bench"
HOST = f"{SLUG}.localhost"
MINUTES = 20  # of an appointment


def main() -> int:
    """Measure and report; 1 when a goal was missed."""
    with tempfile.TemporaryDirectory(prefix="oficio-bench-") as folder, throw_away(durable=True) as addresses:
        os.environ |= {
            **addresses.environment(),
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "OFICIO_DATA_DIR": folder,
            "LOG_LEVEL": "ERROR",
        }
        import django

        django.setup()
        logging.disable(logging.CRITICAL)
        figures = [*measure_slots(), *measure_rush()]
    return publish(figures)


# --- A busy month ------------------------------------------------------------------------------
def measure_slots() -> list[Figure]:
    """Time the listing of a month with everything it needs from the database, on a warm connection."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from tenant_apps.appointments import selectors
    from tenants.context import tenant_context

    tenant = open_workspace()
    with tenant_context(tenant):
        service_id, first = fill_month()
        now = datetime.combine(first - timedelta(days=1), clock(), UTC)
        question = {"service_id": service_id, "from_on": first, "to_on": first + timedelta(days=30), "now": now}
        slots = selectors.list_free_slots(**question)
        with CaptureQueriesContext(connection) as queries:
            selectors.list_free_slots(**question)
        times = [timed(selectors.list_free_slots, question) for _ in range(RUNS)]
        days = [timed(selectors.list_free_days, question) for _ in range(RUNS)]
    people = sum(len(slot.staff_ids) for slot in slots)
    name = f"free slots of a month, {STAFF} staff, {APPOINTMENTS:,} appointments"
    return [
        at_most(f"{name}: p95", percentile(times, 95), "ms", SLOTS_MS),
        at_most(f"{name}: queries", len(queries), "queries", SLOTS_QUERIES),
        beside(f"{name}: median", percentile(times, 50), "ms"),
        beside(f"{name}: starts listed", len(slots), "slots"),
        beside(f"{name}: starts × free people", people, "slots"),
        beside("free days of the same month: p95", percentile(days, 95), "ms"),
    ]


def timed(work: Any, arguments: dict[str, Any]) -> float:
    """Return the milliseconds that a call takes."""
    started = time.perf_counter()
    work(**arguments)
    return (time.perf_counter() - started) * 1000


def open_workspace() -> Any:
    """Return the snapshot of a new workspace with a person who works every day."""
    from django.core.management import call_command
    from django.utils import timezone

    from tenants import services
    from tenants.context import public_context

    with public_context():
        call_command("migrate_public", verbosity=0)
        services.refill_pool(size=1)
        tenant = services.claim_tenant(
            slug=SLUG,
            name="Clínica Banco",
            sector="dentist",
            country="MX",
            language="es",
            timezone="America/Mexico_City",
            currency="MXN",
            now=timezone.now(),
        )
    return tenant.snapshot()


def fill_month() -> tuple[int, date]:
    """Give 20 people a working week and 500 appointments each in one month; return the service and the first day."""
    from tenant_apps.appointments import services
    from tenant_apps.appointments.domain import BookingRules, ServiceDetails, WeekBlock
    from tenant_apps.appointments.models import Appointment

    hours = [(clock(9), clock(14)), (clock(15), clock(19))]
    week = [WeekBlock(day, start, end) for day in range(6) for start, end in hours]
    members = [services.create_staff_member(name=f"Persona {number}") for number in range(STAFF)]
    for member in members:
        services.replace_week(staff_id=member.pk, blocks=week)
        services.add_time_off(staff_id=member.pk, starts_at=at(days(2)[0], 9), ends_at=at(days(2)[1], 14))
    rules = BookingRules(duration_minutes=MINUTES, slot_interval_minutes=10, buffer_after_minutes=0, horizon_days=90)
    service = services.create_service(details=ServiceDetails(name="Consulta", rules=rules))
    chance = random.Random(7)
    starts = [
        at(day, 9) + timedelta(minutes=MINUTES * step) for day in days(31) if day.weekday() < 6 for step in range(30)
    ]
    client = register()
    Appointment.objects.bulk_create(
        appointment(service, member, client, starts_at)
        for member in members
        for starts_at in chance.sample(starts, APPOINTMENTS // STAFF)
    )
    assert Appointment.objects.count() == APPOINTMENTS
    analyze()
    return service.pk, days(1)[0]


def days(number: int) -> list[date]:
    """Return days from the day after tomorrow on, wherever it is tomorrow already."""
    first = datetime.now(UTC).date() + timedelta(days=2)
    return [first + timedelta(days=offset) for offset in range(number)]


def at(day: date, hour: int) -> datetime:
    from tenant_apps.appointments.selectors import workspace_zone

    return datetime.combine(day, clock(hour), workspace_zone())


def register() -> Any:
    from django.utils import timezone

    from tenant_apps.clients import services
    from tenant_apps.clients.domain import ClientDetails

    return services.create_client(details=ClientDetails("Luz Marín", "luz@example.com"), now=timezone.now())


def appointment(service: Any, member: Any, client: Any, starts_at: datetime) -> Any:
    """Return an appointment as the service would store it, without e-mails."""
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

    from tenant_apps.appointments.models import Appointment

    ends_at = starts_at + timedelta(minutes=MINUTES)
    return Appointment(
        service=service,
        staff=member,
        client=client,
        attendee_name=client.name,
        starts_at=starts_at,
        ends_at=ends_at,
        busy=DateTimeTZRange(starts_at, ends_at),
        status="confirmed",
        source="panel",
        manage_token_hash=uuid4().hex,
        created_at=starts_at,
    )


def analyze() -> None:
    """Gather the planner's statistics, as autovacuum does a minute later."""
    from django.db import connection

    from tenants.context import current, public_context

    table = f'"{current().schema}".appointments_appointment'
    with public_context(), connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {table}")


# --- Two hundred for one hour ------------------------------------------------------------------
def measure_rush() -> list[Figure]:
    """Let 200 clients book one slot at once over HTTP, then again without the constraint."""
    from tenants.context import tenant_context
    from tenants.selectors import find_tenant_by_slug

    found = find_tenant_by_slug(slug=SLUG)
    assert found is not None
    tenant = found.snapshot()
    with tenant_context(tenant):
        service_id, token, slots = prepare_rush()
    with web_server() as port:
        answers, seconds = rush(port, token, service_id, slots[0])
        with tenant_context(tenant):
            stored = count_at(service_id, slots[0])
        drop_constraint(tenant.schema)
        control, _ = rush(port, token, service_id, slots[1])
        with tenant_context(tenant):
            doubled = count_at(service_id, slots[1])
    named = sum(status == 409 and code == "slot_taken" for status, code, _ in answers)
    complete = sum(alternatives == 3 for status, _, alternatives in answers if status == 409)
    statuses = Counter(status for status, _, _ in answers)
    others = len(answers) - statuses[201] - statuses[409]
    return [
        exactly(f"{PEOPLE} bookings of one slot over HTTP: created", statuses[201], "bookings", 1),
        exactly(f"{PEOPLE} bookings of one slot over HTTP: stored", stored, "rows", 1),
        exactly(f"{PEOPLE} bookings of one slot over HTTP: refused with 409", named, "answers", PEOPLE - 1),
        exactly(f"{PEOPLE} bookings of one slot over HTTP: with three alternatives", complete, "answers", PEOPLE - 1),
        exactly(f"{PEOPLE} bookings of one slot over HTTP: errors", others, "answers", 0),
        beside(f"{PEOPLE} bookings of one slot over HTTP: all answered after", seconds, "s"),
        at_least("control without the constraint: stored for one slot", doubled, "rows", 2),
        beside("control: created", sum(status == 201 for status, _, _ in control), "bookings"),
    ]


def prepare_rush() -> tuple[int, str, list[datetime]]:
    """Return a service of one person, a token of the staff, and two free slots."""
    from django.utils import timezone

    from shared_apps.accounts import services as accounts
    from tenant_apps.appointments import selectors, services
    from tenant_apps.appointments.domain import BookingRules, ServiceDetails, WeekBlock

    member = services.create_staff_member(name="Dra. Sol Ríos")
    services.replace_week(staff_id=member.pk, blocks=[WeekBlock(day, clock(9), clock(18)) for day in range(7)])
    rules = BookingRules(duration_minutes=30, slot_interval_minutes=30, buffer_after_minutes=10)
    service = services.create_service(details=ServiceDetails(name="Limpieza", rules=rules), staff_ids=[member.pk])
    user = accounts.create_user(
        email="staff@example.com", name="Ana Pérez", role="staff", password="correct horse battery"
    )
    token = accounts.issue_tokens(user_id=user.pk, now=timezone.now()).access
    day = days(3)[-1]
    slots = selectors.list_free_slots(service_id=service.pk, from_on=day, to_on=day, now=timezone.now())
    return service.pk, token, [slots[0].starts_at, slots[8].starts_at]


@contextmanager
def web_server() -> Iterator[int]:
    """Run gunicorn on a free loopback port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "2", "--threads", "16", "--log-level", "error"]
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wait_until_up(port)
            yield port
        except BaseException:
            log.seek(0)
            print(log.read()[-4000:], file=sys.stderr)
            raise
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_until_up(port: int) -> None:
    """Wait until the workspace answers. Raises TimeoutError after a minute."""
    give_up_at = time.monotonic() + 60
    while time.monotonic() < give_up_at:
        try:
            if call(port, "GET", "/health/live")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("gunicorn does not answer")


def call(port: int, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
    """Return status and JSON of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Host": HOST, "Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    try:
        connection.request(method, path, body=json.dumps(body) if body is not None else None, headers=headers)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    return response.status, json.loads(content) if content.startswith(b"{") else None


def rush(port: int, token: str, service_id: int, starts_at: datetime) -> tuple[list[tuple[int, str, int]], float]:
    """Book one slot for 200 clients at once; return (status, error code, number of alternatives) of each answer."""
    barrier = Barrier(PEOPLE + 1)
    answers: list[tuple[int, str, int]] = []

    def book(number: int) -> None:
        client = {"name": f"Cliente {number}", "email": f"client{number}.{starts_at:%H%M}@example.com"}
        body = {"service_id": service_id, "starts_at": starts_at.isoformat(), "client": client}
        barrier.wait()
        try:
            status, answer = call(port, "POST", "/api/v1/appointments/", body, token)
        except OSError as error:
            answers.append((0, str(error), 0))
            return
        problem = (answer or {}).get("error", {})
        answers.append((status, problem.get("code", ""), len(problem.get("data", {}).get("alternatives", []))))

    threads = [Thread(target=book, args=[number]) for number in range(PEOPLE)]
    for thread in threads:
        thread.start()
    barrier.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    return answers, time.perf_counter() - started


def count_at(service_id: int, starts_at: datetime) -> int:
    from tenant_apps.appointments.models import Appointment

    return Appointment.objects.filter(service_id=service_id, starts_at=starts_at).count()


def drop_constraint(schema: str) -> None:
    from django.db import connection

    from tenant_apps.appointments.models import NO_OVERLAP
    from tenants.context import public_context

    with public_context(), connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{schema}".appointments_appointment DROP CONSTRAINT {NO_OVERLAP}')


if __name__ == "__main__":
    sys.exit(main())
