"""Where a reader starts: by their own marks for questions about the point, as somebody new without any."""

from django.db.models import Sum

from accounts.models import User
from coach.explanation_models import Level
from planning.models import AttemptedQuestion, SyllabusPoint

SOME_FROM, EXAM_FROM = 0.4, 0.75  # share of the marks


def level_for(person: User, point: SyllabusPoint) -> Level:
    """Behind the person's door."""
    marked = AttemptedQuestion.objects.filter(student=person, state="marked", version__question__points=point)
    sums = marked.aggregate(awarded=Sum("marks_awarded"), maximum=Sum("maximum_marks"))
    if not sums["maximum"]:
        return Level.NEW
    share = float(sums["awarded"]) / sums["maximum"]
    return Level.EXAM if share >= EXAM_FROM else Level.SOME if share >= SOME_FROM else Level.NEW
