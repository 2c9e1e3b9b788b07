"""What a learner does in a lab: a try with its outcome, a step that works or does not, time at the page.

A try that is sent twice is noted once, by its key. Times that lie in the future count as now, and a try has at most four hours.
Time at the page is counted by the server's clock between two signs of life of a page that is in view: two tabs count once, and
nobody can send minutes. The database marks the lab as due; the worker does the rest.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts.models import User
from coach.labs.steps import steps_of
from coach.models import LabWork
from courses.models import Course, Lab, LabAttempt
from learning.waking import wake

JUDGE = "coach.judge_labs"
LONGEST_TRY = timedelta(hours=4)
BEAT = timedelta(seconds=20)  # between two signs of life of a page
LATE_BEAT = timedelta(seconds=50)  # after it the page was away, and the time between is not counted


@dataclass(frozen=True, slots=True)
class Try:
    """One try, as somebody tells of it. `score` 0 to 1; without an outcome it was only begun."""

    lab_id: str
    source: str = "api"
    started_at: datetime | None = None
    finished_at: datetime | None = None
    score: Decimal | None = None
    passed: bool | None = None
    step: str = ""
    key: UUID | None = None
    details: dict[str, Any] = field(default_factory=dict)


def note(learner: User | UUID, course: Course, told: Try) -> LabAttempt:
    """Save a try behind the learner's door; the first row when its key was used before."""
    learner_id = learner if isinstance(learner, UUID) else learner.pk
    known = LabAttempt.objects.filter(learner_id=learner_id, client_key=told.key).first() if told.key else None
    if known:
        return known
    started, finished = _times(told, timezone.now())
    row = LabAttempt(
        learner_id=learner_id, course=course, lab_id=told.lab_id, source=told.source, started_at=started, finished_at=finished,
        score=told.score, passed=told.passed, step=told.step, client_key=told.key, details=told.details,
    )  # fmt: skip
    if told.key:
        LabAttempt.objects.bulk_create([row], ignore_conflicts=True)  # two at once with the same key: one row
    else:
        row.save(force_insert=True)
    if told.passed and finished:
        _begin_anew(learner_id, course, told.lab_id, finished)
    wake(JUDGE)
    return LabAttempt.objects.get(learner_id=learner_id, client_key=told.key) if told.key else row


def _times(told: Try, now: datetime) -> tuple[datetime, datetime | None]:
    has_outcome = told.passed is not None or told.score is not None
    finished = min(told.finished_at or now, now) if told.finished_at or has_outcome else None
    started = min(told.started_at or finished or now, finished or now)
    return (max(started, finished - LONGEST_TRY) if finished else started), finished


def _begin_anew(learner_id: UUID, course: Course, lab_id: str, finished: datetime) -> None:
    """A lab that was passed is over; a pass that is told late does not undo what came after it."""
    rows = LabWork.objects.filter(learner_id=learner_id, course=course, lab_id=lab_id, updated_at__lte=finished)
    rows.update(open_seconds=0, updated_at=timezone.now())


def work_of(learner: User, course: Course, lab_id: str) -> LabWork:
    row, _created = LabWork.objects.get_or_create(learner=learner, course=course, lab_id=lab_id)
    return row


def tick(learner: User, lab: Lab, step_id: str) -> LabWork:
    """The step works. With the last one the lab is passed."""
    work, steps = work_of(learner, lab.course, lab.lab_id), [step.id for step in steps_of(lab)]
    if step_id in work.steps_done or step_id not in steps:
        return work
    _save_steps(work, [step for step in steps if step in {*work.steps_done, step_id}])
    if len(work.steps_done) == len(steps):
        note(learner, lab.course, Try(lab.lab_id, "page", score=Decimal(1), passed=True, step=step_id))
    wake(JUDGE)
    return work


def untick(learner: User, lab: Lab, step_id: str) -> LabWork:
    work = work_of(learner, lab.course, lab.lab_id)
    if step_id in work.steps_done:
        _save_steps(work, [step for step in work.steps_done if step != step_id])
        wake(JUDGE)
    return work


def fail(learner: User, lab: Lab, step_id: str) -> LabWork:
    """The step does not work: a failed try, with the share of steps that do as its score."""
    work, steps = work_of(learner, lab.course, lab.lab_id), [step.id for step in steps_of(lab)]
    if step_id not in steps:
        return work
    if step_id in work.steps_done:
        _save_steps(work, [step for step in work.steps_done if step != step_id])
    done = round(Decimal(len(work.steps_done)) / len(steps), 3)
    note(learner, lab.course, Try(lab.lab_id, "page", score=done, passed=False, step=step_id))
    return work


def _save_steps(work: LabWork, steps: list[str]) -> None:
    work.steps_done = steps
    work.save(update_fields=["steps_done", "updated_at"])


def beat(learner: User, course: Course, lab_id: str, now: datetime) -> int:
    """The page is in view and in use; the seconds that were counted."""
    work = work_of(learner, course, lab_id)
    since = now - work.last_beat_at if work.last_beat_at else timedelta(0)
    counted = int(since.total_seconds()) if timedelta(0) < since <= LATE_BEAT else 0
    same = LabWork.objects.filter(pk=work.pk, last_beat_at=work.last_beat_at)  # of two tabs at once one counts
    same.update(seconds=F("seconds") + counted, open_seconds=F("open_seconds") + counted, last_beat_at=now)
    return counted
