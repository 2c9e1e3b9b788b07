"""Work in the background: plans keep up for those who stay away, what was deleted is cleared away, and exams end in time."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from learning.waking import Message
from planning.concepts import adding
from planning.learning_plans import adapting
from planning.marking.leases import waiting_attempts
from planning.marking.working import mark_attempt
from planning.plan_tasks import catch_up, improve
from planning.practice.submitting import MARK_TASK, close_overdue

__all__ = ["catch_up", "improve", "mark_waiting", "sweep_attempts", "sweep_marking"]


@shared_task(name="planning.adapt_plans", ignore_result=True)
def adapt_plans() -> None:
    """Lay out anew what learners left over; each plan once a day, by its learner's clock."""
    adapting.keep_all_up(timezone.now())


@shared_task(name="planning.clear_concepts", ignore_result=True)
def clear_concepts() -> None:
    """Delete for good what learners deleted a day ago."""
    with acting_as(SYSTEM):
        adding.clear_away(timezone.now())


@shared_task(name="planning.sweep_attempts", ignore_result=True)
def sweep_attempts() -> None:
    """Hand in attempts whose time is up and whose page was closed."""
    with acting_as(SYSTEM):
        close_overdue(timezone.now())


@shared_task(name=MARK_TASK, ignore_result=True)
def mark_waiting(attempt_id: str) -> None:
    """Mark what waits of an attempt; does nothing when somebody has it."""
    mark_attempt(UUID(attempt_id))


@shared_task(name="planning.sweep_marking", ignore_result=True)
def sweep_marking() -> None:
    """Tell workers again of answers that wait for a marker."""
    for attempt_id in waiting_attempts():
        Message(MARK_TASK, args=(str(attempt_id),))()
