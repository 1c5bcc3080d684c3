"""From a request's host to its tenant: apex, workspaces, suspended and unknown hosts, and what is cached."""

import json
import logging
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from config.settings import base
from tenants import services
from tenants.context import PUBLIC, TenantSnapshot, find_current
from tenants.hosts import HostDirectory, apex_url, directory, find_context, normalize_host, workspace_url

ClientFor = Callable[..., Client]


@pytest.mark.parametrize(
    ("raw", "host"),
    [
        ("Alfa.LOCALHOST:8000", "alfa.localhost"),
        ("alfa.localhost.", "alfa.localhost"),
        ("[::1]:8000", "[::1]"),
        ("localhost", "localhost"),
    ],
)
def test_normalize_host(raw: str, host: str) -> None:
    assert normalize_host(raw) == host


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "www.localhost", "127.0.0.1:8000", "localhost."])
def test_apex_hosts_are_public(host: str) -> None:
    assert find_context(host) is PUBLIC


@pytest.mark.parametrize(
    "host",
    [
        "nobody.localhost",
        "alfa.localhost.evil.example",
        "alfa.evil.example",
        "a.alfa.localhost",
        "public.localhost",
        "evil.example",
    ],
)
def test_unknown_host_is_a_404_and_never_public(tenant: TenantSnapshot, host: str) -> None:
    response = Client(headers={"host": host}).get("/")
    assert response.status_code == 404
    assert b"/signup/" not in response.content or b"sign" in response.content
    assert "Content-Security-Policy" in response


@pytest.mark.parametrize(
    "host", ["alfa localhost", "alfa.localhost/..", "alfa\x00.localhost", "<script>", "alfa.localhost@evil"]
)
def test_malformed_host_is_refused(tenant: TenantSnapshot, host: str) -> None:
    response = Client(headers={"host": host}).get("/")
    assert response.status_code in (400, 404)
    assert b"<script>" not in response.content


def test_unknown_host_answers_json_under_api(tenant: TenantSnapshot) -> None:
    response = Client(headers={"host": "nobody.localhost"}).get("/api/v1/services/")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "workspace_not_found"


def test_forwarded_host_is_not_trusted(tenant: TenantSnapshot) -> None:
    response = Client(headers={"host": "nobody.localhost", "x-forwarded-host": "alfa.localhost"}).get("/")
    assert response.status_code == 404


def test_suspended_workspace_shows_a_polite_page_and_keeps_its_language(
    tenant: TenantSnapshot, client_for: ClientFor
) -> None:
    services.suspend_tenant(tenant_id=tenant.id, reason="secret reason", now=timezone.now())
    response = client_for(tenant).get("/")
    assert response.status_code == 503
    assert response["Retry-After"] == "3600"
    assert "secret reason" not in response.content.decode()
    assert 'lang="es"' in response.content.decode()
    api = client_for(tenant).get("/api/v1/services/")
    assert (api.status_code, api.json()["error"]["code"]) == (503, "workspace_suspended")
    services.reactivate_tenant(tenant_id=tenant.id)
    assert client_for(tenant).get("/").status_code == 200


def test_a_visit_to_a_suspended_workspace_is_no_error_of_ours(
    tenant: TenantSnapshot, client_for: ClientFor, caplog: pytest.LogCaptureFixture
) -> None:
    services.suspend_tenant(tenant_id=tenant.id, reason="x", now=timezone.now())
    assert base.BASE_HOST in client_for(tenant).get("/").content.decode()
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_context_is_left_after_each_request(tenant: TenantSnapshot, client_for: ClientFor) -> None:
    client_for(tenant).get("/")
    assert find_current() is None


def test_known_host_is_remembered(tenant: TenantSnapshot, django_assert_num_queries: Callable[..., object]) -> None:
    with django_assert_num_queries(1):
        assert directory.find("alfa.localhost") == tenant
    with django_assert_num_queries(0):
        assert directory.find("alfa.localhost") == tenant


def test_unknown_host_is_remembered_and_expires(tenant: TenantSnapshot, settings: object) -> None:
    settings.TENANT_HOST_NEGATIVE_TTL_SECONDS = 0  # type: ignore[attr-defined]
    fresh = HostDirectory()
    assert fresh.find("gamma.localhost") is None
    services.update_tenant(tenant_id=tenant.id, now=timezone.now(), name="Otra")
    from tenants.context import public_context
    from tenants.models import Domain

    with public_context():
        Domain.objects.filter(domain="alfa.localhost").update(domain="gamma.localhost")
    assert fresh.find("gamma.localhost") is not None


def test_another_process_sees_a_change_within_its_ttl(tenant: TenantSnapshot, settings: object) -> None:
    """A second directory stands for a second process: it never hears `forget`."""
    assert base.TENANT_HOST_TTL_SECONDS < 2
    settings.TENANT_HOST_TTL_SECONDS = 0.05  # type: ignore[attr-defined]
    other_process = HostDirectory()
    assert other_process.find("alfa.localhost").status == "active"
    services.suspend_tenant(tenant_id=tenant.id, reason="x", now=timezone.now())
    assert other_process.find("alfa.localhost").status == "active"
    import time

    time.sleep(0.06)
    assert other_process.find("alfa.localhost").status == "suspended"


def test_host_cache_is_bounded(tenant: TenantSnapshot, settings: object) -> None:
    settings.TENANT_HOST_CACHE_SIZE = 10  # type: ignore[attr-defined]
    fresh = HostDirectory()
    for number in range(50):
        fresh.find(f"nobody-{number}.localhost")
    assert len(fresh) == 10


def test_links(settings: object) -> None:
    settings.BASE_PORT, settings.BASE_SCHEME = "8000", "http"  # type: ignore[attr-defined]
    assert workspace_url("alfa", "/panel/") == "http://alfa.localhost:8000/panel/"
    assert apex_url() == "http://localhost:8000/"
    settings.BASE_PORT, settings.BASE_SCHEME = "", "https"  # type: ignore[attr-defined]
    assert apex_url("/signup/") == "https://localhost/signup/"


def test_each_request_logs_one_line_with_its_facts(
    tenant: TenantSnapshot, client_for: ClientFor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="oficio.request"):
        response = client_for(tenant).get("/", headers={"X-Request-ID": "abcdefgh-1"})
    (record,) = [record for record in caplog.records if record.name == "oficio.request"]
    assert response["X-Request-ID"] == "abcdefgh-1"
    assert record.tenant == tenant.schema
    assert record.status == 200
    assert record.queries >= 1
    assert record.ms > 0
    from tenants.logs import JsonFormatter

    line = json.loads(JsonFormatter().format(record))
    assert line["tenant"] == tenant.schema
    assert line["message"] == "GET / 200"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space 1234", "newline\ninjected", "<script>alert"])
def test_request_id_from_outside_is_checked(tenant: TenantSnapshot, client_for: ClientFor, given: str) -> None:
    response = client_for(tenant).get("/health/live", headers={"X-Request-ID": given})
    assert response["X-Request-ID"] != given
    assert len(response["X-Request-ID"]) == 32
