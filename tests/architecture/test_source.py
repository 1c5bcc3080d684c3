"""What the source may not hold, whoever writes it: checked by reading it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from shared_apps.core.errors import DomainError

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "tenants", "shared_apps", "tenant_apps")
OUR_APPS = [
    config
    for config in apps.get_app_configs()
    if config.name.split(".")[0] in {"tenants", "shared_apps", "tenant_apps"}
]
PUBLIC_FACE = {"services", "selectors", "domain", "enums", "errors"}


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield (module, for types only) of each import of a file; `from a import b` gives a.b."""
    tree = ast.parse(path.read_text())
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.unparse(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, id(node) in typing_only
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for name in node.names:
                yield f"{node.module}.{name.name}", id(node) in typing_only


def test_an_apps_public_face_is_all_that_other_apps_import() -> None:
    """Tenant apps and the shared apps beside them meet through services, selectors, domain, enums and errors."""
    wrong = []
    for path in sources():
        parts = path.relative_to(ROOT).parts
        if parts[0] != "tenant_apps":
            continue
        for module, typing_only in imports(path):
            found = re.match(r"tenant_apps\.(\w+)\.(\w+)", module)
            if found and found[1] != parts[1] and found[2] not in PUBLIC_FACE and not typing_only:
                wrong.append(f"{path.relative_to(ROOT)} imports {module}")
    assert wrong == []


def test_there_is_no_junk_drawer() -> None:
    names = {path.stem for path in sources()} | {path.parent.name for path in sources()}
    assert names & {"utils", "helpers", "common", "misc"} == set()


def test_environment_is_read_in_settings_and_runtime_only() -> None:
    allowed = ("config/settings/", "config/runtime/", "config/celery.py", "config/wsgi.py", "config/asgi.py")
    readers = [
        str(path.relative_to(ROOT))
        for path in sources()
        if re.search(r"\bos\.environ|\bgetenv\(", path.read_text())
        and not str(path.relative_to(ROOT)).startswith(allowed)
    ]
    assert readers == []


def test_nobody_imports_config() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {module}"
        for path in sources()
        if path.relative_to(ROOT).parts[0] != "config"
        for module, _ in imports(path)
        if module.split(".")[0] == "config"
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (r"thread_sensitive\s*=\s*False", "the ORM must stay on the thread whose connection it uses"),
        (r"asyncio\.to_thread", "the ORM must stay on the thread whose connection it uses"),
        (r"\bconnection\.set_(tenant|schema)", "enter tenant_context instead"),
        (r"schema_context|tenant_context\s*as\b.*django_tenants|django_tenants\.utils", "enter tenant_context instead"),
        (r"except Exception:\s*\n\s*pass", "an error is never swallowed"),
        (r"(?<!help_text)\|\s*safe\b|mark_safe\(f", "what people write is always escaped; help texts are ours"),
    ],
)
def test_dangerous_forms_are_absent(pattern: str, reason: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in [*sources(), *sorted((ROOT / "templates").rglob("*.html"))]
        if re.search(pattern, path.read_text())
    ]
    assert found == [], reason


def test_templates_hold_no_inline_script_or_style() -> None:
    """The Content-Security-Policy would block them; here the reason is found before a browser does."""
    inline = re.compile(
        r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|\sstyle=\"|\son\w+=\"", re.IGNORECASE
    )
    found = {
        str(path.relative_to(ROOT)): match.group(0)
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if "email" not in path.parts and (match := inline.search(path.read_text()))
    }
    assert found == {}


def error_classes(base: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for error in base.__subclasses__():
        yield error
        yield from error_classes(error)


def test_error_codes_are_unique_and_statuses_sensible() -> None:
    ours = [error for error in error_classes() if error.__module__.split(".")[0] != "tests"]
    codes = [error.code for error in ours]
    assert sorted(code for code in set(codes) if codes.count(code) > 1) == []
    assert [error.__name__ for error in ours if not 400 <= error.status < 600] == []
    assert len(ours) > 10


def test_modules_open_with_a_sentence_of_purpose() -> None:
    silent = []
    for path in sources():
        tree = ast.parse(path.read_text())
        if tree.body and not ast.get_docstring(tree):
            silent.append(str(path.relative_to(ROOT)))
    assert silent == []


def test_modules_stay_readable_in_size() -> None:
    large = {
        str(path.relative_to(ROOT)): lines for path in sources() if (lines := len(path.read_text().splitlines())) > 400
    }
    assert large == {}


def test_models_write_nothing_in_save_and_no_signals() -> None:
    """No logic in save(), no signals for our own flow."""
    wrong = []
    for config in OUR_APPS:
        path = Path(config.path) / "models.py"
        if path.exists() and re.search(r"def save\(|post_save|pre_save|@receiver", path.read_text()):
            wrong.append(config.name)
    assert wrong == []
