"""Begins an attempt: picks questions of a subject, those first that this learner has met least, and sets the clock.

Refuses what leaves no question, and numbers out of their bounds. Sending the same key twice begins one attempt.
"""

import random
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.models import User
from planning.exam_models import Question, Subject, SyllabusPoint
from planning.practice.refusing import PracticeRefused
from planning.practice_models import Attempt, AttemptedQuestion

MOST_QUESTIONS = 50
USUAL_QUESTIONS = 8
MOST_MINUTES = 300
MINUTES_PER_MARK = 1.5


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to practise. No points means all of them; `minutes` None with `timed` means by the marks."""

    count: int = USUAL_QUESTIONS
    points: tuple[str, ...] = ()
    timed: bool = False
    minutes: int | None = None


def start(
    *, learner: User, subject: Subject, wish: Wish, key: UUID, now: datetime, chance: random.Random | None = None
) -> Attempt:
    """Behind the learner's door. Raises PracticeRefused."""
    if begun := Attempt.objects.filter(student=learner, client_key=key).first():
        return begun
    _check(wish)
    questions = _picked(learner, subject, wish, chance or random.SystemRandom())
    minutes = wish.minutes or _usual_minutes(questions) if wish.timed else None
    attempt = Attempt.objects.create(
        student=learner,
        subject=subject,
        mode=Attempt.Mode.TIMED if wish.timed else Attempt.Mode.UNTIMED,
        selection={"points": list(wish.points), "count": wish.count, "minutes": minutes},
        client_key=key,
        deadline=now + timedelta(minutes=minutes) if minutes else None,
    )
    AttemptedQuestion.objects.bulk_create(
        AttemptedQuestion(attempt=attempt, version=question.current, student=learner, position=position)
        for position, question in enumerate(questions, start=1)
    )
    return attempt


def with_parts(codes: Collection[str], points: Iterable[SyllabusPoint]) -> set[UUID]:
    """The ids of the points with these codes and of everything that is part of them."""
    rows = list(points)
    found = {point.pk for point in rows if point.code in codes}
    while more := {point.pk for point in rows if point.parent_id in found} - found:
        found |= more
    return found


def _check(wish: Wish) -> None:
    if not 1 <= wish.count <= MOST_QUESTIONS:
        raise PracticeRefused(_("Choose from 1 to %d questions.") % MOST_QUESTIONS)
    if wish.minutes is not None and not 1 <= wish.minutes <= MOST_MINUTES:
        raise PracticeRefused(_("Choose from 1 to %d minutes.") % MOST_MINUTES)


def _picked(learner: User, subject: Subject, wish: Wish, chance: random.Random) -> list[Question]:
    rows = Question.objects.filter(subject=subject, active=True, current__isnull=False).select_related("current")
    if wish.points:
        chosen = with_parts(wish.points, subject.points.all())
        rows = rows.filter(points__in=chosen).distinct()
    questions = list(rows.order_by("pk"))
    if not questions:
        raise PracticeRefused(_("There are no questions on this yet. Choose other points."))
    answered = Counter(
        AttemptedQuestion.objects.filter(student=learner, version__question__in=questions).values_list(
            "version__question_id", flat=True
        )
    )
    chance.shuffle(questions)
    questions.sort(key=lambda question: answered[question.pk])
    return questions[: wish.count]


def _usual_minutes(questions: Sequence[Question]) -> int:
    marks = sum(question.current.maximum_marks for question in questions if question.current)
    return min(max(round(marks * MINUTES_PER_MARK), 1), MOST_MINUTES)
