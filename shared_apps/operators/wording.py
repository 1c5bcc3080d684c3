"""How the health page says what the checks report: their names are keys for programs, these are words for people."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.enums import TenantStatus

WORDS: Final[Mapping[str, str | Promise]] = {
    # checks
    "database": _("Database"),
    "cache": _("Cache"),
    "migrations": _("Migrations"),
    "workspaces": _("Workspaces"),
    "disk": _("Disk"),
    "jobs": _("Jobs"),
    # facts
    "version": _("version"),
    "megabytes": _("megabytes"),
    "public_missing": _("missing in public"),
    "workspaces_behind": _("workspaces behind"),
    "by_status": _("by status"),
    "spares": _("spares"),
    "spares_wanted": _("spares wanted"),
    "versions": _("versions"),
    "number": _("number"),
    "free_gigabytes": _("free gigabytes"),
    "free_percent": _("free percent"),
    "queued": _("in the queue"),
    "due": _("Due now"),
    "under_way": _("under way"),
    "parked": _("failed too often"),
    "last_parked": _("last that failed"),
    "oldest_due_seconds": _("oldest due, seconds"),
    "scheduler_beat_seconds": _("last beat of the scheduler, seconds"),
    # reasons
    "a value just written was not there": _("A value just written was not there."),
    "the public schema is behind": _("The public schema is behind."),
    "workspaces are behind": _("Workspaces are behind."),
    "no spare workspace is left": _("No spare workspace is left."),
    "the disk is nearly full": _("The disk is nearly full."),
    "the scheduler does not run": _("The scheduler does not run."),
    "jobs wait for too long: is a worker running?": _("Jobs wait for too long. Is a worker running?"),
    **{status.value: status.label for status in TenantStatus},
}


def word(name: str) -> str:
    """Return the words for a name, or the name itself without underscores."""
    return str(WORDS.get(name, name.replace("_", " ")))


def in_words(value: object) -> str:
    """Return what a check found as one line: lists and objects without their brackets."""
    if isinstance(value, dict):
        return ", ".join(f"{word(str(name))}: {in_words(part)}" for name, part in value.items()) or "–"
    if isinstance(value, list):
        return "; ".join(in_words(part) for part in value) or "–"
    return "–" if value is None else str(value)
