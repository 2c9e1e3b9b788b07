"""An answer as a piece of work for the marker: claimed with a lease, marked, or given back.

Every function is one short transaction as the system, so no connection is held while a model speaks. A claim is one conditional
update that raises the delivery counter before any work; marks are written only by who still holds the claim. After three
deliveries an answer goes to a person, unmarked but never lost.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from learning.updates import short_step
from planning.exam_models import QuestionVersion
from planning.marking.marks import Mark, Task
from planning.marking.reading import task_of
from planning.practice_models import Attempt, AttemptedQuestion

LEASE = timedelta(minutes=4)  # above the longest a model may take: two answers at its total deadline
MAX_DELIVERIES = 3
PAUSE = timedelta(seconds=5)  # before the next delivery, times the deliveries so far
MOST_SWEPT = 50  # attempts told of at a time

State = AttemptedQuestion.State
WRITTEN = Q(state=State.PENDING, version__kind=QuestionVersion.Kind.WRITTEN)

log = logging.getLogger("aicoach.marking")


@dataclass(frozen=True, slots=True)
class Held:
    """An answer that this worker has."""

    pk: UUID
    version_id: UUID
    student_id: UUID
    course_id: UUID | None
    claimed_at: datetime
    deliveries: int

    @property
    def is_last(self) -> bool:
        return self.deliveries >= MAX_DELIVERIES


def claim_next(attempt_id: UUID) -> Held | None:
    """The next answer of an attempt that waits for a marker; None when there is none to be had."""
    with short_step():
        now = timezone.now()
        waiting = AttemptedQuestion.objects.filter(WRITTEN, free(now), attempt_id=attempt_id, deliveries__lt=MAX_DELIVERIES)
        for pk in waiting.order_by("position").values_list("pk", flat=True):
            rows = AttemptedQuestion.objects.filter(free(now), pk=pk, state=State.PENDING, deliveries__lt=MAX_DELIVERIES)
            if rows.update(claimed_at=now, deliveries=F("deliveries") + 1):
                return _held(pk, now)
    return None


def free(now: datetime) -> Q:
    """Answers that no marker holds."""
    return Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE)


def _held(pk: UUID, now: datetime) -> Held:
    row = AttemptedQuestion.objects.get(pk=pk)
    return Held(pk, row.version_id, row.student_id, row.course_id, now, row.deliveries)


def read(held: Held) -> Task:
    """What is to be marked, apart from the claim: what cannot be read counts as a delivery."""
    with short_step():
        return task_of(AttemptedQuestion.objects.select_related("version").get(pk=held.pk))


def save(held: Held, mark: Mark) -> bool:
    """Write the marks, in the caller's transaction; False when somebody else has done so or holds it now."""
    mine = AttemptedQuestion.objects.filter(pk=held.pk, state=State.PENDING, claimed_at=held.claimed_at)
    saved = mine.update(
        state=State.MARKED,
        marks_awarded=mark.awarded,
        marking_feedback=mark.as_feedback(),
        confidence_score=mark.confidence,
        needs_review=mark.needs_review,
        error="",
    )
    return bool(saved)


def give_back(held: Held, error: BaseException) -> None:
    """This delivery failed: another one follows after a pause."""
    with short_step():
        mine = AttemptedQuestion.objects.filter(pk=held.pk, state=State.PENDING, claimed_at=held.claimed_at)
        again = timezone.now() - LEASE + PAUSE * held.deliveries
        mine.update(error=type(error).__name__, claimed_at=again)


@contextmanager
def let_go(held: Held) -> Iterator[None]:
    """When this process is told to stop, another one goes on at once."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        with short_step():
            mine = AttemptedQuestion.objects.filter(pk=held.pk, state=State.PENDING, claimed_at=held.claimed_at)
            mine.update(claimed_at=None, deliveries=F("deliveries") - 1)
        raise


def exhausted(attempt_id: UUID) -> list[UUID]:
    """Answers whose last delivery has ended without marks."""
    with short_step():
        rows = AttemptedQuestion.objects.filter(WRITTEN, free(timezone.now()), attempt_id=attempt_id)
        return list(rows.filter(deliveries__gte=MAX_DELIVERIES).values_list("pk", flat=True))


def hand_to_a_person(pk: UUID, mark: Mark) -> None:
    """No marks but a place in the marking queue."""
    with short_step():
        AttemptedQuestion.objects.filter(pk=pk, state=State.PENDING, deliveries__gte=MAX_DELIVERIES).update(
            state=State.MARKED,
            marks_awarded=mark.awarded,
            marking_feedback=mark.as_feedback(),
            confidence_score=mark.confidence,
            needs_review=True,
        )


def waiting_attempts() -> list[UUID]:
    """Attempts with answers that no marker holds, the oldest first."""
    with short_step():
        rows = AttemptedQuestion.objects.filter(WRITTEN, free(timezone.now()), attempt__status=Attempt.Status.SUBMITTED)
        rows = rows.filter(attempt__submitted_at__lt=Now() - timedelta(seconds=5))
        ids = rows.order_by("attempt__submitted_at").values_list("attempt_id", flat=True)
        return list(dict.fromkeys(ids[: MOST_SWEPT * 4]))[:MOST_SWEPT]
