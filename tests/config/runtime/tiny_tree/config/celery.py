"""Stands in for the product's Celery application."""

import os

from celery import Celery

app = Celery("tiny", broker=os.environ["REDIS_URL"])
