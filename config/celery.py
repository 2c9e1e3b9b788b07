"""Celery wakes workers; what is to be done stands in rows, so a lost message costs seconds, never work."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("aicoach")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
