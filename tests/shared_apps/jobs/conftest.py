"""What tests of jobs need: a queue to look into, brokers that are down, a fixed moment."""

import base64
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import redis
from celery import current_app
from django.conf import settings

from shared_apps.jobs import gateways
from tests.shared_apps.jobs import sample_tasks

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    sample_tasks.calls.clear()
    gateways.rest.end()
    yield
    gateways.rest.end()


@dataclass
class Queued:
    """A message as it lies in the broker."""

    headers: dict[str, Any]
    kwargs: dict[str, Any]


@pytest.fixture
def queue() -> Iterator[Callable[[], list[Queued]]]:
    """Return a function that takes every message out of the real broker, oldest first."""
    client = redis.Redis.from_url(settings.CELERY_BROKER_URL)

    def take() -> list[Queued]:
        raw = [json.loads(text) for text in reversed(client.lrange("oficio", 0, -1))]
        client.delete("oficio")
        return [Queued(item["headers"], json.loads(base64.b64decode(item["body"]))[1]) for item in raw]

    take()
    yield take
    take()
    client.close()


def _use_broker(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_url", f"redis://127.0.0.1:{port}/0")


@pytest.fixture
def broker_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the broker's address at a port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    _use_broker(port, monkeypatch)


@pytest.fixture
def broker_hangs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Point the broker's address at a server that lets clients in and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        _use_broker(server.getsockname()[1], monkeypatch)
        yield
