"""Tasks that tests run."""

from celery import shared_task

from shared_apps.jobs.tasks import PublicTask, TenantTask
from tenants.context import current

calls: list[tuple[str, str]] = []


@shared_task(base=TenantTask)
def note(word: str) -> None:
    """Remember the word and the schema that is served."""
    calls.append((current().schema, word))


@shared_task(base=TenantTask)
def fail(word: str = "") -> None:
    raise RuntimeError(f"failed on purpose {word}")


@shared_task(base=PublicTask)
def note_public(word: str = "") -> None:
    calls.append((current().schema, word))


@shared_task
def plain() -> None:
    """Not one of ours: it knows no tenant."""


NOTE = f"{__name__}.note"
FAIL = f"{__name__}.fail"
NOTE_PUBLIC = f"{__name__}.note_public"
PLAIN = f"{__name__}.plain"
