import threading
import time

import pytest

from shared_apps.core import health
from shared_apps.core.health import Details, Unhealthy

pytestmark = pytest.mark.usefixtures("registry")


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_registry", {})
    monkeypatch.setattr(health, "_running", {})


def fine() -> Details:
    return {"answer": 42}


def unhealthy() -> Details:
    raise Unhealthy("too little", {"left": 1})


def broken() -> Details:
    raise ConnectionRefusedError("postgresql://user:secret@host refused")


def test_run_reports_each_check_by_name() -> None:
    for name, check in (("b", unhealthy), ("a", fine), ("c", broken)):
        health.register(name, check)
    found = [(outcome.name, outcome.is_ok, outcome.reason, outcome.details) for outcome in health.run_checks()]
    assert found == [
        ("a", True, "", {"answer": 42}),
        ("b", False, "too little", {"left": 1}),
        ("c", False, "ConnectionRefusedError", {}),  # never the text, which may name a password
    ]


def test_run_readiness_asks_only_what_every_request_needs() -> None:
    health.register("a", fine, for_readiness=True)
    health.register("b", unhealthy)
    assert [outcome.name for outcome in health.run_checks(readiness_only=True)] == ["a"]


def test_run_does_not_wait_for_a_check_that_hangs_nor_start_it_twice() -> None:
    release, starts = threading.Event(), []

    def hangs() -> Details:
        starts.append(1)
        release.wait(10)
        return {}

    health.register("slow", hangs)
    health.register("fine", fine)
    started = time.monotonic()
    for _ in range(3):
        outcomes = {outcome.name: outcome for outcome in health.run_checks(deadline_seconds=0.3)}
        assert (outcomes["fine"].is_ok, outcomes["slow"].reason) == (True, "no answer in time")
    assert time.monotonic() - started < 1.2
    assert len(starts) == 1
    release.set()
    time.sleep(0.1)
    assert {outcome.name: outcome.is_ok for outcome in health.run_checks()} == {"fine": True, "slow": True}


def test_run_at_the_same_time_shares_one_check() -> None:
    starts = []

    def slowly() -> Details:
        starts.append(1)
        time.sleep(0.2)
        return {}

    health.register("slow", slowly)
    results: list[bool] = []
    threads = [threading.Thread(target=lambda: results.append(health.run_checks()[0].is_ok)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 5
    assert len(starts) == 1
