"""What the worker does for plans: catch up after missed days, and make improvement plans of marked attempts."""

import logging
from uuid import UUID

from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from planning.improve import making as improving
from planning.models import StudyPlan
from planning.study import keeping

log = logging.getLogger("aicoach.plans")


@shared_task(name="planning.catch_up", ignore_result=True)
def catch_up() -> None:
    """Make plans anew whose planned day passed undone, each in its own transaction; close those whose exam is over."""
    now = timezone.now()
    with acting_as(SYSTEM):
        waiting = keeping.behind(now)
    for plan_id in waiting:
        _caught_up(plan_id)


@shared_task(name="planning.improve", ignore_result=True)
def improve() -> None:
    """Make improvement plans of attempts that were marked, or whose marks a person changed."""
    with acting_as(SYSTEM):
        waiting = improving.waiting()
    for attempt_id in waiting:
        try:
            improving.ensure(attempt_id)
        except DatabaseError as error:
            log.warning("improvement_failed attempt=%s error=%s", attempt_id, type(error).__name__)


def _caught_up(plan_id: UUID) -> None:
    try:
        with acting_as(SYSTEM):
            plan = StudyPlan.objects.select_related("subject").filter(pk=plan_id).first()
            if plan:
                keeping.catch_up(plan, keeping.today_of(plan, timezone.now()))
    except DatabaseError as error:
        log.warning("plan_failed plan=%s error=%s", plan_id, type(error).__name__)
