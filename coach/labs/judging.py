"""Judging how hard a lab is for somebody: the worker's part. A row that is marked as due is judged from what is there then, so it
does not matter in which order or how often things were told.

Each row is a short transaction of its own that holds the row: what happens meanwhile waits for it and marks it again. A row that
cannot be judged is tried three times and then left with its error. Works as the system.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from coach.lab_models import CALM_BELOW, STRUGGLES_FROM
from coach.labs import offering, struggle
from coach.labs.steps import Step, steps_of
from coach.labs.struggle import Signs, Weights
from coach.models import LabStruggle, LabWork, Query, StruggleWeights
from courses.models import Lab, LabAttempt

log = logging.getLogger("aicoach.labs")

AT_ONCE = 500  # rows of one round
TRIES = 3
PAUSE = timedelta(seconds=20)  # between two tries, times how many there were
LOOKS_BACK = timedelta(days=14)
RECENT = timedelta(days=7)
MOST_ATTEMPTS, MOST_QUESTIONS = 200, 30  # of one lab, the newest
FADES = timedelta(hours=1)  # after which a score that is not calm is judged again: failures grow old


def judge_due() -> int:
    """Judge what is due; how many rows there were."""
    _mark_faded()
    done = 0
    while done < AT_ONCE and (judged := _judge_next()):
        done += judged
    return done


def _mark_faded() -> None:
    now = timezone.now()
    with acting_as(SYSTEM):
        old = LabStruggle.objects.of_labs().filter(due_at=None, struggle_score__gte=CALM_BELOW, computed_at__lt=now - FADES)
        old.update(due_at=now, tries=0)


def _judge_next() -> int:
    row_id: UUID | None = None
    try:
        with acting_as(SYSTEM):
            row = _next()
            if row is None:
                return 0
            row_id = row.pk
            _judge(row, timezone.now())
    except Exception as error:
        if row_id is None:
            raise
        _set_aside(row_id, error)
    return 1


def _next() -> LabStruggle | None:
    rows = LabStruggle.objects.select_for_update(skip_locked=True, of=("self",)).select_related("course")
    return rows.filter(due_at__lte=timezone.now()).order_by("due_at").first()


def _set_aside(row_id: UUID, error: Exception) -> None:
    log.error("lab_not_judged row=%s error=%s", row_id, type(error).__name__)
    with acting_as(SYSTEM):
        rows = LabStruggle.objects.filter(pk=row_id)
        tries = rows.values_list("tries", flat=True).get() + 1
        later = timezone.now() + PAUSE * tries if tries < TRIES else None
        rows.update(tries=tries, due_at=later, error=type(error).__name__)


def _judge(row: LabStruggle, now: datetime) -> None:
    if row.lab_id is None:
        return _judge_course(row, now)
    lab = Lab.objects.current().filter(course_id=row.course_id, lab_id=row.lab_id).select_related("course").first()
    if lab is None:  # taken out of the course meanwhile: nobody struggles there
        return _settle(row, Signs(), 0.0, "", now)
    work = LabWork.objects.filter(learner_id=row.learner_id, course_id=row.course_id, lab_id=row.lab_id).first()
    tries = _tries(row, now)
    signs = _signs(row, tries, work, now)
    step = _where(steps_of(lab), tries, work)
    _settle(row, signs, struggle.score(signs, weights_of(row.course_id)), step.id if step else "", now)
    offering.review(row, lab, step, tries, work, now)
    _mark_course(row, now)
    return None


def weights_of(course_id: UUID) -> Weights:
    """The course's own, else the usual ones."""
    row = StruggleWeights.objects.filter(course_id=course_id).first()
    if row is None:
        return Weights()
    return Weights(
        float(row.attempts),
        float(row.average_score),
        float(row.recent_failures),
        float(row.repeated_questions),
        float(row.time_spent),
        row.expected_minutes,
    )


def _tries(row: LabStruggle, now: datetime) -> list[LabAttempt]:
    """Newest first, by when they happened and not by when they were told; a pass and what came before it are left out."""
    rows = LabAttempt.objects.filter(learner_id=row.learner_id, course_id=row.course_id, lab_id=row.lab_id)
    recent = rows.filter(Q(started_at__gt=now - LOOKS_BACK) | Q(finished_at__gt=now - LOOKS_BACK))
    found = sorted(recent.order_by("-started_at")[:MOST_ATTEMPTS], key=happened, reverse=True)
    passed = next((index for index, each in enumerate(found) if each.passed), len(found))
    return found[: passed + 1]


def happened(attempt: LabAttempt) -> datetime:
    return attempt.finished_at or attempt.started_at


def _since(tries: Sequence[LabAttempt], now: datetime) -> datetime:
    """When the lab was passed last, else the beginning of what is looked at."""
    return happened(tries[-1]) if tries and tries[-1].passed else now - LOOKS_BACK


def _signs(row: LabStruggle, tries: Sequence[LabAttempt], work: LabWork | None, now: datetime) -> Signs:
    since = _since(tries, now)
    unpassed = [each for each in tries if not each.passed]
    ended = [each for each in unpassed if each.finished_at]
    begun = [each for each in unpassed if not each.finished_at]
    open_one = bool(begun) and (not ended or begun[0].started_at > happened(ended[0]))  # begun, and no outcome since
    scores = [each.score for each in ended if each.score is not None]
    elsewhere = sum((_lasted(each) for each in ended if each.source != "page"), timedelta(0))
    return Signs(
        attempts=len(ended) + open_one,
        average_score=float(round(sum(scores, Decimal(0)) / len(scores), 3)) if scores else None,
        recent_failures=sum(each.passed is False and happened(each) > now - RECENT for each in ended),
        repeated_questions=struggle.repeats(_questions(row, max(since, now - RECENT))),
        time_spent=round((elsewhere.total_seconds() + (work.open_seconds if work else 0)) / 60),
        refused=work.refused if work else 0,
    )


def _lasted(attempt: LabAttempt) -> timedelta:
    return attempt.finished_at - attempt.started_at if attempt.finished_at else timedelta(0)


def _questions(row: LabStruggle, since: datetime) -> list[tuple[str, bool]]:
    rows = Query.objects.filter(
        learner_id=row.learner_id, course_id=row.course_id, created_at__gt=since, context__place=row.lab_id
    ).exclude(context__has_key="straight")
    found = rows.order_by("-created_at").values_list("question", "intent")[:MOST_QUESTIONS]
    return [(text, intent == Query.Intent.LAB_STRUGGLE) for text, intent in reversed(found)]


def _where(steps: Sequence[Step], tries: Sequence[LabAttempt], work: LabWork | None) -> Step | None:
    """The step that failed last, if it does not work by now; else the first that was not ticked."""
    done = set(work.steps_done) if work else set()
    failed = next((each.step for each in tries if each.passed is False and each.step), "")
    at_failure = next((step for step in steps if step.id == failed and step.id not in done), None)
    return at_failure or next((step for step in steps if step.id not in done), None)


def _settle(row: LabStruggle, signs: Signs, score: float, step: str, now: datetime) -> None:
    value = Decimal(str(score))
    row.struggle_score, row.indicators, row.step = value, signs.as_row(), step
    row.computed_at, row.due_at, row.tries, row.error = now, None, 0, ""
    if value < CALM_BELOW:
        row.is_open = False
    elif value >= STRUGGLES_FROM and not row.is_open:
        row.is_open, row.episode, row.detected_at = True, row.episode + 1, now
        row.acknowledged, row.acknowledged_by, row.acknowledged_at = False, None, None
    row.save()


def _mark_course(row: LabStruggle, now: datetime) -> None:
    """The course's own row is due whenever one of its labs was judged."""
    marked, created = LabStruggle.objects.get_or_create(
        learner_id=row.learner_id, course_id=row.course_id, lab_id=None, defaults={"due_at": now}
    )
    if not created:
        LabStruggle.objects.filter(pk=marked.pk, due_at=None).update(due_at=now)


def _judge_course(row: LabStruggle, now: datetime) -> None:
    labs = LabStruggle.objects.of_labs().filter(
        learner_id=row.learner_id, course_id=row.course_id, computed_at__gt=now - LOOKS_BACK
    )
    parts = [(Signs(**lab.indicators), float(lab.struggle_score)) for lab in labs if lab.indicators]
    signs, score = struggle.together(parts)
    _settle(row, signs, score, "", now)
