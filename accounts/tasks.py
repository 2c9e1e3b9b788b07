"""Upkeep of people's rows."""

from celery import shared_task
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import Session


@shared_task(name="accounts.clear_sessions", soft_time_limit=60, time_limit=90)
def clear_sessions() -> None:
    """Delete sessions that have ended."""
    with acting_as(SYSTEM):
        Session.objects.filter(expire_date__lt=timezone.now()).delete()
