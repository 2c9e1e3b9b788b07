"""Making a plan and making it anew: rows in, a schedule out, rows back.

Everything runs behind the learner's door (or the system's) in the caller's transaction. A plan that is changed is locked first,
so two tabs cannot undo each other. Grades are rows of their own and no replanning touches them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404

from accounts.models import User
from planning.improve.urging import urgent_points
from planning.models import StudyPlan, StudyReview, Subject
from planning.sm2 import FIRST_EF
from planning.study import schedule as days
from planning.study.planner import Lack, Wishes, plan
from planning.study.spacing import Review, remembered
from planning.study.syllabus import SyllabusTopic, plain, topics_of
from planning.study.wishing import PlanRefused, Wanted, as_json, from_json, problems_of

Reviews = Mapping[str, Sequence[Review]]
TOMORROW = timedelta(days=1)


class PlanExists(Exception):
    """The learner has an active plan for the subject: `plan`."""

    def __init__(self, there: StudyPlan) -> None:
        super().__init__(str(there.pk))
        self.plan = there


@dataclass(frozen=True, slots=True)
class Matter:
    """What a schedule is made of, beside the learner's wishes."""

    topics: list[SyllabusTopic]
    reviews: Reviews
    urgent: frozenset[str]


def make(*, learner: User, subject: Subject, wanted: Wanted, today: date, zone: str) -> StudyPlan:
    """A new active plan from today on. Raises PlanExists and PlanRefused."""
    there = StudyPlan.objects.active().filter(student=learner, subject=subject).first()
    if there:
        raise PlanExists(there)
    matter = matter_of(learner.pk, subject)
    problems = problems_of(wanted, today, frozenset(topic.code for topic in matter.topics))
    if problems:
        raise PlanRefused(problems)
    made = StudyPlan(student=learner, subject=subject, started_on=today, time_zone=zone)
    _wish(made, wanted)
    lay_out(made, matter, today)
    return _saved(made)


def change(*, study_plan: StudyPlan, wanted: Wanted, today: date) -> StudyPlan:
    """Other wishes for an active plan; what is done stays, what is to come is planned anew. Raises PlanRefused."""
    locked = lock(study_plan)
    matter = matter_of(locked.student_id, locked.subject)
    problems = problems_of(wanted, today, frozenset(topic.code for topic in matter.topics))
    if problems:
        raise PlanRefused(problems)
    _wish(locked, wanted)
    lay_out(locked, matter, today + TOMORROW if begun_on(today, matter) else today)
    locked.planned_on = today
    note_next_day(locked)
    locked.changes = {}
    locked.save()
    return locked


def lock(study_plan: StudyPlan) -> StudyPlan:
    """The plan as it is now, held until the transaction ends."""
    return get_object_or_404(StudyPlan.objects.select_for_update(of=("self",)).select_related("subject"), pk=study_plan.pk)


def matter_of(learner_id: Any, subject: Subject) -> Matter:
    reviews = reviews_of(learner_id, subject)
    return Matter(topics_of(subject), reviews, urgent_points(learner_id, subject, reviews))


def reviews_of(learner_id: Any, subject: Subject) -> dict[str, list[Review]]:
    """All graded reviews of a learner in a subject, by topic, oldest first; also those of earlier plans."""
    found: dict[str, list[Review]] = defaultdict(list)
    rows = StudyReview.objects.filter(student_id=learner_id, subject=subject).order_by("reviewed_on")
    for topic, day, grade in rows.values_list("topic", "reviewed_on", "grade"):
        found[topic].append(Review(day, grade))
    return found


def lay_out(study_plan: StudyPlan, matter: Matter, start: date) -> None:
    """Plan from `start` on; the days before stay as they are. Sets fields, saves nothing."""
    memories = {code: memory for code, reviews in matter.reviews.items() if (memory := remembered(study_plan.method, reviews))}
    wishes = Wishes(
        exam_date=study_plan.exam_date,
        hours_per_day=study_plan.hours_per_day,
        off=from_json(study_plan.days_off),
        known=frozenset(study_plan.known),
        urgent=matter.urgent,
        method=study_plan.method,
        first=study_plan.started_on,
    )
    planned = plan(topics=plain(matter.topics), memories=memories, start=start, wishes=wishes)
    study_plan.schedule = days.before(study_plan.schedule or [], start) + days.entries(planned.days, study_plan.started_on)
    study_plan.lack = _lack(planned.lack)
    study_plan.easiness_factors = {
        topic.code: float(memories[topic.code].ef if topic.code in memories else FIRST_EF)
        for topic in matter.topics
        if topic.code not in wishes.known
    }
    study_plan.planned_on = start
    note_next_day(study_plan)


def begun_on(day: date, matter: Matter) -> bool:
    """Whether something was graded on that day: then its list stays as it is."""
    return any(review.on == day for reviews in matter.reviews.values() for review in reviews)


def note_next_day(study_plan: StudyPlan) -> None:
    coming = days.since(study_plan.schedule, study_plan.planned_on)
    open_days = [entry["date"] for entry in coming if not entry["completed"]]
    study_plan.next_day = date.fromisoformat(min(open_days)) if open_days else None


def _wish(study_plan: StudyPlan, wanted: Wanted) -> None:
    study_plan.exam_date = wanted.exam_date
    study_plan.total_days = (wanted.exam_date - study_plan.started_on).days
    study_plan.hours_per_day = wanted.hours_per_day
    study_plan.days_off = as_json(wanted.off)
    study_plan.known = sorted(wanted.known)
    study_plan.method = wanted.method
    study_plan.starts_at = wanted.starts_at


def _saved(made: StudyPlan) -> StudyPlan:
    """Two tabs may make a plan at one instant: the database lets one through."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError as error:
        there = StudyPlan.objects.active().filter(student_id=made.student_id, subject_id=made.subject_id).first()
        if there is None:
            raise
        raise PlanExists(there) from error
    return made


def _lack(lack: Lack) -> dict[str, Any]:
    if not lack:
        return {}
    return {
        "left_out": list(lack.left_out),
        "hours_short": lack.hours_short,
        "study_minutes": round(lack.study_hours * 60),
        "full_minutes": round(lack.full_hours * 60),
        "reviews_lost": lack.reviews_lost,
        "for_places": lack.is_for_places,
    }
