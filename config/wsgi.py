"""The WSGI entry point: every page and the REST API."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

from django.core.wsgi import get_wsgi_application

import config.celery  # noqa: F401  (sets the current Celery application)

application = get_wsgi_application()
