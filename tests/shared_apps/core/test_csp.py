import base64
import hashlib

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from shared_apps.core import csp


def policy_of(path: str, response: HttpResponse | None = None, **headers: str) -> dict[str, list[str]]:
    middleware = csp.ContentSecurityPolicyMiddleware(lambda request: response or HttpResponse())
    header = middleware(RequestFactory().get(path, **headers))["Content-Security-Policy"]
    return {name: sources for name, *sources in (directive.split() for directive in header.split("; "))}


@pytest.mark.parametrize("path", ["/", "/panel/", "/api/docs/", "/operatorsx/", "/portal/operators/"])
def test_policy_is_strict(path):
    policy = policy_of(path)
    assert policy["script-src"] == ["'self'"]
    assert policy["style-src"] == ["'self'", csp.EMPTY_STYLE_HASH]
    assert policy["font-src"] == ["'self'", "data:"]
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert "unsafe" not in str(policy)


def test_policy_is_relaxed_for_operators_only():
    policy = policy_of("/operators/tenants/")
    assert policy["script-src"] == ["'self'", "'unsafe-inline'", "'unsafe-eval'"]
    assert policy["default-src"] == ["'self'"]


def test_form_action_allows_the_hosts_below():
    assert policy_of("/", HTTP_HOST="localhost:8000")["form-action"] == ["'self'", "http://*.localhost:8000"]


def test_form_action_forged_host_adds_nothing():
    assert policy_of("/", HTTP_HOST="evil.example; script-src *")["form-action"] == ["'self'"]


def test_header_of_a_view_is_kept():
    response = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'"})
    assert policy_of("/", response) == {"default-src": ["'none'"]}


def test_media_sources_come_from_settings(settings):
    settings.CSP_MEDIA_SOURCES = ["https://media.example"]
    assert "https://media.example" in policy_of("/")["img-src"]


def test_empty_style_hash_is_of_nothing():
    assert base64.b64encode(hashlib.sha256(b"").digest()).decode() in csp.EMPTY_STYLE_HASH
