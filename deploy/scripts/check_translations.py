"""Fails when a text of the code or the templates has no Spanish translation, or the compiled catalogue is stale.

Collects the texts into a temporary folder, so that the committed catalogue is only read.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "config/locale/es/LC_MESSAGES/django.po"
# makemessages writes what it finds below a folder into the `locale` beside it: ours must not be seen.
IGNORED = [".venv", "static/*", "tests/*", "artifacts/*", "config/locale"]


def collect_texts() -> polib.POFile:
    """Return the catalogue that the sources ask for, without translations."""
    import django
    from django.conf import settings
    from django.core.management import call_command

    with tempfile.TemporaryDirectory() as folder:
        settings.LOCALE_PATHS = [folder]
        django.setup()
        call_command("makemessages", locale=["es"], ignore_patterns=IGNORED, verbosity=0, no_location=True)
        return polib.pofile(str(Path(folder, "es/LC_MESSAGES/django.po")))


def find_problems() -> list[str]:
    """Return one line for every text that is not translated, and for a compiled file that is out of date."""
    if shutil.which("xgettext") is None:
        return ["gettext is not installed (Debian and Ubuntu: apt install gettext)"]
    if not CATALOGUE.exists():
        return [f"{CATALOGUE.relative_to(ROOT)} does not exist: make messages"]
    committed = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(CATALOGUE)) if not entry.obsolete}
    problems = []
    for wanted in collect_texts():
        entry = committed.get((wanted.msgctxt, wanted.msgid))
        if entry is None:
            problems.append(f"not in the catalogue (make messages): {wanted.msgid!r}")
        elif not entry.translated():
            problems.append(f"{'fuzzy' if entry.fuzzy else 'not translated'}: {wanted.msgid!r}")
    compiled = CATALOGUE.with_suffix(".mo")
    if not compiled.exists():
        problems.append(f"{compiled.relative_to(ROOT)} does not exist: make messages")
    elif _texts(polib.mofile(str(compiled))) != _texts(polib.pofile(str(CATALOGUE)).translated_entries()):
        problems.append(f"{compiled.relative_to(ROOT)} is older than its source: make messages")
    return problems


def _texts(entries: list[polib.POEntry] | polib.MOFile) -> set[tuple[str | None, str, str, tuple[str, ...]]]:
    return {
        (entry.msgctxt, entry.msgid, entry.msgstr, tuple(entry.msgstr_plural.values()))
        for entry in entries
        if entry.msgid
    }


def main() -> int:
    """Print the problems and return the exit code."""
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    problems = find_problems()
    for problem in problems[:40]:
        print(problem)
    if len(problems) > 40:
        print(f"… and {len(problems) - 40} more")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
