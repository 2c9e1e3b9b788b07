"""Beat with the project's own schedule, but each task every second: `python -m tests.learning.quick_beat FILE`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

# ruff: noqa: E402  the schedule can be read once Django is set up
from config.celery import app

if __name__ == "__main__":
    for entry in app.conf.beat_schedule.values():
        entry["schedule"] = 1.0
    app.Beat(schedule=sys.argv[1], loglevel="ERROR", quiet=True).run()
