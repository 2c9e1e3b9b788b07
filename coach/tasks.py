"""What the worker does for the coach: finish what a browser or a process left behind."""

import asyncio
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from coach import calibrating, interrupting, linking, picking_up, teaching, telling
from coach.answering import answer_now
from coach.labs import judging, offering
from coach.remembering import remember_settled


@shared_task(name="coach.sweep_turns", ignore_result=True)
def sweep_turns() -> None:
    """Close answers whose writer is gone, and answer questions whose page went away."""
    with acting_as(SYSTEM):
        interrupting.close_stale(timezone.now())
        waiting = interrupting.unclaimed(timezone.now())
    for query_id in waiting:
        asyncio.run(answer_now(query_id, SYSTEM))
    remember_settled()


@shared_task(name="coach.link_escalations", ignore_result=True, soft_time_limit=120, time_limit=150)
def link_escalations() -> None:
    """Find out which questions at the desk mean the same."""
    linking.link_new()


@shared_task(name="coach.tell_learners", ignore_result=True, soft_time_limit=240, time_limit=270)
def tell_learners() -> None:
    """Send the mails about replies that are due."""
    telling.tell_learners()


@shared_task(name="coach.teach_replies", ignore_result=True)
def teach_replies() -> None:
    """Hand trainers' replies to the learning rooms, once they cannot be taken back any more."""
    teaching.teach_due(timezone.now())


@shared_task(name="coach.answer", ignore_result=True)
def answer(query_id: str) -> None:
    """Answer one question that nobody follows; does nothing when somebody has claimed it."""
    asyncio.run(answer_now(UUID(query_id), SYSTEM))


@shared_task(name="coach.recalibrate", ignore_result=True, soft_time_limit=240, time_limit=270)
def recalibrate() -> None:
    """Learn from new verdicts what each course's confidence is worth."""
    calibrating.recalibrate_all()


@shared_task(name="coach.pick_up", ignore_result=True)
def pick_up() -> None:
    """Put onto the desk what other conversations hand over, and tell them what became of it."""
    picking_up.pick_up()


@shared_task(name="coach.judge_labs", ignore_result=True, soft_time_limit=120, time_limit=150)
def judge_labs() -> None:
    """Judge the labs in which something happened, and close the offers that nobody answered."""
    judging.judge_due()
    with acting_as(SYSTEM):
        offering.settle_old(timezone.now())
