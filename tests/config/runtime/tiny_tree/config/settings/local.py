"""Stands in for the product's settings: Celery asks Django to set itself up."""

import os

SECRET_KEY = os.environ["SECRET_KEY"]
USE_TZ = True
