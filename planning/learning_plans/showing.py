"""A plan as its page shows it: what is due today, what the week holds, what comes later, what is done, and what does not fit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from courses.models import LearningConcept
from planning.learning_plan_models import LearningPlan, LearningPlanStep
from planning.learning_plans import days
from planning.learning_plans.doing import UNDO, own_plans

SHOWN_DONE = 20


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step with where it leads."""

    step: LearningPlanStep
    url: str

    @property
    def concept_url(self) -> str:
        return reverse("concept", args=[self.step.concept_id])


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    lines: tuple[StepLine, ...]

    @property
    def minutes(self) -> int:
        return sum(line.step.minutes for line in self.lines)


@dataclass(frozen=True, slots=True)
class Change:
    at: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class PlanPage:
    """`week` holds the days after today until Sunday, `later` those of the weeks after it."""

    plan: LearningPlan
    today: date
    due: Day
    left_over: tuple[StepLine, ...]
    week: tuple[Day, ...]
    later: tuple[Day, ...]
    done: tuple[StepLine, ...]
    done_count: int
    total: int
    minutes_left: int
    ends_on: date | None
    unfit: tuple[dict[str, Any], ...]
    missing: tuple[LearningConcept, ...]
    changes: tuple[Change, ...]
    may_undo: bool

    @property
    def percent(self) -> int:
        return round(100 * self.done_count / self.total) if self.total else 0

    @property
    def deadline(self) -> date | None:
        return days.deadline_of(self.plan)

    @property
    def weekly_minutes(self) -> int:
        return sum(days.weekly_of(self.plan))


@dataclass(frozen=True, slots=True)
class Shelved:
    """A plan in the list of plans."""

    plan: LearningPlan
    done_count: int
    total: int
    due_today: int
    next_day: date | None
    ends_on: date | None
    left_over: int

    @property
    def percent(self) -> int:
        return round(100 * self.done_count / self.total) if self.total else 0


def page_of(plan: LearningPlan, now: datetime) -> PlanPage:
    today = days.today_of(plan, now)
    lines = [_line(step) for step in plan.steps.select_related("concept__course").order_by("day", "position")]
    open_lines = [line for line in lines if not line.step.done_at]
    done = sorted((line for line in lines if line.step.done_at), key=lambda line: (line.step.done_at, line.step.position))
    sunday = today + timedelta(days=6 - today.weekday())
    ahead = _days(line for line in open_lines if line.step.day > today)
    return PlanPage(
        plan=plan,
        today=today,
        due=Day(today, tuple(line for line in open_lines if line.step.day == today)),
        left_over=tuple(line for line in open_lines if line.step.day < today),
        week=tuple(day for day in ahead if day.day <= sunday),
        later=tuple(day for day in ahead if day.day > sunday),
        done=tuple(reversed(done[-SHOWN_DONE:])),
        done_count=len(done),
        total=len(lines),
        minutes_left=sum(line.step.minutes for line in open_lines),
        ends_on=max((line.step.day for line in open_lines), default=None),
        unfit=tuple((plan.schedule or {}).get("unfit", ())),
        missing=_missing(plan),
        changes=tuple(_change(each) for each in plan.setting("changes", [])),
        may_undo=bool(plan.state == "abandoned" and plan.closed_at and plan.closed_at > now - UNDO),
    )


def _line(step: LearningPlanStep) -> StepLine:
    course = step.concept.course
    if step.place_id and course:
        return StepLine(step, reverse("place", args=[course.slug, step.place_id]))
    page = reverse("concept", args=[step.concept_id])
    return StepLine(step, f"{page}#objectives" if step.kind == LearningPlanStep.Kind.SELF_CHECK else page)


def _days(lines: Iterable[StepLine]) -> list[Day]:
    return [Day(day, tuple(found)) for day, found in groupby(lines, key=lambda line: line.step.day)]


def _missing(plan: LearningPlan) -> tuple[LearningConcept, ...]:
    """What the plan's concepts need, is not complete, and stands in no plan of theirs."""
    inside = {each["id"] for each in plan.concepts}
    rows = LearningConcept.objects.there().filter(pk__in=inside).values_list("prerequisites", flat=True)
    needed = {need for needs in rows for need in needs} - inside
    if not needed:
        return ()
    return tuple(LearningConcept.objects.there().filter(pk__in=needed, completion_percentage__lt=100).order_by("name"))


def _change(each: dict[str, Any]) -> Change:
    return Change(parse_datetime(str(each.get("at", ""))), _why(each))


def _why(each: dict[str, Any]) -> str:
    late, early = int(each.get("late", 0)), int(each.get("early", 0))
    if each.get("why") == "late":
        words = ngettext("%(n)d step was left over", "%(n)d steps were left over", late) % {"n": late}
    elif each.get("why") == "early":
        words = ngettext("%(n)d step was done ahead", "%(n)d steps were done ahead", early) % {"n": early}
    elif each.get("why") == "resumed":
        words = _("you went on after a pause")
    else:
        words = _("you asked for it")
    return _("Planned anew: %(why)s") % {"why": words}


def shelf(learner: User, now: datetime) -> list[Shelved]:
    """One's plans, open ones first, in one query."""
    open_step = Q(steps__done_at=None)
    rows = own_plans(learner).annotate(
        total=Count("steps"),
        done_count=Count("steps", filter=~open_step),
        next_day=Min("steps__day", filter=open_step),
        ends_on=Max("steps__day", filter=open_step),
    )
    due = _due(learner, now)
    found = [_shelved(plan, due, now) for plan in rows.order_by("-is_active", "-created_at")[:50]]
    return sorted(found, key=lambda each: not each.plan.is_open)


def _due(learner: User, now: datetime) -> dict[tuple[Any, date], int]:
    """Open steps by plan and day, up to a day from now: whose today it is depends on the plan's zone."""
    rows = LearningPlanStep.objects.filter(user=learner, done_at=None, day__lte=(now + timedelta(days=1)).date())
    counted = rows.values_list("plan_id", "day").annotate(Count("pk")).order_by()
    return {(plan_id, day): count for plan_id, day, count in counted}


def _shelved(plan: Any, due: dict[tuple[Any, date], int], now: datetime) -> Shelved:
    today = days.today_of(plan, now)
    late = sum(count for (plan_id, day), count in due.items() if plan_id == plan.pk and day < today)
    return Shelved(plan, plan.done_count, plan.total, due.get((plan.pk, today), 0), plan.next_day, plan.ends_on, late)


def due_today(plans: Sequence[LearningPlan], now: datetime) -> list[StepLine]:
    """What stands in open plans for today or before, for whoever wants to say what comes next."""
    if not plans:
        return []
    last = max(days.today_of(plan, now) for plan in plans)
    rows = LearningPlanStep.objects.filter(plan__in=plans, done_at=None, day__lte=last).select_related("concept__course")
    return [_line(step) for step in rows.order_by("day", "position")[:10]]
