"""Plans: laid out by rule, refused in words when they cannot be, keeping up with who falls behind or runs ahead."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, transaction

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.concept_models import objective_source
from courses.models import ConceptMinute, Course, LearningConcept, PlaceProgress
from planning.concepts.refusing import Refused
from planning.learning_plans import adapting, doing, making
from planning.learning_plans.making import Wish
from planning.models import LearningPlan, LearningPlanStep
from tests.concepts.conftest import NOW, PLACES, concept, read

HOUR_A_DAY = (60,) * 7
TODAY = NOW.date()


@pytest.fixture
def chain(ada: User, stocked: Course, data: LearningConcept) -> list[LearningConcept]:
    """Networks need data."""
    return [data, concept(ada, "Networks", course=stocked, places=("networks", "lab-nets"), prerequisites=(data.pk,))]


def planned(learner: User, concepts: list[LearningConcept], *, now: datetime = NOW, **wish: Any) -> LearningPlan:
    values: dict[str, Any] = {"name": "My plan", "weekly": HOUR_A_DAY, **wish}
    with acting_as(learner):
        ids = [each.pk for each in reversed(concepts)]
        return making.make(learner=learner, wish=Wish(concept_ids=ids, **values), now=now)


def steps(learner: User, plan: LearningPlan) -> list[LearningPlanStep]:
    with acting_as(learner):
        return list(plan.steps.select_related("concept"))


def keep_up(learner: User, plan: LearningPlan, now: datetime) -> LearningPlan:
    with acting_as(learner):
        return adapting.keep_up(plan, now)


def test_it_puts_prerequisites_first_and_no_more_on_a_day_than_it_holds(ada: User, chain: list[LearningConcept]) -> None:
    found = steps(ada, planned(ada, chain))
    said = objective_source("Say what a volume is")
    wanted = ["place:volumes", "place:mounts", "place:lab-data", said, "place:networks", "place:lab-nets"]
    assert list(dict.fromkeys(step.source for step in found)) == wanted
    days: dict[date, int] = {}
    for step in found:
        days[step.day] = days.get(step.day, 0) + step.minutes
    assert max(days.values()) <= 60
    assert min(days) == TODAY


def test_it_plans_only_what_is_left(ada: User, stocked: Course, data: LearningConcept) -> None:
    read(ada, stocked, "volumes")
    assert "place:volumes" not in [step.source for step in steps(ada, planned(ada, [data]))]


def test_it_says_what_does_not_fit(ada: User, data: LearningConcept) -> None:
    plan = planned(ada, [data], deadline=TODAY, weekly=(30,) * 7)
    assert sum(step.minutes for step in steps(ada, plan)) == 30
    assert sum(each["minutes"] for each in plan.schedule["unfit"]) == 55


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"weekly": (0,) * 7}, "minutes"),
        ({"weekly": (5,) * 7}, "minutes"),
        ({"deadline": TODAY - timedelta(days=1)}, "deadline"),
        ({"deadline": TODAY + timedelta(days=9 * 365)}, "deadline"),
        ({"start": TODAY + timedelta(days=9), "deadline": TODAY + timedelta(days=8)}, "deadline"),
        ({"start": TODAY - timedelta(days=1)}, "start"),
        ({"name": "  "}, "name"),
    ],
    ids=["no-hours", "crumbs", "past", "nine-years", "ends-first", "began", "nameless"],
)
def test_it_refuses_in_words(ada: User, data: LearningConcept, wish: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        planned(ada, [data], **wish)
    assert refusal.value.field == field


def test_it_refuses_a_second_plan_for_the_same_concepts(ada: User, ben: User, chain: list[LearningConcept]) -> None:
    first = planned(ada, chain)
    with pytest.raises(Refused):
        planned(ada, chain[::-1])
    with pytest.raises(Refused):
        planned(ben, chain)
    with acting_as(ada):
        doing.abandon(first, NOW)
    second = planned(ada, chain)
    with acting_as(ada), pytest.raises(Refused):
        doing.take_up_again(first, NOW)
    assert second.state == "active"


def test_it_lays_out_anew_what_was_left_over(ada: User, chain: list[LearningConcept]) -> None:
    plan = planned(ada, chain)
    before = len(steps(ada, plan))
    late = NOW + timedelta(days=3)
    plan = keep_up(ada, plan, late)
    found = steps(ada, plan)
    assert min(step.day for step in found) == late.date()
    assert len(found) == before
    (change,) = plan.setting("changes")
    assert (change["why"], change["late"] > 0) == ("late", True)
    assert keep_up(ada, plan, late + timedelta(hours=2)).setting("changes") == [change]


def test_it_moves_up_what_comes_after_when_somebody_runs_ahead(ada: User, stocked: Course, chain: list[LearningConcept]) -> None:
    plan = planned(ada, chain, weekly=(30,) * 7)
    ends = max(step.day for step in steps(ada, plan))
    for place in PLACES:
        read(ada, stocked, place)
    plan = keep_up(ada, plan, NOW + timedelta(hours=1))
    assert [each["why"] for each in plan.setting("changes")] == ["early"]
    assert max(step.day for step in steps(ada, plan)) < ends


def test_it_leaves_a_plan_alone_that_does_not_adapt(ada: User, chain: list[LearningConcept]) -> None:
    plan = planned(ada, chain, adapts=False)
    keep_up(ada, plan, NOW + timedelta(days=3))
    assert min(step.day for step in steps(ada, plan)) == TODAY
    with acting_as(ada):
        doing.replan(plan, NOW + timedelta(days=3))
    assert min(step.day for step in steps(ada, plan)) == TODAY + timedelta(days=3)


def test_it_learns_the_pace(ada: User, stocked: Course, chain: list[LearningConcept]) -> None:
    plan = planned(ada, chain, weekly=(240,) * 7)
    with acting_as(ada):
        for step in plan.steps.filter(source__startswith="place:").exclude(source="place:lab-nets"):
            doing.set_done(step=doing.own_step(ada, step.pk), learner=ada, done=True, now=NOW)
        done = sum(plan.steps.filter(done_at__isnull=False).values_list("minutes", flat=True))
        assert adapting.pace_of(plan) == 1.0
        since = plan.created_at.replace(second=0, microsecond=0) + timedelta(minutes=1)
        ConceptMinute.objects.bulk_create(
            ConceptMinute(user=ada, concept=chain[0], minute=since + timedelta(minutes=n)) for n in range(round(done * 1.5))
        )
        assert done < adapting.ENOUGH or adapting.pace_of(plan) == 1.5


def test_it_ticks_off_by_hand_and_by_evidence(ada: User, stocked: Course, data: LearningConcept) -> None:
    plan = planned(ada, [data])
    first = steps(ada, plan)[0]
    with acting_as(ada):
        doing.set_done(step=doing.own_step(ada, first.pk), learner=ada, done=True, now=NOW)
        assert PlaceProgress.objects.get(place_id=first.place_id).done_at
        assert LearningConcept.objects.get(pk=data.pk).completion_percentage == 25
        doing.set_done(step=doing.own_step(ada, first.pk), learner=ada, done=False, now=NOW)
        assert LearningConcept.objects.get(pk=data.pk).completion_percentage == 0
    read(ada, stocked, "mounts")
    keep_up(ada, plan, NOW)
    assert [step.source for step in steps(ada, plan) if step.done_at] == ["place:mounts"]


def test_it_does_not_ask_again_for_what_was_ticked_off(ada: User, chain: list[LearningConcept]) -> None:
    plan = planned(ada, chain)
    ticked = [step for step in steps(ada, plan) if step.kind in {"lab", "self_check"}]
    with acting_as(ada):
        for step in ticked:
            doing.set_done(step=doing.own_step(ada, step.pk), learner=ada, done=True, now=NOW)
        doing.replan(plan, NOW)
    assert {step.kind for step in steps(ada, plan) if not step.done_at} == {"chapter"}


def test_it_is_completed_with_its_last_step_and_goes_on_without(ada: User, data: LearningConcept) -> None:
    plan = planned(ada, [data])
    for step in steps(ada, plan):
        with acting_as(ada):
            doing.set_done(step=doing.own_step(ada, step.pk), learner=ada, done=True, now=NOW)
    with acting_as(ada):
        assert doing.own_plan(ada, plan.pk).state == "completed"
        doing.set_done(step=doing.own_step(ada, step.pk), learner=ada, done=False, now=NOW)
        plan = doing.own_plan(ada, plan.pk)
    assert (plan.state, plan.is_active, plan.closed_at) == ("active", True, None)


def test_it_moves_a_step_and_keeps_it_there(ada: User, chain: list[LearningConcept]) -> None:
    plan = planned(ada, chain)
    last = steps(ada, plan)[-1]
    day = last.day + timedelta(days=9)
    with acting_as(ada):
        doing.move(step=doing.own_step(ada, last.pk), day=day, now=NOW)
        doing.replan(plan, NOW)
    moved = steps(ada, plan)[-1]
    assert (moved.day, moved.is_pinned) == (day, True)


@pytest.mark.parametrize("where", ["yesterday", "before-its-prerequisite", "full-day"])
def test_it_refuses_to_move_a_step_where_it_cannot_be(ada: User, chain: list[LearningConcept], where: str) -> None:
    plan = planned(ada, chain, weekly=(60, 60, 60, 60, 60, 60, 0))
    found = steps(ada, plan)
    step, day = {
        "yesterday": (found[0], TODAY - timedelta(days=1)),
        "before-its-prerequisite": (found[-1], TODAY),
        "full-day": (found[0], TODAY + timedelta(days=6)),
    }[where]
    with acting_as(ada), pytest.raises(Refused):
        doing.move(step=doing.own_step(ada, step.pk), day=day, now=NOW)


def test_it_goes_by_its_learners_clock(ada: User, data: LearningConcept) -> None:
    evening = NOW.replace(hour=23, minute=30)
    assert steps(ada, planned(ada, [data], now=evening, zone="Asia/Tokyo"))[0].day == TODAY + timedelta(days=1)


def test_it_pauses_goes_on_and_comes_back_for_a_day(ada: User, chain: list[LearningConcept]) -> None:
    plan = planned(ada, chain)
    with acting_as(ada):
        doing.pause(plan)
        later = NOW + timedelta(days=5)
        assert adapting.keep_up(plan, later).setting("changes") == []
        doing.resume(plan, later)
        assert min(plan.steps.values_list("day", flat=True)) == later.date()
        doing.abandon(plan, later)
        doing.take_up_again(plan, later + timedelta(hours=23))
        doing.abandon(plan, later)
        with pytest.raises(Refused):
            doing.take_up_again(plan, later + timedelta(hours=25))
        for deed in (lambda: doing.pause(plan), lambda: doing.replan(plan, later), lambda: doing.abandon(plan, later)):
            with pytest.raises(Refused):
                deed()


@pytest.mark.parametrize(("before", "after"), [("paused", "completed"), ("completed", "paused"), ("abandoned", "paused")])
def test_it_takes_no_step_that_its_states_do_not_have(ada: User, data: LearningConcept, before: str, after: str) -> None:
    plan = planned(ada, [data])
    with acting_as(ada):
        LearningPlan.objects.filter(pk=plan.pk).update(state=before)
        with pytest.raises(ProgrammingError), transaction.atomic():
            LearningPlan.objects.filter(pk=plan.pk).update(state=after)


def test_it_keeps_up_for_those_who_stay_away(ada: User, chain: list[LearningConcept]) -> None:
    plan = planned(ada, chain)
    late = NOW + timedelta(days=2)
    assert adapting.keep_all_up(late) == 1
    assert adapting.keep_all_up(late) == 0
    with acting_as(SYSTEM):
        assert min(plan.steps.values_list("day", flat=True)) == late.date()


def test_it_studies_by_the_hour_what_consists_of_nothing(ada: User) -> None:
    own = concept(ada, "Knots", estimated_hours=3)
    found = steps(ada, planned(ada, [own]))
    assert {step.kind for step in found} == {"study"}
    assert sum(step.minutes for step in found) == 180
    assert [(step.part, step.parts) for step in found] == [(1, 3), (2, 3), (3, 3)]


def test_it_stretches_to_the_estimate(ada: User, stocked: Course) -> None:
    slow = concept(ada, "Slow", course=stocked, places=PLACES, estimated_hours=10)
    assert 570 <= sum(step.minutes for step in steps(ada, planned(ada, [slow]))) <= 630
