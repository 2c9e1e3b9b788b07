"""What the worker does for the mentor: finish what a browser or a process left behind, and clear away deleted threads."""

import asyncio
import logging
from uuid import UUID

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts.door import SYSTEM, acting_as
from mentor import interrupting, threads
from mentor.answering import answer_now
from mentor.remembering import remember_settled
from mentor.summarising import summarise_due

log = logging.getLogger("aicoach.mentor")


@shared_task(name="mentor.sweep_chats", ignore_result=True)
def sweep_chats() -> None:
    """Close answers whose writer is gone, and answer questions whose page went away."""
    with acting_as(SYSTEM):
        interrupting.close_stale(timezone.now())
        waiting = interrupting.unclaimed(timezone.now())
    for chat_id in waiting:
        asyncio.run(answer_now(chat_id, SYSTEM))
    remember_settled()


@shared_task(name="mentor.sum_up", ignore_result=True)
def sum_up() -> None:
    """Have a model write the notes of a long thread, one at a time, so that nothing else waits long."""
    summarise_due()


@shared_task(name="mentor.clear_threads", ignore_result=True)
def clear_threads() -> None:
    """Delete for good what learners deleted a day ago."""
    with acting_as(SYSTEM):
        threads.clear_away(timezone.now())


@shared_task(name="mentor.answer", ignore_result=True)
def answer(chat_id: str) -> None:
    """Answer one chat that nobody follows; does nothing when somebody has claimed it."""
    asyncio.run(answer_now(UUID(chat_id), SYSTEM))


def wake_worker(chat_id: UUID, *, after: float = 0.0) -> None:
    """Once this transaction is through, have a worker answer in `after` seconds. A sweeper comes by while Redis is away."""
    transaction.on_commit(lambda: _send(chat_id, after))


def _send(chat_id: UUID, after: float) -> None:
    try:
        answer.apply_async(args=(str(chat_id),), countdown=after)
    except OperationalError as error:
        log.warning("worker_not_woken chat=%s error=%s", chat_id, type(error).__name__)
