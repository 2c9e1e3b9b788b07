"""A small course of three chapters and two labs, with a concept of Ada's that holds some of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses import reading
from courses.models import Chapter, Course, Lab, LearningConcept, ModuleTopic
from planning.concepts import adding
from planning.concepts.adding import Wanted
from planning.learning_plans import making
from planning.learning_plans.making import Wish
from tests.pages.conftest import signed_in

__all__ = ["signed_in"]

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
PLACES = ("volumes", "mounts", "lab-data")


@pytest.fixture
def stocked(course: Course) -> Course:
    with acting_as(SYSTEM):
        for position, name in enumerate(("volumes", "mounts", "networks")):
            chapter = Chapter.objects.create(
                course=course, chapter_id=name, title=name.title(), body="word " * 1800, position=position
            )
            ModuleTopic.objects.create(course=course, chapter=chapter, name=name.title(), position=position)
        for position, name in enumerate(("lab-data", "lab-nets"), start=5):
            Lab.objects.create(course=course, lab_id=name, title=name.title(), position=position)
    return course


def concept(learner: User, name: str = "Data", **wanted: Any) -> LearningConcept:
    with acting_as(learner):
        return adding.add(learner=learner, wanted=Wanted(name=name, **wanted))


@pytest.fixture
def data(ada: User, stocked: Course) -> LearningConcept:
    """Two chapters, a lab and an objective: weights 2 + 2 + 3 + 1."""
    return concept(ada, course=stocked, places=PLACES, objectives=("Say what a volume is",))


def read(learner: User, course: Course, place_id: str, *, done: bool = True) -> None:
    with acting_as(learner):
        reading.set_done(course, place_id, learner, done=done)


def again(learner: User, found: LearningConcept) -> LearningConcept:
    with acting_as(learner):
        return LearningConcept.objects.get(pk=found.pk)


def pursued(learner: User, course: Course) -> dict[str, str]:
    """Ids of a concept, a plan and a step of it, as addresses of the API name them."""
    made = concept(learner, course=course, places=("volumes",), objectives=("Say what a volume is",))
    with acting_as(learner):
        wish = Wish(name="Plan", concept_ids=[made.pk], weekly=(60,) * 7)
        plan = making.make(learner=learner, wish=wish, now=timezone.now())
        step = plan.steps.first()
    assert step
    return {"concept_id": str(made.pk), "plan_id": str(plan.pk), "step_id": str(step.pk), "number": "1"}
