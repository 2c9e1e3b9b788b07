"""A run as a piece of work: asked for, claimed with a lease, kept alive, finished or set aside.

Every function is one short step as the system, except `ask_for_run`, which belongs to its caller. Refuses two workers on one
run: a claim is one conditional update, and every later write repeats the condition that the lease is still its own.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from learning.models import QualityRun, QualitySet
from learning.updates import LeaseLost, short_step
from learning.waking import Message, wake

RUN_TASK = "learning.run_quality"
LEASE = timedelta(seconds=45)  # above the longest silence: one batch of questions embedded by a remote model, 30 s
MAX_DELIVERIES = 3
PAUSE = timedelta(seconds=5)  # before the next try, times the tries so far
STATES = QualityRun.State
OPEN = Q(state__in=[STATES.PENDING, STATES.PROCESSING])
EXPIRED = Q(state=STATES.PROCESSING, leased_until__lt=Now())


@dataclass(frozen=True, slots=True)
class Held:
    """A run that this worker has."""

    pk: UUID
    set_id: UUID
    course_id: UUID
    worker: str
    deliveries: int

    @property
    def is_last(self) -> bool:
        return self.deliveries >= MAX_DELIVERIES


def ask_for_run(chosen: QualitySet, *, is_told: bool = True) -> QualityRun:
    """A run over the set, in the caller's transaction; the one that waits or works already, if there is one.

    `is_told` False tells no worker: the caller runs it.
    """
    with acting_as(SYSTEM):
        QualitySet.objects.select_for_update(no_key=True).get(pk=chosen.pk)
        run = QualityRun.objects.filter(OPEN, set=chosen).first()
        if run is None:
            total = chosen.questions.kept().count()
            run = QualityRun.objects.create(set=chosen, course_id=chosen.course_id, total=total)
    if is_told:
        wake(RUN_TASK, str(run.pk))
    return run


def wake_worker(run_id: UUID) -> None:
    """Tell a worker at once. The row waits for the sweeper anyway."""
    Message(RUN_TASK, args=(str(run_id),))()


def claim(run_id: UUID) -> Held | None:
    """Take the run; None when somebody has it, or it is over."""
    worker = uuid4().hex
    with short_step():
        set_aside_exhausted()
        mine = QualityRun.objects.filter(Q(state=STATES.PENDING) | EXPIRED, pk=run_id)
        if not mine.update(state=STATES.PROCESSING, worker=worker, deliveries=F("deliveries") + 1, leased_until=Now() + LEASE):
            return None
        run = QualityRun.objects.get(pk=run_id)
        return Held(run.pk, run.set_id, run.course_id, worker, run.deliveries)


def keep(held: Held, **changes: Any) -> None:
    """Renew the lease and save what changed, in the caller's transaction. Raises LeaseLost."""
    mine = QualityRun.objects.filter(pk=held.pk, state=STATES.PROCESSING, worker=held.worker)
    if not mine.update(**{"leased_until": Now() + LEASE, **changes}):
        raise LeaseLost


def give_back(held: Held, error: BaseException) -> None:
    """This delivery failed: another one follows after a pause, or the run is set aside with the reason."""
    message = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
    end = {"state": STATES.FAILED, "finished_at": Now(), "leased_until": None}
    again = {"leased_until": Now() + PAUSE * held.deliveries}
    with short_step():
        mine = QualityRun.objects.filter(pk=held.pk, state=STATES.PROCESSING, worker=held.worker)
        mine.update(error_message=message, worker="", **(end if held.is_last else again))


def set_aside_exhausted() -> None:
    """Runs whose last delivery ended without a word have failed; in the caller's transaction."""
    QualityRun.objects.filter(EXPIRED, deliveries__gte=MAX_DELIVERIES).update(
        state=STATES.FAILED,
        finished_at=Now(),
        leased_until=None,
        worker="",
        error_message=_("The worker stopped in the middle of its last try."),
    )


def waiting() -> list[UUID]:
    """Runs that a worker should be told of: those that wait, and those whose worker is gone."""
    with short_step():
        set_aside_exhausted()
        rows = QualityRun.objects.filter(Q(state=STATES.PENDING) | EXPIRED)
        return list(rows.order_by("created_at").values_list("pk", flat=True)[:20])
