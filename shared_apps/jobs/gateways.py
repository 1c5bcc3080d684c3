"""The broker: publishes task messages, and gives up in less than half a second."""

import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Final

from amqp.exceptions import ChannelError
from celery import current_app
from kombu import pools
from kombu.exceptions import LimitExceeded, OperationalError
from redis.exceptions import RedisError

from .errors import BrokerDown

TENANT_HEADER: Final = "oficio_tenant"
REQUEST_HEADER: Final = "oficio_request"
BATCH_SIZE: Final = 100
# Connecting and the first answer each get their own part of the half second.
PUBLISH_OPTIONS: Final = {
    "socket_connect_timeout": 0.2,
    "socket_timeout": 0.25,
    "retry_on_timeout": False,
    "max_retries": 0,  # kombu alone would go on connecting for seconds
}
REST_SECONDS: Final = 3.0
BROKER_ERRORS: Final = (OperationalError, LimitExceeded, RedisError, OSError)


@dataclass(frozen=True, slots=True)
class TaskMessage:
    """One call of a task. Shapes: schema is None for a task that runs in public; kwargs is JSON."""

    task: str
    kwargs: dict[str, Any]
    schema: str | None
    request_id: str = ""
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        headers = {REQUEST_HEADER: self.request_id}
        if self.schema is not None:
            headers[TENANT_HEADER] = self.schema
        object.__setattr__(self, "headers", headers)


class _Rest:
    """After a failure the broker is left alone for a moment, so that ten messages do not wait ten times."""

    def __init__(self) -> None:
        self._until = 0.0
        self._lock = threading.Lock()

    def is_on(self) -> bool:
        with self._lock:
            return time.monotonic() < self._until

    def begin(self) -> None:
        with self._lock:
            self._until = time.monotonic() + REST_SECONDS

    def end(self) -> None:
        with self._lock:
            self._until = 0.0


rest: Final = _Rest()


def publish(messages: Sequence[TaskMessage], *, patient: bool = False) -> None:
    """Hand messages to the broker, pipelined over one connection of a pool.

    Raises BrokerDown within half a second when it is gone or hangs, and at once during the seconds after such a
    failure unless patient. Part of the messages may then have been delivered: tasks must bear being run twice.
    """
    if rest.is_on() and not patient:
        raise BrokerDown("It failed a moment ago.")
    started = time.monotonic()
    for is_last in (False, True):
        try:
            _send(messages)
        except BROKER_ERRORS as error:
            # A restarted broker leaves dead connections in the pool; one more try takes a fresh one.
            if is_last or time.monotonic() - started > 0.1:
                rest.begin()
                raise BrokerDown(f"{type(error).__name__}: {error}") from error
        else:
            rest.end()
            return


def count_queued() -> int:
    """Return how many messages wait for a worker. Raises BrokerDown."""
    connection = current_app.connection_for_write(transport_options=PUBLISH_OPTIONS)
    queue = current_app.conf.task_default_queue
    try:
        with pools.producers[connection].acquire(block=True, timeout=0.3) as producer:
            return int(producer.channel.queue_declare(queue, passive=True).message_count)
    except ChannelError:  # nothing was ever published, or all was taken: an empty list does not exist
        return 0
    except BROKER_ERRORS as error:
        raise BrokerDown(f"{type(error).__name__}: {error}") from error


def _send(messages: Sequence[TaskMessage]) -> None:
    connection = current_app.connection_for_write(transport_options=PUBLISH_OPTIONS)
    with pools.producers[connection].acquire(block=True, timeout=0.3) as producer, ExitStack() as stack:
        if len(messages) > 1:
            stack.enter_context(producer.batch(max_size=BATCH_SIZE))
        for message in messages:
            current_app.send_task(
                message.task,
                kwargs=message.kwargs,
                headers=message.headers,
                producer=producer,
                ignore_result=True,
                add_to_parent=False,
            )
