"""What happens when a server or a process dies, with real ones."""

import re
import time
from pathlib import Path

import pytest

from tests.faults.stack import Stack, eventually

pytestmark = pytest.mark.slow

FORGOTTEN = "/password/forgotten/"
FORM = {"email": "owner@example.com"}


def lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


# --- Everything works -------------------------------------------------------------------------
def test_mail_goes_out_at_once_and_leaves_no_job(stack: Stack) -> None:
    stack.start_worker()
    stack.call("book_and_tell", slug="alfa", key="fine-1")
    eventually(lambda: stack.mails("/fine-1") == 1)
    eventually(lambda: stack.call("outbox", slug="alfa")["fine-1"] == "sent")
    assert stack.call("jobs") == []


def test_tasks_of_two_tenants_mixed_on_threads_never_see_each_other(stack: Stack) -> None:
    stack.start_worker()
    file = stack.new_file()
    for number in range(40):
        slug = ("alfa", "beta")[number % 2]
        stack.call("enqueue", slug=slug, task="work", kwargs={"path": str(file), "word": f"{slug}-{number}"})
        if number % 5 == 0:
            stack.call("publish_raw", task="bare", kwargs={"path": str(file)}, headers={})
            stack.call("enqueue", slug=None, task="look_around", kwargs={"path": str(file)})
    eventually(lambda: len(lines(file)) == 40 * 2 + 8 * 2)
    for line in lines(file):
        match line.split():
            case ["begin", word, _, schema, role]:
                assert schema == role == stack.schemas[word.partition("-")[0]]
            case ["thread", *rest]:
                assert rest == ["None", "here", "public"]
            case ["bare", context]:
                assert context == "None"


# --- Rejected tasks ---------------------------------------------------------------------------
def test_tasks_without_a_tenant_or_for_one_that_is_away_never_run(stack: Stack) -> None:
    stack.start_worker()
    file = stack.new_file()
    arguments = {"path": str(file), "word": "no"}
    stack.call("set_status", slug="beta", status="suspended")
    try:
        stack.call("publish_raw", task="work", kwargs=arguments, headers={})
        stack.call("publish_raw", task="work", kwargs=arguments, headers={"oficio_tenant": "public"})
        stack.call("publish_raw", task="work", kwargs=arguments, headers={"oficio_tenant": "t_nobody"})
        stack.call("publish_raw", task="work", kwargs=arguments, headers={"oficio_tenant": stack.schemas["beta"]})
        eventually(lambda: stack.log("worker").count("rejected:") >= 4)
    finally:
        stack.call("set_status", slug="beta", status="active")
    stack.call("enqueue", slug="beta", task="work", kwargs={"path": str(file), "word": "yes"})
    eventually(lambda: len(lines(file)) == 2)
    assert [line.split()[1] for line in lines(file)] == ["yes", "yes"]


# --- Valkey ----------------------------------------------------------------------------------
def test_valkey_killed_then_a_booking_commits_its_page_answers_and_its_mail_goes_out_later(stack: Stack) -> None:
    stack.start_web()
    stack.start_worker()
    stack.start_scheduler()
    assert stack.request("/health/ready")[0] == 200
    stack.kill("valkey")

    status, _, seconds = stack.request(FORGOTTEN, form=FORM)
    assert (status, seconds < 2.0) == (302, True)
    milliseconds = stack.call("book_and_tell", slug="alfa", key="valkey-1")["ms"]
    assert milliseconds < 700
    status, body, seconds = stack.request("/health/ready")
    assert (status, '"cache": "failed"' in body, '"database": "ok"' in body, seconds < 1.0) == (503, True, True, True)
    assert stack.mails("/valkey-1") == 0

    stack.start_valkey()
    eventually(lambda: stack.mails("/valkey-1") == 1, 45)
    eventually(lambda: stack.mails("/password/new/") == 1, 45)
    eventually(lambda: stack.request("/health/ready")[0] == 200)
    assert stack.call("outbox", slug="alfa")["valkey-1"] == "sent"
    assert stack.is_running("worker")
    assert stack.is_running("scheduler")


def test_valkey_hanging_costs_a_request_less_than_two_seconds(stack: Stack) -> None:
    stack.start_web()
    assert stack.request("/health/ready")[0] == 200
    stack.freeze("valkey")
    try:
        status, _, seconds = stack.request("/health/ready")
        assert (status, seconds < 1.0) == (503, True)
        status, _, seconds = stack.request(FORGOTTEN, form={"email": "nobody@example.com"})
        assert (status, seconds < 2.0) == (302, True)
        assert stack.call("book_and_tell", slug="alfa", key="frozen-1")["ms"] < 2000
    finally:
        stack.freeze("valkey", thaw=True)
    eventually(lambda: stack.request("/health/ready")[0] == 200)
    stack.start_worker()
    stack.start_scheduler()
    eventually(lambda: stack.mails("/frozen-1") == 1, 30)


# --- PostgreSQL --------------------------------------------------------------------------------
def test_postgres_stopped_then_pages_say_so_and_everything_recovers_without_a_restart(stack: Stack) -> None:
    stack.start_web()
    stack.start_worker()
    stack.start_scheduler()
    file = stack.new_file()
    assert stack.request("/sign-in/")[0] == 200
    eventually(lambda: "Scheduler started" in stack.log("scheduler"))
    stack.stop("postgres")

    eventually(lambda: stack.request("/sign-in/")[0] == 503, 3)  # once the host is no longer remembered
    status, body, seconds = stack.request("/sign-in/")
    assert (status, seconds < 2.0, "Traceback" in body) == (503, True, False)
    status, body, _ = stack.request("/api/v1/me/")
    assert (status, '"service_unavailable"' in body) == (503, True)
    status, body, seconds = stack.request("/health/ready")
    assert (status, '"database": "failed"' in body, seconds < 1.0) == (503, True, True)
    assert stack.request("/health/live")[0] == 200
    eventually(lambda: "The database is not reachable" in stack.log("scheduler"))
    meanwhile = stack.new_file()
    arguments = {"path": str(meanwhile), "word": "meanwhile"}
    stack.call("publish_raw", task="work", kwargs=arguments, headers={"oficio_tenant": stack.schemas["alfa"]})
    time.sleep(1.5)  # the worker has taken it by now, and found no database

    stack.start_postgres()
    eventually(lambda: stack.request("/health/ready")[0] == 200)
    eventually(lambda: stack.request("/sign-in/")[0] == 200)
    stack.call("schedule", slug="alfa", task="work", kwargs={"path": str(file), "word": "back"}, key="back")
    eventually(lambda: len(lines(file)) == 2, 40)
    eventually(lambda: len(lines(meanwhile)) == 2, 40)
    assert stack.is_running("worker")
    assert stack.is_running("scheduler")


def test_postgres_hanging_turns_readiness_red_within_a_second(stack: Stack) -> None:
    stack.start_web()
    assert stack.request("/health/ready")[0] == 200
    stack.freeze("postgres")
    try:
        for _ in range(3):
            status, body, seconds = stack.request("/health/ready")
            assert (status, '"database": "failed"' in body, seconds < 1.0) == (503, True, True)
        assert stack.request("/health/live")[0] == 200
    finally:
        stack.freeze("postgres", thaw=True)
    eventually(lambda: stack.request("/health/ready")[0] == 200)


# --- Workers and schedulers ----------------------------------------------------------------------
def test_worker_killed_in_the_middle_then_the_job_runs_again(stack: Stack) -> None:
    file = stack.new_file()
    stack.start_scheduler()
    stack.start_worker()
    stack.call("schedule", slug="alfa", task="work", kwargs={"path": str(file), "word": "slow", "seconds": 3})
    eventually(lambda: len(lines(file)) == 1)
    stack.kill("worker")
    assert [job["state"] for job in stack.call("jobs")] == ["running"]
    stack.start_worker()
    eventually(lambda: len(lines(file)) == 3, 30)
    assert [line.split()[0] for line in lines(file)] == ["begin", "begin", "end"]
    pids = {line.split()[2] for line in lines(file) if line.startswith("begin")}
    assert len(pids) == 2
    eventually(lambda: stack.call("jobs") == [])


def test_scheduler_killed_then_another_goes_on_and_each_job_runs_once(stack: Stack) -> None:
    file = stack.new_file()
    stack.start_worker()
    stack.start_scheduler()
    for number in range(20):
        arguments = {"path": str(file), "word": f"w{number}"}
        stack.call("schedule", slug="alfa", task="work", kwargs=arguments, seconds=number / 5)
    time.sleep(2)
    stack.kill("scheduler")
    time.sleep(1)
    stack.start_scheduler()
    eventually(lambda: stack.call("jobs") == [], 30)
    ended = sorted(line.split()[1] for line in lines(file) if line.startswith("end"))
    assert ended == sorted(f"w{number}" for number in range(20))


def test_scheduler_stops_cleanly_on_sigterm(stack: Stack) -> None:
    stack.start_scheduler()
    eventually(lambda: stack.log("scheduler").rstrip().endswith("Scheduler started  tenant=public"))
    started = time.monotonic()
    assert stack.stop("scheduler") == 0
    assert time.monotonic() - started < 2
    assert stack.log("scheduler").rstrip().splitlines()[-1].count("Scheduler stopped") == 1


def test_job_of_a_suspended_workspace_waits_for_its_return(stack: Stack) -> None:
    file = stack.new_file()
    stack.start_worker()
    stack.start_scheduler()
    stack.call("set_status", slug="beta", status="suspended")
    try:
        stack.call("schedule", slug="beta", task="work", kwargs={"path": str(file), "word": "later"}, key="paused")
        time.sleep(3)
        assert lines(file) == []
        (job,) = stack.call("jobs")
        assert (job["state"], job["attempts"]) == ("waiting", 0)
    finally:
        stack.call("set_status", slug="beta", status="active")
    stack.call("schedule", slug="beta", task="work", kwargs={"path": str(file), "word": "later"}, key="paused")
    eventually(lambda: len(lines(file)) == 2)


def test_failed_task_is_kept_with_its_error_for_another_try(stack: Stack) -> None:
    file = stack.new_file()
    stack.start_worker()
    stack.stop("scheduler")
    stack.call("enqueue", slug="alfa", task="explode", kwargs={"path": str(file)})
    (job,) = eventually(lambda: stack.call("jobs"))
    assert (job["state"], job["attempts"], job["last_error"]) == ("waiting", 1, "RuntimeError: on purpose")
    stack.start_scheduler()
    eventually(lambda: len(lines(file)) == 2, 30)
    assert re.search(r"explode failed", stack.log("worker"))
