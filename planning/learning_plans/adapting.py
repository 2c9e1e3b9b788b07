"""A plan keeps up with its learner: what was done elsewhere is ticked off, and once a day what was left over, or done ahead, lays
the rest out anew at the pace that was found.

Whoever opens a plan makes it keep up, and a worker does so for those who stay away. Doing it twice changes nothing.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Sum

from accounts.door import SYSTEM, acting_as
from courses.models import ConceptMinute
from planning.learning_plan_models import LearningPlan
from planning.learning_plans import days, making
from planning.learning_plans.doing import settle_state

SLOWEST, QUICKEST = 2.0, 0.5  # times the planned minutes
ENOUGH = 120  # minutes that must be planned and done before they say anything about the pace
PRESENT = 0.3  # of them counted at least, else most was done away from these pages


@transaction.atomic
def keep_up(plan: LearningPlan, now: datetime) -> LearningPlan:
    """The plan as it stands today. Behind the learner's or the system's door."""
    plan = LearningPlan.objects.select_for_update(of=("self",)).select_related("course").get(pk=plan.pk)
    if plan.state != LearningPlan.State.ACTIVE:
        return plan
    _tick_off(plan, now)
    settle_state(plan, now)
    today = days.today_of(plan, now)
    if plan.state == LearningPlan.State.ACTIVE and plan.setting("checked") != today.isoformat():
        _adapt(plan, today, now)
    return plan


def _tick_off(plan: LearningPlan, now: datetime) -> None:
    """Steps whose matter was read, passed or said elsewhere."""
    waiting = list(plan.steps.filter(done_at=None))
    if not waiting:
        return
    done = {(each.concept.pk, part.source) for each in making.seen_of(plan) for part in each.parts if part.is_done}
    settled = [step.pk for step in waiting if (step.concept_id, step.source) in done]
    if settled:
        plan.steps.filter(pk__in=settled).update(done_at=now)


def _adapt(plan: LearningPlan, today: date, now: datetime) -> None:
    late, early = making.out_of_step(plan, today)
    if (late or early) and plan.setting("adapts", True):
        plan.adaptive_settings = {**(plan.adaptive_settings or {}), "pace": pace_of(plan)}
        making.replan(plan, now, why="late" if late else "early")
    plan.adaptive_settings = {**(plan.adaptive_settings or {}), "checked": today.isoformat()}
    plan.save(update_fields=["adaptive_settings", "updated_at"])


def pace_of(plan: LearningPlan) -> float:
    """How long things take this learner, against what was planned; the present pace while too little is known."""
    done = plan.steps.filter(done_at__isnull=False)
    planned = done.aggregate(all=Sum("minutes"))["all"] or 0
    present = float(plan.setting("pace", 1.0))
    counted = ConceptMinute.objects.filter(
        concept__in=done.values("concept"), minute__gte=plan.created_at, user_id=plan.user_id
    ).count()
    if planned < ENOUGH or counted < PRESENT * planned:
        return present
    return round(min(SLOWEST, max(QUICKEST, present * counted / planned)), 2)


def keep_all_up(now: datetime) -> int:
    """Every plan that was not looked at today; how many. Each in a transaction of its own."""
    with acting_as(SYSTEM):
        rows = list(LearningPlan.objects.filter(is_active=True).order_by("updated_at"))
    stale = [plan for plan in rows if plan.setting("checked") != days.today_of(plan, now).isoformat()]
    for plan in stale:
        with acting_as(SYSTEM):
            keep_up(plan, now)
    return len(stale)
