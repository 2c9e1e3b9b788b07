"""Making a learning plan from concepts, and laying its steps out anew: by rule, from prerequisites and hours.

Behind the learner's door. Refuses in words what makes no plan: no concepts, no hours, a deadline in the past or in nine years, a
second open plan for the same concepts. What does not fit before the deadline is said, never squeezed in.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import LearningConcept
from planning.concepts.refusing import Refused
from planning.concepts.seeing import Seen, own_concepts, seen_all
from planning.learning_plan_models import LearningPlan, LearningPlanStep
from planning.learning_plans import days
from planning.learning_plans.scheduling import Placed, Scheduled, in_order, queue, schedule
from planning.learning_plans.work import Task, tasks_of, works_of

MOST_CONCEPTS = 30
MOST_OPEN = 10  # plans of one person
KEPT_CHANGES = 20


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A plan as a person wants it. `weekly`: minutes by weekday, Monday first; `zone`: a name of the IANA database."""

    name: str
    concept_ids: Sequence[UUID]
    weekly: Sequence[int]
    start: date | None = None
    deadline: date | None = None
    zone: str = "UTC"
    description: str = ""
    adapts: bool = True
    side_by_side: bool = False


def make(*, learner: User, wish: Wish, now: datetime) -> LearningPlan:
    """Raises Refused."""
    if LearningPlan.objects.filter(user=learner, state__in=["active", "paused"]).count() >= MOST_OPEN:
        raise Refused("name", _("You have %(most)d open plans. Finish or abandon one first.") % {"most": MOST_OPEN})
    return _saved(LearningPlan(user=learner, adaptive_settings={"pace": 1.0, "changes": []}), wish, now)


def change(*, plan: LearningPlan, wish: Wish, now: datetime) -> LearningPlan:
    """Other concepts, hours, dates or habits; what is done stays done. Raises Refused."""
    if not plan.is_open:
        raise Refused("name", _("A plan that has ended is not changed any more."))
    return _saved(plan, wish, now)


def _saved(plan: LearningPlan, wish: Wish, now: datetime) -> LearningPlan:
    plan.name = _name(wish.name)
    plan.description = wish.description.replace("\x00", "").strip()[:2000] or None
    concepts = _concepts(plan, wish.concept_ids)
    plan.concept_key = key_of([concept.pk for concept in concepts])
    plan.course_id = _course(concepts)
    plan.schedule = _schedule(plan, wish, now)
    plan.adaptive_settings = {**(plan.adaptive_settings or {}), "adapts": wish.adapts, "side_by_side": wish.side_by_side}
    plan.concepts = [{"id": str(concept.pk), "name": concept.name} for concept in concepts]
    try:
        with transaction.atomic():
            plan.save()
    except IntegrityError as error:
        raise Refused(
            "concepts", _("You have an open plan for exactly these concepts. Go on with that one, or abandon it.")
        ) from error
    lay_out(plan, now)
    return plan


def _name(text: str) -> str:
    name = " ".join(text.replace("\x00", "").split())
    if not name or len(name) > 200:
        raise Refused("name", _("Write 1 to %(limit)d characters.") % {"limit": 200})
    return name


def _concepts(plan: LearningPlan, ids: Sequence[UUID]) -> list[LearningConcept]:
    """The concepts in the order of learning."""
    found = {concept.pk: concept for concept in own_concepts(plan.user).filter(pk__in=ids)}
    if not ids or set(found) != set(ids):
        raise Refused("concepts", _("Choose at least one concept of yours."))
    if len(found) > MOST_CONCEPTS:
        raise Refused("concepts", _("At most %(most)d concepts in one plan.") % {"most": MOST_CONCEPTS})
    wished = [str(each) for each in dict.fromkeys(ids)]
    return [found[UUID(each)] for each in in_order(wished, needs_of(found.values()))]


def _course(concepts: Sequence[LearningConcept]) -> UUID | None:
    courses = {concept.course_id for concept in concepts}
    return courses.pop() if len(courses) == 1 else None


def _schedule(plan: LearningPlan, wish: Wish, now: datetime) -> dict[str, object]:
    days.check_minutes(wish.weekly)
    zone = days.zone_named(wish.zone)
    today = now.astimezone(zone).date()
    begun = days.start_of(plan) if plan.schedule else None
    start = wish.start or begun or today
    days.check_dates(max(start, today) if start == begun else start, wish.deadline, today)
    return {
        "start": start.isoformat(),
        "deadline": wish.deadline.isoformat() if wish.deadline else None,
        "zone": zone.key,
        "minutes": {str(weekday): minutes for weekday, minutes in enumerate(wish.weekly)},
        "unfit": [],
    }


def key_of(ids: Sequence[UUID]) -> str:
    """The same for the same set, in whatever order."""
    return hashlib.md5(" ".join(sorted(map(str, ids))).encode(), usedforsecurity=False).hexdigest()


def needs_of(concepts: Iterable[LearningConcept]) -> dict[str, list[str]]:
    return {str(concept.pk): list(concept.prerequisites) for concept in concepts}


def replan(plan: LearningPlan, now: datetime, *, why: str = "asked") -> None:
    """Lay out anew what is left, from today on, and note it."""
    late, early = out_of_step(plan, days.today_of(plan, now))
    lay_out(plan, now)
    note(plan, now, why=why, late=late, early=early)


def out_of_step(plan: LearningPlan, today: date) -> tuple[int, int]:
    """How many steps are left over from earlier days, and how many of later days are done."""
    late = plan.steps.filter(done_at=None, day__lt=today).count()
    return late, plan.steps.filter(done_at__isnull=False, day__gt=today).count()


def note(plan: LearningPlan, now: datetime, **change: object) -> None:
    settings = dict(plan.adaptive_settings or {})
    changes = [{"at": now.isoformat(), **change}, *settings.get("changes", [])]
    plan.adaptive_settings = {**settings, "changes": changes[:KEPT_CHANGES]}
    plan.save(update_fields=["adaptive_settings", "updated_at"])


@transaction.atomic
def lay_out(plan: LearningPlan, now: datetime) -> None:
    """Replace the steps that are not done by new ones, and keep in the schedule what does not fit."""
    LearningPlan.objects.select_for_update().filter(pk=plan.pk).first()  # two pages at midnight plan one after the other
    today = days.today_of(plan, now)
    found, tasks = _scheduled(plan, today)
    done = Counter(plan.steps.filter(done_at__isnull=False).values_list("source", flat=True))
    plan.steps.filter(done_at__isnull=False, day__gt=today).update(day=today)  # done ahead
    plan.steps.filter(done_at=None).delete()
    LearningPlanStep.objects.bulk_create(_steps(plan, found.placed, tasks, done))
    plan.schedule = {**(plan.schedule or {}), "unfit": _unfit(found, tasks)}
    plan.save(update_fields=["schedule", "updated_at"])


def _scheduled(plan: LearningPlan, today: date) -> tuple[Scheduled, dict[tuple[str, str], Task]]:
    seen = seen_of(plan)
    spent: Counter[str] = Counter()
    for source, minutes in plan.steps.filter(done_at__isnull=False).values_list("source", "minutes"):
        spent[source] += minutes
    pace = float(plan.setting("pace", 1.0))
    tasks = [task for each in seen for task in tasks_of(each, pace=pace, spent=spent)]
    needs = needs_of([each.concept for each in seen])
    pinned = list(plan.steps.filter(done_at=None, is_pinned=True, day__gte=today))
    works = queue(works_of(tasks, pinned), list(needs), needs, side_by_side=bool(plan.setting("side_by_side")))
    found = schedule(works, needs, days.room_of(plan, today))
    return found, {(task.concept_id, task.source): task for task in tasks}


def seen_of(plan: LearningPlan) -> list[Seen]:
    """The plan's concepts that are still there, in an order that their prerequisites of today allow."""
    ids = [UUID(each["id"]) for each in plan.concepts]
    rows = LearningConcept.objects.there().filter(pk__in=ids, user_id=plan.user_id).select_related("course")
    known = {concept.pk: concept for concept in rows}
    order = in_order([str(each) for each in ids if each in known], needs_of(known.values()))
    return seen_all([known[UUID(each)] for each in order])


def _steps(
    plan: LearningPlan, placed: Sequence[Placed], tasks: Mapping[tuple[str, str], Task], done: Counter[str]
) -> list[LearningPlanStep]:
    parts = Counter((piece.work.concept, piece.work.source) for piece in placed)
    before = Counter(done)
    steps = []
    for position, piece in enumerate(placed):
        task = tasks[piece.work.concept, piece.work.source]
        before[task.source] += 1
        steps.append(
            LearningPlanStep(
                plan=plan,
                user_id=plan.user_id,
                course_id=plan.course_id,
                concept_id=UUID(task.concept_id),
                kind=task.kind,
                place_id=task.place_id,
                source=task.source,
                title=task.title[:500],
                day=piece.day,
                position=position,
                minutes=piece.minutes,
                part=before[task.source],
                parts=parts[task.concept_id, task.source] + done[task.source],
                is_pinned=piece.work.pinned is not None,
            )
        )
    return steps


def _unfit(found: Scheduled, tasks: Mapping[tuple[str, str], Task]) -> list[dict[str, object]]:
    return [
        {"concept": work.concept, "title": tasks[work.concept, work.source].title, "minutes": work.minutes}
        for work in found.unfit
    ]
