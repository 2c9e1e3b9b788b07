"""Sets and their questions: kept, deleted with a way back, sent out and brought in as lines of JSON.

Behind the caller's door, whose policies decide who may. Refuses places that the course does not have, and a file of which any
line is broken: nothing of it is used.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Chapter, Course, Lab
from learning.evaluating.questions import BrokenFile, Expected, whole_expectations
from learning.models import QualityQuestion, QualitySet
from learning.quality_models import LONGEST_ANSWER, LONGEST_NAME, LONGEST_QUESTION

MOST_QUESTIONS = 2_000  # of one set
MOST_PLACES = 20  # of one question


class Refused(ValidationError):
    """What was asked for cannot be kept; the message says why."""


def open_set(set_id: UUID) -> QualitySet:
    """The set with its course. Raises Http404."""
    return get_object_or_404(QualitySet.objects.kept().select_related("course").filter(course__closed_at=None), pk=set_id)


def open_question(question_id: UUID) -> QualityQuestion:
    """A question of a set that is kept. Raises Http404."""
    rows = QualityQuestion.objects.kept().select_related("set__course").filter(set__deleted_at=None, course__closed_at=None)
    return get_object_or_404(rows, pk=question_id)


def make_set(course: Course, name: str, person: User) -> QualitySet:
    """Raises Refused when the course has a set of that name."""
    try:
        with transaction.atomic():
            return QualitySet.objects.create(course=course, name=_name(name), made_by=person)
    except IntegrityError as error:
        raise Refused(_("There is a set of this name already.")) from error


def rename(chosen: QualitySet, name: str) -> None:
    """Raises Refused when the course has a set of that name."""
    chosen.name = _name(name)
    try:
        with transaction.atomic():
            chosen.save(update_fields=["name"])
    except IntegrityError as error:
        raise Refused(_("There is a set of this name already.")) from error


def delete(row: QualitySet | QualityQuestion) -> None:
    """It is gone from every page, and can be taken back for some days."""
    row.deleted_at = timezone.now()
    row.save(update_fields=["deleted_at"])


def restore(row: QualitySet | QualityQuestion) -> None:
    """Raises Refused when another set has taken the name meanwhile."""
    row.deleted_at = None
    try:
        with transaction.atomic():
            row.save(update_fields=["deleted_at"])
    except IntegrityError as error:
        raise Refused(_("There is a set of this name already.")) from error


def deleted(model: type[QualitySet] | type[QualityQuestion], row_id: UUID) -> Any:
    """Something deleted that can be taken back. Raises Http404."""
    found = model._default_manager.filter(pk=row_id, deleted_at__isnull=False).first()
    if found is None:
        raise Http404(row_id)
    return found


def add(chosen: QualitySet, wanted: Sequence[Expected], *, source: str) -> list[QualityQuestion]:
    """Add questions; those that the set has already, word by word, are passed over. Raises Refused."""
    there = set(chosen.questions.kept().values_list("question", flat=True))
    new = {one.question: one for one in wanted if one.question not in there}
    if len(there) + len(new) > MOST_QUESTIONS:
        raise Refused(_("A set holds at most %(most)d questions.") % {"most": MOST_QUESTIONS})
    check(chosen.course, new.values())
    QualityQuestion.objects.bulk_create(
        QualityQuestion(
            set=chosen,
            course_id=chosen.course_id,
            question=one.question,
            expected=list(one.expected),
            expected_answer=one.answer,
            source=source,
        )
        for one in new.values()
    )
    return list(chosen.questions.kept().filter(question__in=list(new)))  # with the ids that the database gave them


def change(question: QualityQuestion, wanted: Expected) -> None:
    """Raises Refused."""
    check(question.set.course, [wanted])
    question.question, question.expected, question.expected_answer = wanted.question, list(wanted.expected), wanted.answer
    question.save(update_fields=["question", "expected", "expected_answer"])


def check(course: Course, wanted: Iterable[Expected]) -> None:
    """Raises Refused: every question expects something, nothing is too long, and the places are the course's."""
    known = place_titles(course)
    for one in wanted:
        if not one.expected and not one.answer:
            raise Refused(_("A question needs an expected place or an expected answer."))
        if len(one.question) > LONGEST_QUESTION or len(one.answer) > LONGEST_ANSWER or len(one.expected) > MOST_PLACES:
            raise Refused(_("“%(start)s…” is too long.") % {"start": one.question[:40]})
        if strangers := [each for each in one.expected if each not in known]:
            raise Refused(_("The course has no place “%(place)s”.") % {"place": strangers[0][:80]})


def place_titles(course: Course) -> dict[str, str]:
    """The course's chapters and labs by their ids, in the order of the course."""
    chapters = Chapter.objects.filter(course=course).current().values_list("day", "position", "chapter_id", "title")
    labs = Lab.objects.filter(course=course).current().values_list("day", "position", "lab_id", "title")
    return {place: title for _day, _position, place, title in sorted([*chapters, *labs])}


def as_lines(chosen: QualitySet) -> str:
    """The set as `evaluate retrieval` reads it, one JSON object a line, the expected answer beside."""
    return "".join(json.dumps(_line(one), ensure_ascii=False) + "\n" for one in chosen.questions.kept().order_by("pk"))


def from_lines(chosen: QualitySet, data: bytes) -> int:
    """Add the questions of a file; how many were new. Raises Refused with the line that is wrong."""
    try:
        read = whole_expectations(data)
    except BrokenFile as broken:
        raise Refused(str(broken)) from broken
    return len(add(chosen, read, source=QualityQuestion.Source.IMPORTED))


def _line(one: QualityQuestion) -> dict[str, Any]:
    line: dict[str, Any] = {"question": one.question, "expected": one.expected}
    return {**line, "answer": one.expected_answer} if one.expected_answer else line


def _name(name: str) -> str:
    name = " ".join(name.replace("\x00", "").split())[:LONGEST_NAME]
    if not name:
        raise Refused(_("A set needs a name."))
    return name
