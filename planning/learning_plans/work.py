"""What is left to do for the concepts of a plan: each chapter not read, lab not passed and objective not said, with its minutes.

Where the learner estimated hours, what is left of them is shared out in the proportion of the parts; the learner's pace comes on
top. A concept that consists of nothing is studied by the hour.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from planning.concepts.seeing import Part, Seen
from planning.learning_plan_models import LearningPlanStep
from planning.learning_plans.scheduling import Work

STEP = 5  # minutes: everything is planned in multiples of it
UNKNOWN = 120  # minutes for a concept that consists of nothing and has no estimate
STUDY = LearningPlanStep.Kind.STUDY


@dataclass(frozen=True, slots=True)
class Task:
    """Something left to do, as a step names it."""

    concept_id: str
    kind: str
    source: str
    place_id: str
    title: str
    minutes: int


def tasks_of(seen: Seen, *, pace: float, spent: Mapping[str, int]) -> list[Task]:
    """What is left of a concept. `spent`: minutes of steps that are done, by source."""
    concept = seen.concept
    if concept.is_complete:
        return []
    if not seen.parts:
        return _study(seen, pace, spent)
    factor = pace * _stretch(seen)
    left = [(part, _rounded(part.minutes * factor), spent.get(part.source, 0)) for part in seen.parts if not part.is_done]
    return [_task(str(concept.pk), part, whole - gone) for part, whole, gone in left if not gone or whole - gone > STEP]


def _stretch(seen: Seen) -> float:
    """How much longer the parts take than usual, by the learner's estimate of the whole."""
    hours = seen.concept.estimated_hours
    usual = sum(part.minutes for part in seen.parts)
    return hours * 60 / usual if hours and usual else 1.0


def _study(seen: Seen, pace: float, spent: Mapping[str, int]) -> list[Task]:
    concept = seen.concept
    whole = concept.estimated_hours * 60 if concept.estimated_hours else UNKNOWN
    source = f"study:{concept.pk}"
    left = _rounded(whole * pace * (100 - float(concept.completion_percentage)) / 100) - spent.get(source, 0)
    return [Task(str(concept.pk), STUDY, source, "", concept.name, left)] if left > 0 else []


def _task(concept_id: str, part: Part, minutes: int) -> Task:
    return Task(concept_id, part.kind, part.source, part.place_id, part.title, max(STEP, minutes))


def _rounded(minutes: float) -> int:
    return max(STEP, round(minutes / STEP) * STEP)


def works_of(tasks: Iterable[Task], pinned: Sequence[LearningPlanStep]) -> list[Work]:
    """Works for the scheduler; what was moved by hand keeps its minutes and its day, the rest of its work is planned anew."""
    works = []
    for task in tasks:
        own = [step for step in pinned if step.source == task.source and str(step.concept_id) == task.concept_id]
        left = task.minutes
        held = []
        for step in own:
            minutes = min(step.minutes, left)
            if minutes > 0:
                held.append(Work(task.concept_id, task.source, minutes, step.day))
                left -= minutes
        works += [Work(task.concept_id, task.source, left)] if left > 0 else []
        works += held
    return works
