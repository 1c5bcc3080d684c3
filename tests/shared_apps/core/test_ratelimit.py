"""Rate limits: exact under concurrency, apart per tenant, open when the cache is down."""

import logging
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.cache import cache

from shared_apps.core import ratelimit
from shared_apps.core.errors import TooManyRequests
from shared_apps.core.ratelimit import limit, parse_rate
from tenants.context import TenantSnapshot, tenant_context


@pytest.mark.parametrize(
    ("rate", "expected"),
    [("5/m", (5, 60)), ("1/s", (1, 1)), ("20/15m", (20, 900)), ("3/h", (3, 3600)), ("9/2d", (9, 172_800))],
)
def test_parse_rate(rate: str, expected: tuple[int, int]) -> None:
    assert parse_rate(rate) == expected


@pytest.mark.parametrize("rate", ["", "5", "5/x", "m/5", "-1/m", "5/m/m"])
def test_parse_rate_of_something_else_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match="Not a rate"):
        parse_rate(rate)


def test_limit_counts_within_its_window_and_starts_anew_after_it(in_tenant: TenantSnapshot, time_machine: Any) -> None:
    time_machine.move_to("2026-01-01T00:00:10Z", tick=False)
    for _ in range(3):
        limit("test", "somebody", "3/m")
    with pytest.raises(TooManyRequests) as refusal:
        limit("test", "somebody", "3/m")
    assert refusal.value.retry_after == 50
    limit("test", "somebody else", "3/m")
    limit("other", "somebody", "3/m")
    time_machine.move_to("2026-01-01T00:01:00Z", tick=False)
    limit("test", "somebody", "3/m")


def test_limit_counts_each_tenant_apart(in_tenant: TenantSnapshot, other_tenant: TenantSnapshot) -> None:
    limit("test", "somebody", "1/h")
    with tenant_context(other_tenant):
        limit("test", "somebody", "1/h")
    with pytest.raises(TooManyRequests):
        limit("test", "somebody", "1/h")


@pytest.mark.parametrize("key", ["", "\x00", "x" * 100_000, "a b\r\nc", "‮ñ", "\ud800", None, 7])
def test_limit_takes_any_key(in_tenant: TenantSnapshot, key: object) -> None:
    limit("test", key, "1/h")
    with pytest.raises(TooManyRequests):
        limit("test", key, "1/h")


def test_limit_lets_exactly_its_number_through_when_all_come_at_once(tenant: TenantSnapshot) -> None:
    barrier = Barrier(20)
    outcomes: list[bool] = []

    def try_it() -> None:
        with tenant_context(tenant):
            barrier.wait()
            try:
                limit("test", "rush", "7/h")
                outcomes.append(True)
            except TooManyRequests:
                outcomes.append(False)

    threads = [Thread(target=try_it) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert (outcomes.count(True), outcomes.count(False)) == (7, 13)


def test_limit_without_a_cache_lets_everyone_through_and_says_so_once(
    in_tenant: TenantSnapshot, settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ratelimit, "_cache_down_until", 0.0)
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:9/0"}}
    with caplog.at_level(logging.WARNING, logger="oficio.ratelimit"):
        for _ in range(5):
            limit("test", "somebody", "1/h")
    assert len(caplog.records) == 1


def test_limit_follows_the_rates_of_the_settings(in_tenant: TenantSnapshot, settings: Any) -> None:
    settings.RATE_LIMITS = {"test": "2/h", "off": None}
    limit("test", "somebody", "1/h")
    limit("test", "somebody", "1/h")
    with pytest.raises(TooManyRequests):
        limit("test", "somebody", "1/h")
    for _ in range(5):
        limit("off", "somebody", "1/h")


def test_limit_survives_a_counter_that_left_between_two_calls(
    in_tenant: TenantSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(cache._connections["default"]), "add", lambda *args, **options: False)  # type: ignore[attr-defined]
    limit("test", "somebody", "1/h")
    with pytest.raises(TooManyRequests):
        limit("test", "somebody", "1/h")
