import email
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.policy import default as policy
from typing import Any

import pytest
from django.core import mail
from django.db import connection

from shared_apps.jobs.models import ScheduledJob
from shared_apps.jobs.tasks import run_scheduled_job
from tenant_apps.notifications import selectors, services
from tenant_apps.notifications.domain import RETRY_MINUTES, SENDING_LIMIT, Attachment, Recipient
from tenant_apps.notifications.enums import TRANSITIONS, OutboxStatus
from tenant_apps.notifications.models import OutboxMessage
from tenants.context import TenantSnapshot, public_context, tenant_context
from tests.tenant_apps.notifications.smtp import HANG_UP, MailServer

Queue = Callable[..., OutboxMessage]
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def deliver(message: OutboxMessage, now: datetime = NOW) -> OutboxStatus:
    status = services.deliver_email(message_id=message.pk, now=now)
    message.refresh_from_db()
    assert message.status == status
    return status


def job_due() -> list[datetime]:
    with public_context():
        return list(ScheduledJob.objects.values_list("run_at", flat=True))


def readable(header: str) -> str:
    return str(make_header(decode_header(header)))


def test_deliver_sends_once_and_releases_the_job(in_tenant: TenantSnapshot, queue_reset: Queue) -> None:
    message = queue_reset()
    assert deliver(message) == OutboxStatus.SENT
    assert deliver(message, NOW + timedelta(days=1)) == OutboxStatus.SENT
    assert (message.sent_at, message.attempts, message.last_error) == (NOW, 1, "")
    assert job_due() == []
    (sent,) = mail.outbox
    assert readable(sent.to[0]) == "Ana Núñez <ana@example.com>"
    assert readable(sent.from_email) == "Clínica Alfa <no-reply@localhost>"


def test_deliver_over_smtp_carries_every_part(in_tenant: TenantSnapshot, queue_reset: Queue, smtp: MailServer) -> None:
    calendar = b"BEGIN:VCALENDAR\r\nSUMMARY:Ni\xc3\xb1o\r\nEND:VCALENDAR\r\n"
    message = queue_reset(attachments=[Attachment("cita.ics", "text/calendar; method=PUBLISH", calendar)])
    assert deliver(message) == OutboxStatus.SENT
    (raw,) = smtp.received
    parsed = email.message_from_bytes(raw, policy=policy)
    assert parsed["Subject"] == "Set a new password for Clínica Alfa"
    assert parsed["To"] == "Ana Núñez <ana@example.com>"
    assert parsed["From"] == "Clínica Alfa <no-reply@localhost>"
    assert parsed["Message-ID"] == f"<{message.reference}@localhost>"
    assert parsed["Auto-Submitted"] == "auto-generated"
    kinds = [part.get_content_type() for part in parsed.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    (attached,) = parsed.iter_attachments()
    assert attached.get_filename() == "cita.ics"
    assert attached["Content-Type"].params["method"] == "PUBLISH"
    assert "SUMMARY:Niño" in attached.get_content()


@pytest.mark.parametrize(
    ("verb", "answer", "status"),
    [
        ("MAIL", "451 later", OutboxStatus.PENDING),
        ("RCPT", "450 mailbox busy", OutboxStatus.PENDING),
        ("RCPT", "550 no such user", OutboxStatus.FAILED),
        ("DATA", "421 too many", OutboxStatus.PENDING),
        (".", "452 full", OutboxStatus.PENDING),
        (".", "554 spam", OutboxStatus.FAILED),
        (".", HANG_UP, OutboxStatus.UNCERTAIN),
    ],
)
def test_deliver_believes_what_the_server_says(
    in_tenant: TenantSnapshot, queue_reset: Queue, smtp: MailServer, verb: str, answer: str, status: OutboxStatus
) -> None:
    smtp.answers[verb] = answer
    message = queue_reset()
    assert deliver(message) == status
    assert message.last_error
    assert smtp.received == []
    is_over = status != OutboxStatus.PENDING
    assert job_due() == ([] if is_over else [NOW + timedelta(minutes=1)])
    assert list(selectors.list_undelivered()) == ([message] if is_over else [])


def test_deliver_with_no_server_tries_later_then_sends(
    in_tenant: TenantSnapshot, queue_reset: Queue, smtp: MailServer, settings: Any
) -> None:
    settings.EMAIL_PORT = 1  # nobody listens there
    message = queue_reset()
    assert deliver(message) == OutboxStatus.PENDING
    assert deliver(message, NOW + timedelta(seconds=59)) == OutboxStatus.PENDING  # not due yet: not tried
    assert message.attempts == 1
    settings.EMAIL_PORT = smtp.port
    assert deliver(message, NOW + timedelta(minutes=1)) == OutboxStatus.SENT
    assert (len(smtp.received), message.attempts, job_due()) == (1, 2, [])


def test_deliver_gives_up_in_the_end(in_tenant: TenantSnapshot, queue_reset: Queue, smtp: MailServer) -> None:
    smtp.answers["MAIL"] = "451 later"
    message = queue_reset()
    now, tries = NOW, 0
    while deliver(message, now) == OutboxStatus.PENDING:
        assert message.next_attempt_at is not None
        assert job_due() == [message.next_attempt_at]
        now, tries = message.next_attempt_at, tries + 1
    assert (message.status, tries) == (OutboxStatus.FAILED, len(RETRY_MINUTES))
    assert job_due() == []


def test_message_whose_sender_died_is_uncertain_and_never_sent_again(
    in_tenant: TenantSnapshot, queue_reset: Queue
) -> None:
    message = queue_reset()
    OutboxMessage.objects.update(status=OutboxStatus.SENDING, claimed_at=NOW, attempts=1)
    almost = NOW + SENDING_LIMIT - timedelta(seconds=1)
    assert deliver(message, almost) == OutboxStatus.SENDING  # it may still be at it
    assert job_due() == [NOW + SENDING_LIMIT]
    assert deliver(message, NOW + SENDING_LIMIT) == OutboxStatus.UNCERTAIN
    assert deliver(message, NOW + timedelta(days=9)) == OutboxStatus.UNCERTAIN
    assert (mail.outbox, job_due()) == ([], [])


def test_message_whose_task_was_never_published_is_sent_by_its_job(
    in_tenant: TenantSnapshot, queue_reset: Queue
) -> None:
    message = queue_reset()  # the test's transaction never commits: as if the process had died right after it
    with public_context():
        ScheduledJob.objects.update(state="handed_over", leased_until=NOW)
        run_scheduled_job(job_id=ScheduledJob.objects.get().pk)
    message.refresh_from_db()
    assert (message.status, len(mail.outbox), job_due()) == (OutboxStatus.SENT, 1, [])


def test_message_postponed_by_its_own_job_keeps_that_job(
    in_tenant: TenantSnapshot, queue_reset: Queue, smtp: MailServer
) -> None:
    smtp.answers["MAIL"] = "451 later"
    message = queue_reset()
    with public_context():
        ScheduledJob.objects.update(state="handed_over", leased_until=NOW)
        run_scheduled_job(job_id=ScheduledJob.objects.get().pk)
    message.refresh_from_db()
    assert message.status == OutboxStatus.PENDING
    assert job_due() == [message.next_attempt_at]


@pytest.mark.usefixtures("committed_db")
def test_two_workers_at_once_send_once(tenant: TenantSnapshot, queue_reset: Queue) -> None:
    with tenant_context(tenant):
        message = queue_reset()
    start = threading.Barrier(4)

    def work() -> None:
        with tenant_context(tenant):
            start.wait()
            services.deliver_email(message_id=message.pk, now=NOW)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with tenant_context(tenant):
        message.refresh_from_db()
    assert (message.status, message.attempts, len(mail.outbox)) == (OutboxStatus.SENT, 1, 1)


def test_header_injection_reaches_no_header(in_tenant: TenantSnapshot, queue_reset: Queue, smtp: MailServer) -> None:
    evil = "x\r\nBcc: all@example.com"
    message = queue_reset(recipient=Recipient(name=evil, email="ana@example.com"))
    OutboxMessage.objects.update(subject="one\nBcc: all@example.com")  # as if something had slipped by
    assert deliver(message) == OutboxStatus.FAILED
    OutboxMessage.objects.update(subject="one", status=OutboxStatus.PENDING)
    assert deliver(message) == OutboxStatus.SENT
    parsed = email.message_from_bytes(smtp.received[0], policy=policy)
    assert parsed["Bcc"] is None
    assert parsed["To"].addresses[0].addr_spec == "ana@example.com"


@pytest.mark.parametrize(("before", "after"), list(itertools.product(OutboxStatus, repeat=2)))
def test_only_listed_transitions_happen(before: OutboxStatus, after: OutboxStatus) -> None:
    allowed = {
        ("pending", "sending"),
        ("sending", "sent"),
        ("sending", "pending"),
        ("sending", "failed"),
        ("sending", "uncertain"),
    }
    assert (after in TRANSITIONS[before]) is ((before, after) in allowed)
