"""What a message is made of, and when a failed one is tried again; plain Python."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import formataddr
from typing import Final

from .errors import AttachmentsTooLarge

SUBJECT_LENGTH: Final = 200
ADDRESS_LENGTH: Final = 254
NAME_LENGTH: Final = 120
ATTACHMENTS_BYTES: Final = 8 * 1024 * 1024
# About two days in all: a mail server that is down over a weekend night loses nothing.
RETRY_MINUTES: Final = (1, 5, 15, 60, 180, 360, 720, 1440)
# Longer than any delivery can take: one that is still being sent after this has died.
SENDING_LIMIT: Final = timedelta(minutes=5)
SAFETY_NET_DELAY: Final = timedelta(minutes=1)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a message is for. Shapes: language "es" or "en"; empty takes the workspace's."""

    name: str
    email: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes along. Shapes: content_type like "text/calendar; method=PUBLISH"."""

    name: str
    content_type: str
    content: bytes


def one_line(text: str, limit: int) -> str:
    """Return a text fit for a header: control characters and line breaks become spaces, which join, up to a length."""
    flat = " ".join(_CONTROL.sub(" ", text).split())
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def mailbox(person: Recipient) -> str:
    """Return name and address as a header holds them, in ASCII: "=?utf-8?q?Cl=C3=ADnica?= <owner@example.com>"."""
    return formataddr((one_line(person.name, NAME_LENGTH), person.email), charset="utf-8")


def retry_delay(attempts: int) -> timedelta | None:
    """Return how long to wait after the n-th failed attempt, or None when that was the last."""
    return timedelta(minutes=RETRY_MINUTES[attempts - 1]) if attempts <= len(RETRY_MINUTES) else None


def check_attachments(attachments: Sequence[Attachment]) -> None:
    """Raise AttachmentsTooLarge when mail servers would refuse the sum (10 MB once encoded)."""
    if sum(len(attachment.content) for attachment in attachments) > ATTACHMENTS_BYTES:
        raise AttachmentsTooLarge
