"""A message for a worker, sent once the transaction is through.

What is to be done stands in rows and beat looks after them, so a message that is lost costs seconds and never work. Refuses
nothing: without Redis the person who acted notices nothing.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

log = logging.getLogger("aicoach.learning")

APPLY_TASK = "learning.apply_learning"


@dataclass(frozen=True, slots=True)
class Message:
    """A task, now or from a moment on. `args` are what JSON can hold."""

    task: str
    at: datetime | None = None
    args: tuple[Any, ...] = ()

    def __call__(self) -> None:
        try:
            current_app.send_task(self.task, args=self.args, eta=self.at, ignore_result=True)
        except (OperationalError, OSError) as error:
            log.warning("worker_not_woken task=%s error=%s", self.task, type(error).__name__)


def wake(task: str, *args: Any, at: datetime | None = None) -> None:
    """Tell a worker after the commit; many wishes of one transaction make one message."""
    message = Message(task, at, args)
    if all(waiting[1] != message for waiting in connection.run_on_commit):
        transaction.on_commit(message)


def wake_apply() -> None:
    """Something was approved: apply it now and not with the next beat."""
    wake(APPLY_TASK)
