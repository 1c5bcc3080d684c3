"""Tasks that the worker of the fault tests runs; they write what they see into a file."""

import os
import threading
import time

from celery import shared_task
from django.db import connection

from shared_apps.jobs.tasks import PublicTask, TenantTask
from tenants.context import current, find_current


def write(path: str, line: str) -> None:
    with open(path, "a") as file:
        file.write(line + "\n")


@shared_task(base=TenantTask)
def work(path: str, word: str, seconds: float = 0.0) -> None:
    """Note the beginning, what PostgreSQL says of the tenant, and the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    write(path, f"begin {word} {os.getpid()} {current().schema} {role}")
    time.sleep(seconds)
    write(path, f"end {word}")


@shared_task(base=PublicTask)
def look_around(path: str) -> None:
    """Note which context a thread and a callback of this worker have: none may be left over from another task."""
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(find_current()))
    thread.start()
    thread.join()
    write(path, f"thread {found[0]} here {current().schema}")


@shared_task
def bare(path: str) -> None:
    """A task without our base: what runs between two of ours sees this context."""
    write(path, f"bare {find_current()}")


@shared_task(base=TenantTask)
def explode(path: str) -> None:
    write(path, "explode")
    raise RuntimeError("on purpose")
