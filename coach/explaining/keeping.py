"""Explanations for readers: the kept one when it holds still, else a new one, made once for everybody.

Opens doors itself; call it outside of them. While somebody waits for a model, others get the course's own sentences at once. What
a model failed at, or had no budget for, is the course's sentences too.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connections
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.providers.completing import has_model
from ai.providers.events import Attempt
from coach import booking
from coach.explaining import writing
from coach.explaining.composing import Explanation, composed
from coach.explanation_models import Level, PointExplanation
from coach.sessions.material import passages_of
from coach.sessions.steps import Step
from courses.models import Course
from learning.citing import source
from learning.retrieval import Passage
from planning.models import SyllabusPoint

LEASE = timedelta(seconds=40)  # for who makes one; longer than a model is waited for
AGAIN = timedelta(minutes=10)  # after which a model is asked again that had nothing of use to say
COMPOSER = "sentences/v1"


@dataclass(frozen=True, slots=True)
class About:
    """A point that this person may read about, with its open course."""

    point: SyllabusPoint
    course: Course
    level: Level

    @property
    def basis(self) -> str:
        """Everything an explanation is made from: the words of the point, the text of the course, and who puts it how."""
        point = self.point
        parts = (point.title, point.description, point.chapter_id, self.course.index_generation, writing.VERSION, COMPOSER)
        return sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def about_point(point: SyllabusPoint, level: Level) -> About | None:
    """None for a point of no course, or of one that is closed. `point` comes with its subject's course."""
    course = point.subject.course
    return About(point, course, level) if course and course.closed_at is None else None


def kept_one(person: User, about: About) -> Explanation | None:
    """The one that holds still."""
    since = timezone.now() - AGAIN if has_model() else None
    with acting_as(person):
        row = PointExplanation.objects.filter(point=about.point, level=about.level, basis=about.basis).exclude(text="").first()
    return _read(row) if row and not _wants_model(row, since) else None


def without_model(person: User, about: About) -> Explanation | None:
    """Of the course's own sentences; None when it says too little."""
    return _composed(about, _passages(person, about))


def explained(person: User, about: About) -> Explanation | None:
    """The kept one, or a new one; a model may speak meanwhile. None when the course says too little."""
    if found := kept_one(person, about):
        return found
    passages = _passages(person, about)
    plain = _composed(about, passages)
    if plain is None:
        return None
    with _claimed(about) as is_ours:
        if not is_ours:
            return plain
        made = _written(person, about, passages, plain) if has_model() else plain
        if made is not None:
            _keep(about, made)
    return made or plain


def _written(person: User, about: About, passages: Sequence[Passage], plain: Explanation) -> Explanation | None:
    """By a model; the plain one when it has nothing of use to say, None when it may not be asked."""
    with acting_as(person):
        allowance = booking.allowance(person.pk, about.course.pk)
    if allowance.is_over:
        return None
    connections.close_all()  # none is held while a model speaks
    attempts: list[Attempt] = []
    try:
        written = writing.write(
            point="\n\n".join(filter(None, (about.point.title, about.point.description))),
            level=about.level,
            course=about.course.title,
            course_id=str(about.course.pk),
            sources=[source(number, passage) for number, passage in enumerate(passages, start=1)],
            attempts=attempts,
        )
    finally:
        booking.book(person.pk, about.course.pk, allowance, attempts, feature="explain")
    if written is None:
        return plain
    return Explanation(written.text, "ai_draft", written.step or plain.step, plain.sources, written.model)


def _passages(person: User, about: About) -> list[Passage]:
    return passages_of(person, course=about.course, topic=about.point.title, point=about.point)


def _composed(about: About, passages: Sequence[Passage]) -> Explanation | None:
    return composed(about.point.title, about.point.description, about.level, passages)


@contextmanager
def _claimed(about: About) -> Iterator[bool]:
    """Whether it is ours to make. The claim ends with the block."""
    now = timezone.now()
    with acting_as(SYSTEM):
        PointExplanation.objects.get_or_create(point=about.point, level=about.level, defaults={"course": about.course})
        row = PointExplanation.objects.select_for_update().get(point=about.point, level=about.level)
        is_ours = row.making_at is None or row.making_at < now - LEASE
        if is_ours:
            _rows(about).update(making_at=now)
    try:
        yield is_ours
    finally:
        if is_ours:
            with acting_as(SYSTEM):
                _rows(about).filter(making_at=now).update(making_at=None)


def _keep(about: About, made: Explanation) -> None:
    with acting_as(SYSTEM):
        _rows(about).update(
            course=about.course,
            basis=about.basis,
            text=made.text,
            label=made.label,
            model=made.model,
            sources=list(made.sources),
            step=made.step.as_row(),
            made_at=timezone.now(),
        )


def _rows(about: About) -> Any:
    return PointExplanation.objects.filter(point=about.point, level=about.level)


def _wants_model(row: PointExplanation, since: datetime | None) -> bool:
    return since is not None and not row.model and (row.made_at is None or row.made_at < since)


def _read(row: PointExplanation) -> Explanation:
    return Explanation(row.text, row.label, Step(**row.step), tuple(row.sources), row.model)
