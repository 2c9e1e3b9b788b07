"""The life of a content update as a row: asked for, claimed with a lease, kept alive, finished or set aside.

Every function is one short transaction as the system; afterwards this thread's connection is back in the pool, so none is
held while a model works. Refuses to let two workers build one course: a claim is one conditional update, and every later
write of a worker repeats the condition that the lease is still its own.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from celery import current_app
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Max, OuterRef, Q, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from accounts.door import SYSTEM, Actor, acting_as
from courses.models import Course
from learning.models import ContentChunk, ContentUpdate

RUN_TASK = "learning.run_content_update"
LEASE = timedelta(seconds=45)  # above the longest silence of a worker: one remote batch with all its tries, 30 s
LONG_LEASE = timedelta(minutes=3)  # for the one long statement, which weighs the words of a whole course
MAX_DELIVERIES = 3
PAUSE = timedelta(seconds=5)  # before the next try, times the tries so far
VECTORS_AGAIN = timedelta(minutes=10)

Status = ContentUpdate.Status
EXPIRED = Q(status=Status.PROCESSING, leased_until__lt=Now())

log = logging.getLogger("aicoach.indexing")


class LeaseLost(Exception):
    """Another worker has the update now, or it is finished; this one must stop without a trace."""


@dataclass(frozen=True, slots=True)
class Claim:
    """An update that this worker holds. `generation` is the build it writes, the same one for every delivery."""

    update_id: UUID
    course_id: UUID
    worker: str
    generation: int
    deliveries: int
    is_full: bool

    @property
    def is_last(self) -> bool:
        return self.deliveries >= MAX_DELIVERIES


@contextmanager
def short_step(actor: Actor = SYSTEM) -> Iterator[None]:
    """A transaction as the system that gives its connection back, unless it stands inside another transaction."""
    try:
        with acting_as(actor):
            yield
    finally:
        if not connection.in_atomic_block:
            connection.close()


def request_update(course: Course, *, update_type: str, triggered_by: str, wake: bool = True) -> ContentUpdate:
    """Ask for the course's index to be brought up to date; the caller has checked that the asker may.

    A request folds into one that waits already and makes it full if either is; while one runs, the new one waits its turn.
    The row belongs to the caller's transaction, and a worker is told when that is through.
    """
    with acting_as(SYSTEM):
        Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        update = ContentUpdate.objects.filter(course=course, status=Status.PENDING).first()
        if update is None:
            update = ContentUpdate.objects.create(course=course, update_type=update_type, triggered_by=triggered_by)
        elif update_type == ContentUpdate.Type.FULL:
            update.update_type = ContentUpdate.Type.FULL
            update.save(update_fields=["update_type", "updated_at"])
    if wake:
        transaction.on_commit(partial(wake_worker, update.pk))
    return update


def retry_update(update: ContentUpdate) -> ContentUpdate:
    """Put a failed update back in the queue, to go on where it stopped; folds into one that waits already."""
    with acting_as(SYSTEM):
        Course.objects.select_for_update(no_key=True).get(pk=update.course_id)
        waiting = ContentUpdate.objects.filter(course_id=update.course_id, status=Status.PENDING).first()
        if waiting is None:
            ContentUpdate.objects.filter(pk=update.pk, status=Status.FAILED).update(
                status=Status.PENDING, deliveries=0, error_message=None, finished_at=None, updated_at=Now()
            )
            waiting = update
            waiting.refresh_from_db()
    transaction.on_commit(partial(wake_worker, waiting.pk))
    return waiting


def wake_worker(update_id: UUID) -> None:
    """Tell a worker, if Redis is there to pass it on. The row waits for the sweeper anyway."""
    try:
        current_app.send_task(RUN_TASK, args=[str(update_id)], ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("worker_not_woken update=%s error=%s", update_id, type(error).__name__)


def wake_waiting(course_id: UUID) -> None:
    """The course's update that waited for another one to end can run now."""
    with short_step():
        waiting = ContentUpdate.objects.filter(course_id=course_id, status=Status.PENDING).first()
    if waiting:
        wake_worker(waiting.pk)


def claim(update_id: UUID) -> Claim | None:
    """Take the update and raise its deliveries, before any work. None when it is not to be had now."""
    worker = uuid4().hex
    try:
        with short_step():
            return _claim(update_id, worker)
    except IntegrityError:  # another update of this course runs; this one is woken when that one ends
        return None


def _claim(update_id: UUID, worker: str) -> Claim | None:
    set_aside_exhausted()
    taken = ContentUpdate.objects.filter(Q(status=Status.PENDING) | EXPIRED, pk=update_id).update(
        status=Status.PROCESSING,
        worker=worker,
        deliveries=F("deliveries") + 1,
        leased_until=Now() + LEASE,
        started_at=Coalesce(F("started_at"), Now()),
        updated_at=Now(),
    )
    if not taken:
        return None
    update = ContentUpdate.objects.get(pk=update_id)
    if update.generation is None:
        update.generation = _next_generation(update.course_id)
        update.save(update_fields=["generation", "updated_at"])
    is_full = update.update_type == ContentUpdate.Type.FULL
    return Claim(update.pk, update.course_id, worker, update.generation, update.deliveries, is_full)


def _next_generation(course_id: UUID) -> int:
    course = Course.objects.select_for_update(no_key=True).get(pk=course_id)
    written = ContentChunk.objects.filter(course=course).aggregate(last=Max("generation"))["last"]
    given = ContentUpdate.objects.filter(course=course).aggregate(last=Max("generation"))["last"]
    return max(course.index_generation, written or 0, given or 0) + 1


def keep(held: Claim, *, lease: timedelta = LEASE, **progress: int | Combinable) -> None:
    """Renew the lease and save how far the work is, in the caller's transaction. Raises LeaseLost."""
    mine = ContentUpdate.objects.filter(pk=held.update_id, status=Status.PROCESSING, worker=held.worker)
    if not mine.update(leased_until=Now() + lease, updated_at=Now(), **progress):
        raise LeaseLost


def finish(held: Claim, *, note: str = "") -> None:
    """Completed, in the caller's transaction. `note` says what is missing all the same. Raises LeaseLost."""
    keep(held)
    ContentUpdate.objects.filter(pk=held.update_id).update(
        status=Status.COMPLETED, finished_at=Now(), leased_until=None, error_message=note or None
    )


def give_back(held: Claim, error: BaseException) -> None:
    """This delivery failed: the error is kept, and the update waits for its next delivery or, after the last, is set aside."""
    message = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
    end = {"status": Status.FAILED, "finished_at": Now(), "leased_until": None}
    again = {"leased_until": Now() + PAUSE * held.deliveries}
    with short_step():
        mine = ContentUpdate.objects.filter(pk=held.update_id, status=Status.PROCESSING, worker=held.worker)
        mine.update(error_message=message, worker="", updated_at=Now(), **(end if held.is_last else again))


def set_aside_exhausted() -> None:
    """Updates whose last delivery ended without a word have failed; in the caller's transaction."""
    silent = _("The worker stopped in the middle of its last try.")
    ContentUpdate.objects.filter(EXPIRED, deliveries__gte=MAX_DELIVERIES).update(
        status=Status.FAILED,
        finished_at=Now(),
        leased_until=None,
        worker="",
        error_message=Coalesce(F("error_message"), Value(silent)),
        updated_at=Now(),
    )


def waiting_updates(*, limit: int = 20) -> list[UUID]:
    """Updates that a worker should be told of: the oldest that wait, and those whose worker is gone."""
    with short_step():
        set_aside_exhausted()
        rows = ContentUpdate.objects.filter(Q(status=Status.PENDING) | EXPIRED)
        return list(rows.order_by("created_at").values_list("pk", flat=True)[:limit])


def left_behind(course_id: UUID) -> list[UUID]:
    """The course's update whose worker is gone, if there is one; it keeps others of the course from running."""
    with short_step():
        set_aside_exhausted()
        return list(ContentUpdate.objects.filter(EXPIRED, course_id=course_id).values_list("pk", flat=True))


def request_missing_vectors() -> None:
    """Ask once more for courses whose last update was completed without a model, some time after it."""
    newest = ContentUpdate.objects.filter(course=OuterRef("course")).order_by("-created_at").values("pk")[:1]
    done = ContentUpdate.objects.filter(status=Status.COMPLETED, error_message__isnull=False, pk=Subquery(newest))
    with short_step():
        for update in done.filter(finished_at__lt=Now() - VECTORS_AGAIN).select_related("course"):
            request_update(update.course, update_type=ContentUpdate.Type.INCREMENTAL, triggered_by="automatic", wake=False)
