"""Gunicorn settings of `make run`: one worker with threads, which dies with its master."""

import signal
from typing import Any

from config.runtime.process import die_with_parent

workers = 1
worker_class = "gthread"
threads = 8
timeout = 60
graceful_timeout = 5
keepalive = 5
loglevel = "warning"
control_socket_disable = True
proc_name = "oficio-web"


def post_fork(_server: Any, worker: Any) -> None:
    """Bind the worker's life to its master's: a killed master cannot tell it to stop."""
    die_with_parent(signal.SIGKILL, parent=worker.ppid)
