"""Celery's own settings: late acknowledgement, so that a dead worker loses nothing."""

from . import environment

broker_url = environment.text("CELERY_BROKER_URL", environment.text("REDIS_URL", "redis://localhost:6379/0"))
result_backend = None
task_ignore_result = True
task_acks_late = True
task_reject_on_worker_lost = True
worker_prefetch_multiplier = 1
task_default_queue = "oficio"
task_serializer = "json"
accept_content = ["json"]
task_time_limit = 600
task_soft_time_limit = 540
timezone = "UTC"
enable_utc = True
worker_hijack_root_logger = False
worker_cancel_long_running_tasks_on_connection_loss = False
broker_connection_retry_on_startup = True
# A message whose worker died comes back after this long; the scheduled-job lease is shorter still.
broker_transport_options = {
    "visibility_timeout": environment.integer("JOBS_VISIBILITY_TIMEOUT_SECONDS", 900),
    "socket_timeout": 5,
    "socket_connect_timeout": 0.5,
    "retry_on_timeout": True,
}
# Publishing gives up fast: a request never waits for a dead broker (the job is then kept as a row).
task_publish_retry = False
# Celery alone would close the database connection after every task; ContextTask closes it when it is time.
CELERY_DB_REUSE_MAX = 1_000_000
