"""The product as visitors meet it: the real WSGI application on a port, with compressed static files."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from django.test import override_settings

from tenants.context import public_context


@dataclass(frozen=True)
class Product:
    """Where the product listens. Workspaces are below `localhost`, which Chromium leads to this machine."""

    port: int

    def apex(self, path: str = "/") -> str:
        return f"http://localhost:{self.port}{path}"

    def workspace(self, slug: str, path: str = "/") -> str:
        return f"http://{slug}.localhost:{self.port}{path}"


class QuietHandler(WSGIRequestHandler):
    """Says nothing: the product's own log line tells of each request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve(static_root: Path) -> Iterator[Product]:
    """Serve until the block ends, with static files as in production: compressed beforehand, by whitenoise."""
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
    }
    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    port = server.server_address[1]
    with override_settings(
        STORAGES=storages, STATIC_ROOT=static_root, WHITENOISE_USE_FINDERS=False, BASE_PORT=str(port)
    ):
        collect_static()
        server.set_app(get_wsgi_application())
        thread = threading.Thread(target=server.serve_forever, name="product", daemon=True)
        thread.start()
        try:
            yield Product(port)
        finally:
            server.shutdown()
            server.server_close()
            thread.join(timeout=10)


def collect_static() -> None:
    assert staticfiles_storage.location
    with public_context():
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["src"])
