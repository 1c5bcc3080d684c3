"""Callers of the REST API."""

from typing import Any

from django.test import Client
from django.utils import timezone

from shared_apps.accounts import services
from tenants.context import TenantSnapshot, tenant_context

from .people import make_user

JSON = "application/json"


class Caller:
    """Somebody with a token, calling a workspace's API in English."""

    def __init__(self, tenant: TenantSnapshot, role: str) -> None:
        with tenant_context(tenant):
            pair = services.issue_tokens(user_id=make_user(role=role).pk, now=timezone.now())
        self.http = Client(
            headers={
                "host": f"{tenant.slug}.localhost",
                "authorization": f"Bearer {pair.access}",
                "accept-language": "en",
            }
        )
        self.http.cookies.load({"django_language": "en"})

    def get(self, path: str, **query: Any) -> Any:
        return self.http.get(f"/api/v1/{path}/", query)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.http.post(f"/api/v1/{path}/", body or {}, content_type=JSON, headers=headers)

    def put(self, path: str, body: Any) -> Any:
        return self.http.put(f"/api/v1/{path}/", body, content_type=JSON)

    def patch(self, path: str, body: Any) -> Any:
        return self.http.patch(f"/api/v1/{path}/", body, content_type=JSON)

    def delete(self, path: str) -> Any:
        return self.http.delete(f"/api/v1/{path}/")
