"""Stopping an answer of the mentor, trying again, and closing what nobody is writing any more."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, Q, Value, When

from ai import writing
from mentor.models import Chat

STALE_AFTER = timedelta(seconds=30)  # without a saved word; a living answer saves each second
UNCLAIMED_AFTER = timedelta(seconds=10)  # a question whose page went away before the stream began
AT_ONCE = 50
Status = Chat.Status


def request_stop(chat: Chat) -> None:
    """The learner has read enough. Behind the learner's door; at once in this process, within a second in another."""
    rows = Chat.objects.filter(pk=chat.pk)
    if rows.filter(status=Status.ANSWERING).update(stop_requested=True):
        writing.stop(chat.pk)
    else:
        rows.filter(status=Status.PENDING).update(status=Status.FAILED)


def try_again(chat: Chat) -> bool:
    """Put a failed or interrupted chat back; False when there is nothing to repeat. Behind the learner's door."""
    rows = Chat.objects.filter(pk=chat.pk, status__in=[Status.FAILED, Status.INTERRUPTED])
    return rows.update(status=Status.PENDING, stop_requested=False) == 1


def close_stale(now: datetime) -> int:
    """Settle answers whose writer is gone; how many. Behind the system's door. The text that was saved stays."""
    stale = Chat.objects.filter(status=Status.ANSWERING, saved_at__lt=now - STALE_AFTER)
    return stale.update(status=Case(When(response="", then=Value("failed")), default=Value("interrupted")), finished_at=now)


def unclaimed(now: datetime) -> list[UUID]:
    """Chats that nobody has begun to answer. Behind the system's door."""
    waiting = Q(status=Status.PENDING, saved_at__lt=now - UNCLAIMED_AFTER, conversation__deleted_at=None)
    return list(Chat.objects.filter(waiting).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
