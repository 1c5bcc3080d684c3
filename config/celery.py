"""The Celery application. Tasks run through shared_apps.jobs.tasks.TenantTask."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

app = Celery("oficio")
app.config_from_object("config.settings.celery")
app.autodiscover_tasks()
