from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from shared_apps.jobs.models import ScheduledJob
from tenant_apps.notifications import services
from tenant_apps.notifications.domain import ATTACHMENTS_BYTES, Attachment, Recipient
from tenant_apps.notifications.enums import OutboxStatus
from tenant_apps.notifications.errors import AddressUnusable, AttachmentsTooLarge
from tenant_apps.notifications.models import OutboxMessage
from tenants.context import TenantSnapshot, public_context, tenant_context
from tests.tenant_apps.notifications.conftest import ANA, CONTEXT

Queue = Callable[..., OutboxMessage]


def jobs() -> list[tuple[str, str | None]]:
    with public_context():
        return list(ScheduledJob.objects.values_list("tenant_schema", "dedupe_key"))


def test_queue_writes_the_message_and_the_job_that_sees_to_it(in_tenant: TenantSnapshot, queue_reset: Queue) -> None:
    message = queue_reset()
    assert (message.status, message.recipient_email, message.language) == (OutboxStatus.PENDING, ANA.email, "en")
    assert message.subject == "Set a new password for Clínica Alfa"
    assert CONTEXT["url"] in message.body_text
    assert CONTEXT["url"] in message.body_html
    assert jobs() == [(in_tenant.schema, f"outbox:{message.pk}")]
    with public_context():
        due_in = ScheduledJob.objects.get().run_at - timezone.now()
    assert timedelta(seconds=50) < due_in <= timedelta(seconds=60)


def test_queue_rolled_back_leaves_nothing(
    in_tenant: TenantSnapshot, queue_reset: Queue, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            queue_reset()
            _ = 1 / 0
    assert (OutboxMessage.objects.count(), jobs(), callbacks) == (0, [], [])


def test_queue_enqueues_delivery_on_commit(
    in_tenant: TenantSnapshot, queue_reset: Queue, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        queue_reset()
    assert len(callbacks) == 1


def test_queue_the_same_fact_again_returns_the_first_message(
    in_tenant: TenantSnapshot, queue_reset: Queue, django_capture_on_commit_callbacks: Any
) -> None:
    first = queue_reset()
    with django_capture_on_commit_callbacks() as callbacks:
        assert queue_reset(context={**CONTEXT, "name": "Other"}).pk == first.pk
    assert (OutboxMessage.objects.count(), len(jobs()), callbacks) == (1, 1, [])


def test_queue_the_same_fact_to_two_people_are_two_messages(in_tenant: TenantSnapshot, queue_reset: Queue) -> None:
    queue_reset()
    queue_reset(recipient=Recipient(name="Bo", email="bo@example.com"))
    assert OutboxMessage.objects.count() == 2


def test_queue_keeps_tenants_apart(tenant: TenantSnapshot, other_tenant: TenantSnapshot, queue_reset: Queue) -> None:
    for snapshot in (tenant, other_tenant):
        with tenant_context(snapshot):
            message = queue_reset()
            assert snapshot.name in message.subject
            assert OutboxMessage.objects.count() == 1
    assert len(jobs()) == 2


def test_queue_takes_the_language_of_the_workspace_when_the_person_has_none(
    in_tenant: TenantSnapshot, queue_reset: Queue
) -> None:
    assert queue_reset(recipient=Recipient(name="Ana", email="ana@example.com")).language == "es"


@pytest.mark.parametrize(
    "address",
    ["", "ana", "ana@", "a@b\nBcc: x@y.z", "ana@example.com\r\nBcc: x@y.z", "a" * 300 + "@example.com", "a\x00@b.cl"],
)
def test_queue_refuses_what_is_not_an_address(in_tenant: TenantSnapshot, queue_reset: Queue, address: str) -> None:
    with pytest.raises(AddressUnusable):
        queue_reset(recipient=Recipient(name="Ana", email=address))
    assert OutboxMessage.objects.count() == 0


def test_queue_refuses_attachments_that_mail_servers_would_refuse(
    in_tenant: TenantSnapshot, queue_reset: Queue
) -> None:
    half = Attachment("a.bin", "application/octet-stream", b"x" * (ATTACHMENTS_BYTES // 2 + 1))
    with pytest.raises(AttachmentsTooLarge):
        queue_reset(attachments=[half, half])
    assert OutboxMessage.objects.count() == 0


def test_queue_names_with_markup_and_line_breaks_are_harmless(in_tenant: TenantSnapshot, queue_reset: Queue) -> None:
    name = "Ana <script>alert(1)</script>\r\nBcc: all@example.com & ‮evil\u2028x"
    message = queue_reset(recipient=Recipient(name=name, email=ANA.email), context={**CONTEXT, "name": name})
    assert "<script>" not in message.body_html
    assert "&lt;script&gt;" in message.body_html
    assert "<script>" in message.body_text  # plain text is not escaped
    assert not {"\r", "\n", "\u2028"} & set(message.recipient_name)
    assert len(message.recipient_name) <= 120


def test_queue_a_workspace_name_with_a_line_break_stays_one_subject_line(
    in_tenant: TenantSnapshot, queue_reset: Queue
) -> None:
    import dataclasses

    with tenant_context(dataclasses.replace(in_tenant, name="A\r\nBcc: x@y.z " + "n" * 300)):
        subject = queue_reset().subject
    assert "\n" not in subject
    assert "\r" not in subject
    assert len(subject) == 200


def test_accounts_sends_its_password_reset_through_the_outbox(in_tenant: TenantSnapshot) -> None:
    from shared_apps.accounts import services as accounts

    accounts.create_user(email="owner@example.com", name="Olga", password="una-clave-larga-7", role="owner")
    accounts.request_password_reset(email="owner@example.com", now=timezone.now())
    message = OutboxMessage.objects.get()
    assert (message.event, message.recipient_email) == ("password_reset", "owner@example.com")
    assert "http://alfa.localhost/" in message.body_text


def test_queries_of_queueing(in_tenant: TenantSnapshot, queue_reset: Queue, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(10):  # two savepoints, branding, look-up twice, insert, job
        queue_reset()


def test_services_face() -> None:
    assert set(services.__all__) == {"deliver_email", "queue_email"}


def test_the_password_reset_names_the_life_of_its_link(
    in_tenant: TenantSnapshot, queue_reset: Queue, settings: Any
) -> None:
    message = queue_reset()
    assert settings.PASSWORD_RESET_TIMEOUT == 2 * 60 * 60
    assert "for two hours" in message.body_text
    assert "for two hours" in message.body_html
