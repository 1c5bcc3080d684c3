"""From a host name to the tenant it serves, remembered in each process for a moment."""

import threading
import time
from collections import OrderedDict
from typing import Final

from django.conf import settings

from .context import PUBLIC, PublicContext, TenantSnapshot, public_context
from .enums import ROUTED


class HostDirectory:
    """A bounded cache of host → snapshot, with short-lived positive and negative entries.

    A change is seen at once by the process that makes it (`forget`) and within TENANT_HOST_TTL_SECONDS by the others.
    """

    def __init__(self) -> None:
        self._entries: OrderedDict[str, tuple[float, TenantSnapshot | None]] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, host: str) -> TenantSnapshot | None:
        """Return the snapshot of the tenant behind a host, or None. At most one query."""
        now = time.monotonic()
        with self._lock:
            entry = self._entries.get(host)
            if entry is not None and entry[0] > now:
                return entry[1]
        snapshot = self._load(host)
        ttl = settings.TENANT_HOST_TTL_SECONDS if snapshot else settings.TENANT_HOST_NEGATIVE_TTL_SECONDS
        with self._lock:
            self._entries[host] = (now + ttl, snapshot)
            self._entries.move_to_end(host)
            while len(self._entries) > settings.TENANT_HOST_CACHE_SIZE:
                self._entries.popitem(last=False)
        return snapshot

    def forget(self) -> None:
        """Drop every entry of this process."""
        with self._lock:
            self._entries.clear()

    def __len__(self) -> int:
        return len(self._entries)

    @staticmethod
    def _load(host: str) -> TenantSnapshot | None:
        from .models import Tenant

        with public_context():
            tenant = Tenant.objects.filter(domains__domain=host, status__in=ROUTED).first()
        return tenant.snapshot() if tenant else None


directory: Final = HostDirectory()


def normalize_host(raw: str) -> str:
    """Return a Host header's name in lower case, without port and closing dot. IPv6 keeps its brackets."""
    host = raw.lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0].rstrip(".")


def is_apex(host: str) -> bool:
    """Tell whether a normalized host is the platform's own: the apex, www, or this machine by number."""
    return host in {settings.BASE_HOST, f"www.{settings.BASE_HOST}", "127.0.0.1", "[::1]"}


def find_context(raw_host: str) -> TenantSnapshot | PublicContext | None:
    """Return PUBLIC for the apex, the tenant's snapshot for its hosts, and None for every other host."""
    host = normalize_host(raw_host)
    if is_apex(host):
        return PUBLIC
    return directory.find(host)


def workspace_host(slug: str) -> str:
    """Return the host of a workspace's address, without port."""
    return f"{slug}.{settings.BASE_HOST}"


def workspace_url(slug: str, path: str = "/") -> str:
    """Return an absolute URL on a workspace."""
    return _url(workspace_host(slug), path)


def apex_url(path: str = "/") -> str:
    """Return an absolute URL on the apex."""
    return _url(settings.BASE_HOST, path)


def _url(host: str, path: str) -> str:
    port = f":{settings.BASE_PORT}" if settings.BASE_PORT and settings.BASE_PORT not in {"80", "443"} else ""
    return f"{settings.BASE_SCHEME}://{host}{port}{path}"
