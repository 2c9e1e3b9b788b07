"""What a trainer sees of what their learners pursue: who is how far, and who is behind. Behind the trainer's door.

The policies show a trainer concepts and plans of their own learners in the courses where they train them; nothing here adds a
right. What belongs to no course of theirs, and what is said to the mentor, stays the learner's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, Exists, IntegerField, Max, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from courses.models import Course, LearningConcept
from planning.concepts.seeing import Objective, Seen, objectives_of, seen_all
from planning.learning_plan_models import LearningPlan, LearningPlanStep
from planning.learning_plans.showing import Shelved, shelf

LIST = 30  # learners at a time
QUIET = timedelta(days=14)  # without study, after which a learner with something open counts as quiet
STATES = ("", "behind", "quiet", "complete")
WHO = ("user_id", "user__name", "user__email", "course_id", "course__title", "course__slug")
ORDER: Sequence[str] = ("-left_over", "-does_not_fit", "-open", "studied", "user_id", "course_id")  # the late ones first

Rows = QuerySet[Any, Any]  # of dictionaries with WHO and what is reckoned


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a trainer wants to see; `course` is a slug, `state` one of STATES."""

    course: str = ""
    state: str = ""
    name: str = ""
    after: int = 0


@dataclass(frozen=True, slots=True)
class Followed:
    """A learner in a course. `left_over`: steps of plans whose day is past; `does_not_fit`: a plan that misses its deadline."""

    learner_id: UUID
    learner: str
    course_slug: str
    course_title: str
    percent: int
    left_over: int
    does_not_fit: bool
    is_quiet: bool
    last_studied: datetime | None
    concepts: tuple[LearningConcept, ...]

    @property
    def is_complete(self) -> bool:
        return all(each.is_complete for each in self.concepts)


@dataclass(frozen=True, slots=True)
class Pursued:
    """One concept with what the learner said of its objectives."""

    seen: Seen
    objectives: tuple[Objective, ...]


@dataclass(frozen=True, slots=True)
class OneLearner:
    learner: User
    course: Course
    concepts: tuple[Pursued, ...]
    plans: tuple[Shelved, ...]


def courses_of(person: User) -> list[Course]:
    return list(Course.objects.run_by(person).filter(closed_at=None).order_by("title"))


def followed(person: User, wanted: Wanted, now: datetime) -> tuple[list[Followed], bool]:
    """Whoever is behind first, then who studied longest ago; and whether there are more."""
    rows = list(_filtered(_grouped(person, now), wanted, now)[wanted.after : wanted.after + LIST + 1])
    concepts = _concepts(rows[:LIST])
    return [_followed(row, concepts, now) for row in rows[:LIST]], len(rows) > LIST


def one(person: User, learner_id: UUID, course_slug: str, now: datetime) -> OneLearner:
    """What a learner pursues in a course, with their own words. Raises Http404, also for one who pursues nothing there."""
    course = get_object_or_404(Course.objects.run_by(person), slug=course_slug)
    rows = LearningConcept.objects.there().filter(user=learner_id, course=course).select_related("course", "user")
    found = list(rows.order_by("-is_active", "created_at"))
    if not found:
        raise Http404
    said = objectives_of(found)
    concepts = tuple(Pursued(each, tuple(said[each.concept.pk])) for each in seen_all(found))
    plans = tuple(each for each in shelf(found[0].user, now) if each.plan.is_open and each.plan.course_id == course.pk)
    return OneLearner(found[0].user, course, concepts, plans)


def _grouped(person: User, now: datetime) -> Rows:
    """A row for each learner in each course that this person runs."""
    rows = LearningConcept.objects.there().filter(is_active=True, course__in=Course.objects.run_by(person).filter(closed_at=None))
    by_learner = rows.exclude(user=person).values(
        "user_id", "user__name", "user__email", "course_id", "course__title", "course__slug"
    )
    plans = LearningPlan.objects.filter(is_active=True, user=OuterRef("user_id"), course=OuterRef("course_id"))
    return by_learner.annotate(
        mean=Avg("completion_percentage"),
        open=Count("pk", filter=Q(completion_percentage__lt=100)),
        last=Max("last_studied"),
        studied=Coalesce(Max("last_studied"), Min("created_at")),
        left_over=Coalesce(Subquery(_left_over(now), output_field=IntegerField()), Value(0)),
        does_not_fit=Exists(plans.filter(schedule__unfit__0__isnull=False)),
    )


def _left_over(now: datetime) -> Rows:
    """Steps of a learner's plans whose day is past everywhere."""
    late = LearningPlanStep.objects.filter(
        plan__is_active=True,
        user=OuterRef("user_id"),
        course=OuterRef("course_id"),
        done_at=None,
        day__lt=(now - timedelta(hours=12)).date(),
    )
    return late.order_by().values("user").annotate(many=Count("pk")).values("many")


def _filtered(
    rows: "QuerySet[LearningConcept, dict[str, Any]]", wanted: Wanted, now: datetime
) -> "QuerySet[LearningConcept, dict[str, Any]]":
    rows = rows.filter(course__slug=wanted.course) if wanted.course else rows
    rows = rows.filter(Q(user__name__icontains=wanted.name) | Q(user__email__icontains=wanted.name)) if wanted.name else rows
    return rows.filter(_in_state(wanted.state, now)).order_by(*ORDER)


def _in_state(state: str, now: datetime) -> Q:
    if state == "behind":
        return Q(left_over__gt=0) | Q(does_not_fit=True)
    if state == "quiet":
        return Q(open__gt=0, studied__lt=now - QUIET)
    return Q(open=0) if state == "complete" else Q()


def _concepts(rows: Sequence[dict[str, Any]]) -> dict[tuple[UUID, UUID], list[LearningConcept]]:
    wanted = LearningConcept.objects.there().filter(
        is_active=True, user__in={row["user_id"] for row in rows}, course__in={row["course_id"] for row in rows}
    )
    found: dict[tuple[UUID, UUID], list[LearningConcept]] = {}
    for concept in wanted.only("name", "user_id", "course_id", "completion_percentage").order_by("created_at"):
        found.setdefault((concept.user_id, concept.course_id), []).append(concept)  # type: ignore[arg-type]  # all have a course
    return found


def _followed(row: dict[str, Any], concepts: dict[tuple[UUID, UUID], list[LearningConcept]], now: datetime) -> Followed:
    return Followed(
        learner_id=row["user_id"],
        learner=row["user__name"] or row["user__email"],
        course_slug=row["course__slug"],
        course_title=row["course__title"],
        percent=int(row["mean"]),
        left_over=row["left_over"],
        does_not_fit=row["does_not_fit"],
        is_quiet=bool(row["open"]) and row["studied"] < now - QUIET,
        last_studied=row["last"],
        concepts=tuple(concepts.get((row["user_id"], row["course_id"]), ())),
    )
