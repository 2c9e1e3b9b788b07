"""Having a worker answer a question that no stream follows. Costs the learner nothing while Redis is away: a sweeper comes by."""

import logging
from uuid import UUID

from django.db import transaction
from kombu.exceptions import OperationalError

from coach.tasks import answer

log = logging.getLogger("aicoach.coach")


def wake_worker(query_id: UUID, *, after: float = 0.0) -> None:
    """Once this transaction is through, have a worker answer in `after` seconds, unless somebody follows it by then."""
    transaction.on_commit(lambda: _send(query_id, after))


def _send(query_id: UUID, after: float) -> None:
    try:
        answer.apply_async(args=(str(query_id),), countdown=after)
    except OperationalError as error:
        log.warning("worker_not_woken query=%s error=%s", query_id, type(error).__name__)
