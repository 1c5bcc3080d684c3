"""The sole writers of the outbox: queueing with the fact, delivery by a worker."""

from .delivery import deliver_email
from .queueing import queue_email

__all__ = ["deliver_email", "queue_email"]
