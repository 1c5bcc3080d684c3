import logging
import threading
from typing import Any

import pytest
from django.db import connection

from shared_apps.jobs import selectors
from shared_apps.jobs.models import ScheduledJob
from shared_apps.jobs.scheduler import Scheduler
from tenants.context import TenantSnapshot
from tests.shared_apps.jobs.conftest import NOW
from tests.shared_apps.jobs.sample_tasks import NOTE

pytestmark = [pytest.mark.usefixtures("in_public"), pytest.mark.usefixtures("registry")]


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared_apps.jobs.services.periodic._registry", {})


def make(tenant: TenantSnapshot, number: int = 1) -> None:
    ScheduledJob.objects.bulk_create(
        ScheduledJob(tenant_schema=tenant.schema, run_at=NOW, task=NOTE, kwargs={"word": "x"}) for _ in range(number)
    )


def test_step_hands_over_and_beats(tenant: TenantSnapshot, queue: Any) -> None:
    make(tenant)
    assert Scheduler(clock=lambda: NOW).step() == 1.0
    assert len(queue()) == 1
    assert "scheduler" in selectors.list_heartbeats()


def test_step_with_nothing_due_is_one_query_between_beats(django_assert_num_queries: Any) -> None:
    scheduler = Scheduler(clock=lambda: NOW)
    scheduler.step()
    with django_assert_num_queries(1):
        scheduler.step()


def test_step_does_not_wait_while_there_is_more(
    tenant: TenantSnapshot, queue: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared_apps.jobs.scheduler.BATCH_SIZE", 2)
    make(tenant, 3)
    scheduler = Scheduler(clock=lambda: NOW)
    assert [scheduler.step(), scheduler.step(), scheduler.step()] == [0.0, 1.0, 1.0]
    assert len(queue()) == 3


def test_step_survives_a_broker_that_is_down_with_growing_waits_and_two_log_lines(
    tenant: TenantSnapshot, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    make(tenant)
    request.getfixturevalue("broker_refuses")
    scheduler = Scheduler(clock=lambda: NOW)
    with caplog.at_level(logging.INFO, logger="oficio.scheduler"):
        assert [scheduler.step() for _ in range(6)] == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
        ScheduledJob.objects.all().delete()
        assert scheduler.step() == 1.0
    messages = [record.getMessage() for record in caplog.records if record.name == "oficio.scheduler"]
    assert len(messages) == 2
    assert messages[0].startswith("The broker is not reachable")
    assert messages[1].startswith("Scheduler works again")


@pytest.mark.usefixtures("committed_db")
def test_step_survives_a_database_that_is_down(tenant: TenantSnapshot, queue: Any) -> None:
    make(tenant)
    scheduler = Scheduler(clock=lambda: NOW)
    name = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = "no_such_database"
    try:
        assert scheduler.step() == 1.0
    finally:
        connection.close()
        connection.settings_dict["NAME"] = name
    assert scheduler.step() == 1.0
    assert len(queue()) == 1


@pytest.mark.usefixtures("committed_db")
def test_run_stops_at_once_when_told() -> None:
    scheduler = Scheduler()
    thread = threading.Timer(0.3, scheduler.stop)
    thread.start()
    scheduler.run()
    thread.join(timeout=2)
    assert not thread.is_alive()
