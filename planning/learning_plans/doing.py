"""What a learner does with a plan: a step done or not after all, moved to another day; pausing, going on, abandoning with undo.

Behind the learner's door. A step that is moved keeps its day as long as no prerequisite and no full day forbids it.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from courses import reading
from courses.models import LearningConcept
from planning.concepts.refusing import Refused
from planning.learning_plan_models import LearningPlan, LearningPlanStep
from planning.learning_plans import days, making
from planning.learning_plans.scheduling import needed

UNDO = timedelta(days=1)  # in which an abandoned plan comes back
PLACES = (LearningPlanStep.Kind.CHAPTER, LearningPlanStep.Kind.LAB)


def own_plans(learner: User) -> QuerySet[LearningPlan]:
    return LearningPlan.objects.filter(user=learner).select_related("course")


def own_plan(learner: User, plan_id: UUID) -> LearningPlan:
    """Raises Http404."""
    return get_object_or_404(own_plans(learner), pk=plan_id)


def own_step(learner: User, step_id: UUID) -> LearningPlanStep:
    """Raises Http404."""
    rows = LearningPlanStep.objects.filter(user=learner).select_related("plan", "concept__course")
    return get_object_or_404(rows, pk=step_id)


@transaction.atomic
def set_done(*, step: LearningPlanStep, learner: User, done: bool, now: datetime) -> None:
    """Tick a step off; with its last part a chapter counts as read and a lab as done, and that moves the concept."""
    _check_open(step.plan, may_be_completed=not done)
    step.done_at = (step.done_at or now) if done else None
    step.save(update_fields=["done_at"])
    left = step.plan.steps.filter(source=step.source, done_at=None).exists()
    if step.kind in PLACES and step.concept.course and (not done or not left):
        reading.set_done(step.concept.course, step.place_id, learner, done=done)
    settle_state(step.plan, now)


def settle_state(plan: LearningPlan, now: datetime) -> None:
    """A plan is completed when nothing of it is left, and goes on when something is."""
    is_through = not (plan.steps.filter(done_at=None).exists() or (plan.schedule or {}).get("unfit"))
    if plan.state == LearningPlan.State.ACTIVE and is_through:
        _set_state(plan, LearningPlan.State.COMPLETED, now)
    elif plan.state == LearningPlan.State.COMPLETED and not is_through:
        _set_state(plan, LearningPlan.State.ACTIVE, None)


@transaction.atomic
def move(*, step: LearningPlanStep, day: date, now: datetime) -> None:
    """Do a step on another day. Raises Refused."""
    plan = step.plan
    _check_open(plan)
    if step.done_at:
        raise Refused("day", _("This step is done."))
    today = days.today_of(plan, now)
    if not max(today, days.start_of(plan)) <= day <= days.last_of(plan):
        raise Refused("day", _("Choose a day between today and the end of the plan."))
    _check_room(step, day, today)
    _check_order(step, day)
    step.day, step.is_pinned = day, True
    step.save(update_fields=["day", "is_pinned"])


def _check_room(step: LearningPlanStep, day: date, today: date) -> None:
    others = step.plan.steps.filter(day=day, done_at=None).exclude(pk=step.pk).aggregate(all=Sum("minutes"))["all"] or 0
    holds = days.room_of(step.plan, today).on(day)
    if step.minutes > holds - others:
        words = _("%(day)s has room for %(free)d of the %(minutes)d minutes that this step takes.")
        raise Refused("day", words % {"day": _day(day), "free": max(0, holds - others), "minutes": step.minutes})


def _check_order(step: LearningPlanStep, day: date) -> None:
    needs = making.needs_of(LearningConcept.objects.filter(pk__in=[each["id"] for each in step.plan.concepts]))
    own = str(step.concept_id)
    open_steps = step.plan.steps.filter(done_at=None).select_related("concept")
    before = open_steps.filter(concept__in=[UUID(each) for each in needed(own, needs)], day__gt=day).order_by("-day").first()
    if before:
        words = _("“%(name)s” comes first, and is planned until %(day)s.")
        raise Refused("day", words % {"name": before.concept.name, "day": _day(before.day)})
    later = [UUID(each) for each in needs if own in needed(each, needs)]
    after = open_steps.filter(concept__in=later, day__lt=day).order_by("day").first()
    if after:
        words = _("“%(name)s” needs this first, and begins on %(day)s.")
        raise Refused("day", words % {"name": after.concept.name, "day": _day(after.day)})


def pause(plan: LearningPlan) -> None:
    """Raises Refused when it is not going on."""
    _step_to(plan, LearningPlan.State.PAUSED, frm=LearningPlan.State.ACTIVE)


def resume(plan: LearningPlan, now: datetime) -> None:
    """Go on from today: what was left over meanwhile is laid out anew. Raises Refused."""
    _step_to(plan, LearningPlan.State.ACTIVE, frm=LearningPlan.State.PAUSED)
    making.replan(plan, now, why="resumed")


def abandon(plan: LearningPlan, now: datetime) -> None:
    """Raises Refused when it has ended already."""
    _check_open(plan)
    _set_state(plan, LearningPlan.State.ABANDONED, now)


def take_up_again(plan: LearningPlan, now: datetime) -> None:
    """Undo abandoning, for a day. Raises Refused."""
    if plan.state != LearningPlan.State.ABANDONED or not plan.closed_at or plan.closed_at < now - UNDO:
        raise Refused("state", _("This plan can no longer be taken up again. Make a new one."))
    _set_state(plan, LearningPlan.State.ACTIVE, None)


def replan(plan: LearningPlan, now: datetime) -> None:
    """Raises Refused when it is not going on."""
    if plan.state != LearningPlan.State.ACTIVE:
        raise Refused("state", _("That cannot be done with a plan in this state."))
    making.replan(plan, now)


def go_to(plan: LearningPlan, state: str, now: datetime) -> None:
    """`paused`, `abandoned`, or `active`: on after a pause, or up again after abandoning. Raises Refused."""
    if state == LearningPlan.State.ABANDONED:
        abandon(plan, now)
    elif state == LearningPlan.State.PAUSED:
        pause(plan)
    elif plan.state == LearningPlan.State.ABANDONED:
        take_up_again(plan, now)
    else:
        resume(plan, now)


def _step_to(plan: LearningPlan, state: str, *, frm: str) -> None:
    if plan.state != frm:
        raise Refused("state", _("That cannot be done with a plan in this state."))
    _set_state(plan, state, None)


def _set_state(plan: LearningPlan, state: str, closed_at: datetime | None) -> None:
    plan.state, plan.closed_at = state, closed_at
    try:
        with transaction.atomic():
            plan.save(update_fields=["state", "closed_at", "updated_at"])
    except IntegrityError as error:
        raise Refused("state", _("Meanwhile you have another open plan for exactly these concepts.")) from error


def _check_open(plan: LearningPlan, *, may_be_completed: bool = False) -> None:
    if not plan.is_open and not (may_be_completed and plan.state == LearningPlan.State.COMPLETED):
        raise Refused("state", _("A plan that has ended is not changed any more."))


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
