"""The ASGI entry point: for sockets and server-sent events; pages run under WSGI."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

from django.core.asgi import get_asgi_application

import config.celery  # noqa: F401  (sets the current Celery application)

application = get_asgi_application()
