"""Work in the background: plans keep up for those who stay away, what was deleted is cleared away, and exams end in time."""

from celery import shared_task
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from planning.concepts import adding
from planning.learning_plans import adapting
from planning.plan_tasks import catch_up, improve
from planning.practice.submitting import close_overdue

__all__ = ["catch_up", "improve", "sweep_attempts"]


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
