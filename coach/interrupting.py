"""Stopping an answer, trying again, and closing what nobody is writing any more."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from ai import writing
from coach.models import ConversationHistory, Query, Response

STALE_AFTER = timedelta(seconds=30)  # without a saved word; a living answer saves each second
UNCLAIMED_AFTER = timedelta(seconds=10)  # a question whose page went away before the stream began


def request_stop(query: Query) -> None:
    """The learner has read enough. Behind the learner's door; at once in this process, within a second in another."""
    stopped = Query.objects.filter(pk=query.pk, status=Query.Status.ANSWERING).update(stop_requested=True)
    if stopped:
        writing.stop(query.pk)
    if not stopped:
        Query.objects.filter(pk=query.pk, status=Query.Status.PENDING).update(
            status=Query.Status.FAILED, updated_at=timezone.now()
        )


def try_again(query: Query) -> bool:
    """Put a failed or interrupted question back; False when there is nothing to repeat. Behind the learner's door."""
    again = Query.objects.filter(pk=query.pk).filter(
        Q(status=Query.Status.FAILED)
        | Q(status=Query.Status.ANSWERED, response__state__in=[Response.State.INTERRUPTED, Response.State.FAILED])
    )
    return bool(again.values_list("pk", flat=True) and Query.objects.filter(pk=query.pk).update(
        status=Query.Status.PENDING, stop_requested=False, updated_at=timezone.now()
    ))  # fmt: skip


def close_stale(now: datetime) -> int:
    """Settle answers whose writer is gone; how many. Behind the system's door. The text that was saved stays."""
    silent = Q(response__saved_at__lt=now - STALE_AFTER) | Q(response=None, claimed_at__lt=now - STALE_AFTER)
    stale = list(Query.objects.filter(silent, status=Query.Status.ANSWERING).select_related("response")[:200])
    return sum(_close(query, now) for query in stale)


def _close(query: Query, now: datetime) -> bool:
    response: Response | None = getattr(query, "response", None)
    has_text = bool(response and response.answer.strip())
    status = Query.Status.ANSWERED if has_text else Query.Status.FAILED
    if not Query.objects.filter(pk=query.pk, status=Query.Status.ANSWERING).update(status=status, updated_at=now):
        return False
    if response:
        state = Response.State.INTERRUPTED if has_text else Response.State.FAILED
        Response.objects.filter(pk=response.pk, state=Response.State.STREAMING).update(state=state, finished_at=now)
        ConversationHistory.objects.create(learner_id=query.learner_id, course_id=query.course_id, query=query, response=response)
    return True


def unclaimed(now: datetime) -> list[UUID]:
    """Questions that nobody has begun to answer. Behind the system's door."""
    waiting = Query.objects.filter(status=Query.Status.PENDING, updated_at__lt=now - UNCLAIMED_AFTER)
    return list(waiting.order_by("created_at").values_list("pk", flat=True)[:50])
