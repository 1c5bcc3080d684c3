"""The API's schema is committed: whoever changes the API changes it knowingly."""

import warnings
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"
COMMAND = "python manage.py spectacular --urlconf config.urls_tenant --lang en --file docs/openapi.yaml"


@pytest.fixture(scope="module")
def generated() -> str:
    """The schema of today's code. A warning of drf-spectacular fails, and so does what is not valid OpenAPI 3."""
    out = StringIO()
    with warnings.catch_warnings():
        # Library code under Python's own deprecations is not what is tested here.
        warnings.simplefilter("ignore", DeprecationWarning)
        options = {"urlconf": "config.urls_tenant", "lang": "en", "validate": True, "fail_on_warn": True}
        call_command("spectacular", stdout=out, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def schema(generated: str) -> dict[str, Any]:
    return dict(yaml.safe_load(generated))


def operations(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]


def test_the_committed_schema_is_todays(generated: str) -> None:
    assert COMMITTED.read_text() == generated, f"the API changed; if it should, run: {COMMAND}"


def test_every_operation_is_described_and_can_be_refused(schema: dict[str, Any]) -> None:
    assert all(path.startswith("/api/v1/") for path in schema["paths"])
    for name, operation in operations(schema):
        assert operation.get("description"), f"{name} has no docstring"
        assert operation["tags"], name
        refused = operation["responses"]["default"]["content"]["application/json"]["schema"]
        assert refused == {"$ref": "#/components/schemas/Error"}, name


def test_every_creation_takes_an_idempotency_key(schema: dict[str, Any]) -> None:
    creations = [(name, operation) for name, operation in operations(schema) if "201" in operation["responses"]]
    assert len(creations) >= 4
    for name, operation in creations:
        assert "Idempotency-Key" in [parameter["name"] for parameter in operation.get("parameters", [])], name


def test_lists_are_paginated(schema: dict[str, Any]) -> None:
    for path in ("/api/v1/services/", "/api/v1/appointments/", "/api/v1/clients/"):
        answer = schema["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        assert answer["$ref"].startswith("#/components/schemas/Paginated"), path


def test_only_the_doors_are_open(schema: dict[str, Any]) -> None:
    open_to_all = [name for name, operation in operations(schema) if {} in operation.get("security", [{}])]
    assert open_to_all == ["POST /api/v1/auth/logout/", "POST /api/v1/auth/obtain/", "POST /api/v1/auth/refresh/"]
