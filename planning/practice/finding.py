"""Subjects and attempts for the person at the door. What they may not know of is a 404."""

from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404

from accounts.models import User
from planning.exam_models import Question, QuestionPoint, Subject
from planning.practice.showing import Branch, tree
from planning.practice_models import Attempt

PAGE = 20  # attempts


def subjects() -> QuerySet[Subject]:
    """What can be practised and has questions, with how many."""
    askable = Q(questions__active=True, questions__current__isnull=False)
    asking = Question.objects.filter(subject=OuterRef("pk"), active=True, current__isnull=False)
    rows = Subject.objects.open().filter(Exists(asking)).select_related("course")
    return rows.annotate(question_count=Count("questions", filter=askable)).order_by("title")


def subject(code: str) -> Subject:
    """Raises Http404."""
    return get_object_or_404(Subject.objects.open().select_related("course"), code=code)


def syllabus(of: Subject) -> tuple[Branch, ...]:
    asked = QuestionPoint.objects.filter(subject=of, question__active=True, question__current__isnull=False)
    return tree(of, list(of.points.all()), asked.values_list("point_id", "question_id"))


def own_attempts(learner: User) -> QuerySet[Attempt]:
    """With marks and how many questions; of subjects whose course is open to this person still."""
    rows = Attempt.objects.filter(student=learner).select_related("subject")
    return rows.annotate(
        question_count=Count("answers"),
        waiting_count=Count("answers", filter=~Q(answers__state="marked")),
        awarded=Sum("answers__marks_awarded"),
        maximum=Sum("answers__maximum_marks"),
    )


def own_attempt(learner: User, attempt_id: UUID) -> Attempt:
    """Raises Http404."""
    return get_object_or_404(Attempt.objects.select_related("subject__course"), pk=attempt_id, student=learner)


def visible_attempt(attempt_id: UUID) -> Attempt:
    """One's own, or as a trainer or admin that of a learner, once it was handed in. Raises Http404."""
    return get_object_or_404(Attempt.objects.select_related("subject__course", "student"), pk=attempt_id)
