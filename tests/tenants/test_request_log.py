"""The line that each request leaves in the log."""

import logging
from collections.abc import Callable

import pytest
from django.test import Client

from tenants.context import TenantSnapshot


def test_log_line_holds_no_token_of_a_link(
    tenant: TenantSnapshot, client_for: Callable[..., Client], caplog: pytest.LogCaptureFixture
) -> None:
    token = "x" * 43
    with caplog.at_level(logging.INFO, logger="oficio.request"):
        client_for(None).get(f"/signup/wait/{token}/")
        client_for(tenant).get(f"/a/{token}/")
        client_for(tenant).get("/")
    lines = [record.getMessage() for record in caplog.records if record.name == "oficio.request"]
    assert lines == ["GET /signup/wait/…/ 404", "GET /a/…/ 404", "GET / 200"]
