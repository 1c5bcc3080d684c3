"""Stands in for the product's WSGI application: alive, and tells which process serves."""

import json
import os


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    shown = ("OFICIO_PORT", "OFICIO_BASE_HOST", "DJANGO_SETTINGS_MODULE", "OFICIO_DATA_DIR", "REDIS_URL", "SECRET_KEY")
    return [json.dumps({"pid": os.getpid(), **{name: os.environ[name] for name in shown}}).encode()]
