"""A small subject of a course, plans in it, and marked attempts."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Chapter, Course
from planning.models import (
    Attempt,
    AttemptedQuestion,
    Question,
    QuestionPoint,
    QuestionVersion,
    SchemePoint,
    StudyPlan,
    Subject,
    SyllabusPoint,
)
from planning.study.making import make
from planning.study.wishing import Wanted
from tests.pages.conftest import signed_in

__all__ = ["signed_in"]

LEAVES = 12


def today() -> date:
    return timezone.now().date()


@pytest.fixture
def subject(course: Course) -> Subject:
    """Three parts with four points each; the first of each part is taught in a chapter."""
    with acting_as(SYSTEM):
        made = Subject.objects.create(code="9708", title="Containers in theory", course=course)
        chapter = Chapter.objects.create(course=course, chapter_id="volumes", title="Volumes")
        for part in range(1, 4):
            parent = SyllabusPoint.objects.create(subject=made, code=f"9708.{part}", title=f"Part {part}", position=part * 10)
            for number in range(1, 5):
                SyllabusPoint.objects.create(
                    subject=made, parent=parent, code=f"9708.{part}.{number}", title=f"Topic {part}.{number}",
                    position=part * 10 + number, chapter=chapter if number == 1 else None,
                )  # fmt: skip
    return made


def wanted(days: int = 40, hours: float = 2.0, **more: Any) -> Wanted:
    return Wanted(exam_date=today() + timedelta(days=days), hours_per_day=hours, **more)


def plan_for(learner: User, subject: Subject, **more: Any) -> StudyPlan:
    with acting_as(learner):
        return make(learner=learner, subject=subject, wanted=wanted(**more), today=today(), zone="UTC")


def seen_by(learner: User, plan: StudyPlan) -> StudyPlan:
    """The plan as it is now."""
    with acting_as(learner):
        return StudyPlan.objects.select_related("subject").get(pk=plan.pk)


def days_pass(plan: StudyPlan, days: int) -> None:
    """Put the plan back into the past, as if nobody had looked at it since it was made."""
    first = today() - timedelta(days=days)
    with acting_as(SYSTEM):
        row = StudyPlan.objects.get(pk=plan.pk)
        StudyPlan.objects.filter(pk=plan.pk).delete()  # a plan never changes its first day
        row.schedule = [{**entry, "date": str(first + timedelta(days=entry["day"] - 1))} for entry in row.schedule]
        row.planned_on = row.started_on = row.next_day = first
        row.save(force_insert=True)


@pytest.fixture
def plan(ada: User, subject: Subject) -> StudyPlan:
    return plan_for(ada, subject)


def question(subject: Subject, code: str, points: list[str], scheme: list[tuple[str, int, str]]) -> QuestionVersion:
    """A written question with `(objective, marks, text)` as its scheme."""
    with acting_as(SYSTEM):
        made = Question.objects.create(subject=subject, code=code)
        version = QuestionVersion.objects.create(
            question=made, subject=subject, text=f"Question {code}?", maximum_marks=sum(marks for _ao, marks, _text in scheme)
        )
        for position, (objective, marks, text) in enumerate(scheme):
            SchemePoint.objects.create(
                version=version, subject=subject, position=position, objective=objective, marks=marks, text=text
            )
        Question.objects.filter(pk=made.pk).update(current=version)
        for point in SyllabusPoint.objects.filter(subject=subject, code__in=points):
            QuestionPoint.objects.create(subject=subject, question=made, point=point)
    return version


def attempted(learner: User, subject: Subject, answers: list[tuple[QuestionVersion, str]]) -> Attempt:
    """An attempt that was handed in."""
    with acting_as(learner):
        attempt = Attempt.objects.create(student=learner, subject=subject, client_key=uuid.uuid4())
        for position, (version, _text) in enumerate(answers, start=1):
            AttemptedQuestion.objects.create(attempt=attempt, version=version, position=position)
        for position, (_version, text) in enumerate(answers, start=1):
            AttemptedQuestion.objects.filter(attempt=attempt, position=position).update(answer=text)
        Attempt.objects.filter(pk=attempt.pk).update(status=Attempt.Status.SUBMITTED)
    return attempt


def mark(attempt: Attempt, marks: list[list[str]]) -> Attempt:
    """Give each answer marks, point by point of its scheme, as the marker would."""
    with acting_as(SYSTEM):
        for answer, awarded in zip(attempt.answers.order_by("position"), marks, strict=True):
            scheme = list(answer.version.scheme_points.order_by("position"))
            points = [
                {"id": str(each.pk), "objective": each.objective, "awarded": given, "maximum": str(each.marks),
                 "reason": f"It needs: {each.text}", "quote": ""}
                for each, given in zip(scheme, awarded, strict=True)
            ]  # fmt: skip
            AttemptedQuestion.objects.filter(pk=answer.pk).update(
                state="marked", marks_awarded=sum(Decimal(given) for given in awarded), confidence_score=90,
                marking_feedback={"marker": "test", "summary": "", "objectives": {}, "points": points},
            )  # fmt: skip
        return Attempt.objects.get(pk=attempt.pk)
