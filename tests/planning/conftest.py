"""A small subject of the course with a question of each kind, and learners who sit down to it."""

import random
import uuid
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from planning.exam_models import Subject
from planning.importing import apply, checked
from planning.importing.objects import read_json
from planning.practice import saving, submitting
from planning.practice.starting import Wish, start
from planning.practice_models import Attempt, AttemptedQuestion
from tests.pages.conftest import signed_in

__all__ = ["signed_in"]

EXAM = """
{"subject": {"title": "Containers", "course": "containers"},
 "points": [
  {"code": "C.1", "title": "Images"},
  {"code": "C.1.1", "title": "Layers", "parent": "C.1"},
  {"code": "C.2", "title": "Data"}],
 "questions": [
  {"code": "why", "text": "Why use a volume?", "marks": 2, "points": ["C.2"], "model_answer": "It outlives the container.",
   "scheme": [{"objective": "AO1", "marks": 1, "text": "It outlives the container"},
              {"objective": "AO3", "marks": 1, "text": "It can be shared"}]},
  {"code": "one", "kind": "multiple_choice", "text": "What makes a layer?", "points": ["C.1.1"],
   "choices": ["RUN", "CMD"], "answer": ["RUN"], "feedback": "CMD only notes a command."},
  {"code": "many", "kind": "multiple_choice", "text": "Which keep data?", "marks": 2, "points": ["C.2"],
   "choices": ["volume", "bind mount", "tmpfs"], "answer": ["volume", "bind mount"]},
  {"code": "said", "kind": "true_false", "text": "Layers can be changed.", "points": ["C.1.1"], "answer": false},
  {"code": "word", "kind": "short", "text": "Which command builds?", "points": ["C.1"], "answer": ["docker build", "build"]},
  {"code": "sum", "kind": "numeric", "text": "200 + 50?", "marks": 2, "points": ["C.1.1"], "answer": ["250:1"]},
  {"code": "pair", "kind": "matching", "text": "Match.", "marks": 2, "points": ["C.1"],
   "answer": ["137 -> killed", "0 -> fine", " -> lost"]}]}
"""
KINDS = 7  # questions of EXAM


def bring(source: str = EXAM, code: str = "C") -> Subject:
    with acting_as(SYSTEM):
        return apply(code=code, draft=checked(read_json(source)))[0]


@pytest.fixture
def subject(course: Course) -> Subject:
    return bring()


def sit(learner: User, subject: Subject, now: datetime | None = None, **wish: Any) -> Attempt:
    with acting_as(learner):
        return start(
            learner=learner,
            subject=subject,
            wish=Wish(**{"count": KINDS, **wish}),
            key=uuid.uuid4(),
            now=now or timezone.now(),
            chance=random.Random(1),
        )


def row_of(attempt: Attempt, code: str) -> AttemptedQuestion:
    """The answer to a question, as it is now."""
    with acting_as(SYSTEM):
        rows = AttemptedQuestion.objects.select_related("version")
        return rows.get(attempt=attempt, version__question__code=code)


def write(
    learner: User, attempt: Attempt, code: str, answer: str = "", chosen: Any = (), seen: int | None = None
) -> saving.Saved:
    row = row_of(attempt, code)
    with acting_as(learner):
        return saving.save(
            attempt=Attempt.objects.get(pk=attempt.pk),
            position=row.position,
            answer=answer,
            chosen=chosen,
            seen=row.revision if seen is None else seen,
            now=timezone.now(),
        )


def hand_in(learner: User, attempt: Attempt) -> Attempt:
    with acting_as(learner):
        submitting.submit(attempt)
    return attempt


def mark(attempt: Attempt, marks: int = 1) -> None:
    """What the marker does with every written answer that waits."""
    with acting_as(SYSTEM):
        AttemptedQuestion.objects.filter(attempt=attempt, state="pending").update(
            state="marked",
            marks_awarded=marks,
            marking_feedback={
                "summary": "Half of it.",
                "objectives": {"AO1": {"awarded": "1", "maximum": "1"}, "AO3": {"awarded": "0", "maximum": "1"}},
                "points": [{"objective": "AO1", "awarded": "1", "maximum": "1", "reason": "It outlives.", "quote": "outlives"}],
            },
            confidence_score=60,
            needs_review=True,
        )
