"""Plans as rows: made, kept to, missed, closed; and what the database holds of them."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from planning.models import StudyPlan, StudyReview, Subject
from planning.study.days import DaysOff
from planning.study.keeping import NotPossible, abandon, catch_up, complete, finish_day, grade, record, replan, today_of
from planning.study.making import PlanExists, _saved, change, make
from planning.study.wishing import PlanRefused
from tests.study.conftest import plan_for, seen_by, today, wanted

pytestmark = pytest.mark.django_db
NAMES = ["fk_student", "fk_subject", "fk_attempt", "valid_status", "valid_total_days", "valid_hours_per_day"]


def later(days: int) -> date:
    return today() + timedelta(days=days)


def graded(learner: User, plan: StudyPlan, topic: str, value: int, on: date) -> StudyPlan:
    with acting_as(learner):
        return grade(study_plan=plan, topic=topic, value=value, today=on)


def test_it_makes_a_plan_in_the_shape_of_the_data_model(plan: StudyPlan, subject: Subject) -> None:
    assert (plan.status, plan.total_days, plan.hours_per_day) == ("active", 40, 2.0)
    assert list(plan.schedule[0]) == ["day", "date", "topics", "interval", "activities", "hours_allocated", "ef", "completed"]
    assert plan.schedule[0]["date"] == today().isoformat()
    assert {code for entry in plan.schedule for code in entry["topics"]} == set(plan.easiness_factors)
    assert len(plan.easiness_factors) == 12
    assert plan.lack == {}


def test_it_refuses_a_second_plan_and_names_the_first(ada: User, subject: Subject, plan: StudyPlan) -> None:
    with pytest.raises(PlanExists) as refused:
        plan_for(ada, subject)
    assert refused.value.plan == plan
    with acting_as(ada):
        abandon(plan)
    assert plan_for(ada, subject).is_active


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"days": 0}, "exam_date"),
        ({"days": -1}, "exam_date"),
        ({"days": 9 * 365}, "exam_date"),
        ({"hours": 0.0}, "hours_per_day"),
        ({"hours": 25.0}, "hours_per_day"),
        ({"hours": float("nan")}, "hours_per_day"),
        ({"off": DaysOff(frozenset(range(7)))}, "days_off"),
        ({"off": DaysOff(frozenset({7}))}, "days_off"),
        ({"known": frozenset({"9708.9.9"})}, "known"),
        ({"known": frozenset(f"9708.{part}.{n}" for part in (1, 2, 3) for n in (1, 2, 3, 4))}, "known"),
        ({"method": "guess"}, "method"),
    ],
    ids=["today", "past", "nine-years", "no-hours", "25-hours", "nan", "all-off", "no-weekday", "unknown", "all-known", "method"],
)
def test_it_refuses_what_cannot_be(ada: User, subject: Subject, wish: dict[str, Any], field: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        plan_for(ada, subject, **wish)
    assert list(refused.value.problems) == [field]


def test_it_refuses_an_empty_subject(ada: User, course: Any) -> None:
    with acting_as(SYSTEM):
        empty = Subject.objects.create(code="empty", title="Empty", course=course)
    with pytest.raises(PlanRefused) as refused:
        plan_for(ada, empty)
    assert "known" in refused.value.problems


@pytest.mark.parametrize(
    "fields",
    [
        {"hours_per_day": 0},
        {"hours_per_day": 24.5},
        {"total_days": 0},
        {"status": "paused"},
        {"exam_date": date(2020, 1, 1)},
        {"exam_date": date(2090, 1, 1)},
        {"easiness_factors": {"9708.1.1": 1.2}},
        {"easiness_factors": {"9708.1.1": "2.5"}},
        {"schedule": {}},
        {"schedule": [{"day": 1}]},
        {"schedule": [{"day": 1, "date": "2026-01-01", "topics": [], "interval": 1, "activities": ["review"],
                       "hours_allocated": 1, "ef": "easy", "completed": False}]},
    ],
    ids=["hours", "24.5", "days", "status", "past", "far", "ef", "ef-text", "no-list", "no-day", "day-ef"],
)  # fmt: skip
def test_it_lets_no_code_path_break_the_rules(ada: User, plan: StudyPlan, fields: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), acting_as(ada):
        StudyPlan.objects.filter(pk=plan.pk).update(**fields)


def test_it_never_leaves_a_closed_state(ada: User, plan: StudyPlan) -> None:
    with acting_as(ada):
        complete(plan)
        with pytest.raises(NotPossible):
            abandon(plan)
    with pytest.raises(DatabaseError), acting_as(SYSTEM):
        StudyPlan.objects.filter(pk=plan.pk).update(status="active")


def test_it_grades_and_plans_on_from_the_grade(ada: User, plan: StudyPlan) -> None:
    first = plan.schedule[0]["topics"][0]
    now = graded(ada, plan, first, 5, today())
    assert now.schedule[0]["topics"] == plan.schedule[0]["topics"]
    assert now.schedule[0]["completed"] is (len(plan.schedule[0]["topics"]) == 1)
    assert now.easiness_factors[first] == 2.5
    hard = graded(ada, plan, first, 3, today())
    assert hard.easiness_factors[first] == 2.36
    with acting_as(ada):
        assert StudyReview.objects.get().grade == 3


def test_it_reviews_what_went_wrong_tomorrow(ada: User, plan: StudyPlan) -> None:
    first = plan.schedule[0]["topics"][0]
    for day, value in ((0, 4), (1, 4)):
        with acting_as(ada):
            catch_up(plan, later(day))
        graded(ada, plan, first, value, later(day))
    assert first in (next(e for e in seen_by(ada, plan).schedule if e["day"] == 8))["topics"]
    with acting_as(ada):
        catch_up(plan, later(7))
    now = graded(ada, plan, first, 1, later(7))
    assert first in (next(e for e in now.schedule if e["day"] == 9))["topics"]


def test_it_moves_what_three_missed_days_left_and_loses_no_grade(ada: User, plan: StudyPlan) -> None:
    first = plan.schedule[0]["topics"][0]
    graded(ada, plan, first, 4, today())
    before = seen_by(ada, plan)
    with acting_as(ada):
        assert catch_up(before, later(1)).changes == {}
        caught = catch_up(before, later(4))
    assert caught.changes["missed"] == [later(day).isoformat() for day in (1, 2, 3)]
    assert all(move["to"] >= later(4).isoformat() for move in caught.changes["moved"])
    assert caught.schedule[:4] == before.schedule[:4]
    assert caught.next_day == later(4)
    with acting_as(ada):
        assert StudyReview.objects.filter(topic=first, grade=4).exists()
        again = catch_up(seen_by(ada, plan), later(4))
    assert again.updated_at == caught.updated_at


def test_it_does_not_grow_today_when_it_is_made_anew(ada: User, plan: StudyPlan) -> None:
    topics = plan.schedule[0]["topics"]
    graded(ada, plan, topics[0], 4, today())
    with acting_as(ada):
        now = replan(study_plan=plan, today=today())
    assert now.schedule[0]["topics"] == topics


def test_it_finishes_a_day_once_everything_has_a_grade(ada: User, plan: StudyPlan) -> None:
    exam = next(date.fromisoformat(e["date"]) for e in plan.schedule if "practice_exam" in e["activities"])
    with acting_as(ada):
        record(ada.pk, plan.subject, {"9708.1.1": 4, "9708.2.1": 4}, today(), "plan")
        plan = catch_up(plan, exam)
        entry = next(e for e in plan.schedule if e["date"] == exam.isoformat())
        with pytest.raises(NotPossible):
            finish_day(study_plan=plan, today=exam)
        for topic in entry["topics"]:
            grade(study_plan=plan, topic=topic, value=4, today=exam)
        assert not next(e for e in seen_by(ada, plan).schedule if e["date"] == exam.isoformat())["completed"]
        done = finish_day(study_plan=plan, today=exam)
    assert next(e for e in done.schedule if e["date"] == exam.isoformat())["completed"]


def test_it_closes_after_the_exam(ada: User, plan: StudyPlan) -> None:
    with acting_as(ada):
        assert catch_up(plan, plan.exam_date).is_active
        assert catch_up(plan, plan.exam_date + timedelta(days=1)).status == "completed"


def test_it_begins_a_new_plan_with_the_old_grades(ada: User, subject: Subject, plan: StudyPlan) -> None:
    first = plan.schedule[0]["topics"][0]
    graded(ada, plan, first, 3, today())
    with acting_as(ada):
        abandon(plan)
        again = make(learner=ada, subject=subject, wanted=wanted(), today=later(1), zone="UTC")
    assert again.easiness_factors[first] == 2.36
    assert "study" not in again.schedule[0]["activities"] or first not in again.schedule[0]["topics"][1:]


def test_it_counts_days_where_the_learner_is(ada: User, plan: StudyPlan) -> None:
    at = timezone.now().replace(hour=23, minute=30)
    for zone, offset in (("Pacific/Auckland", 1), ("Etc/UTC", 0)):
        plan.time_zone = zone
        assert today_of(plan, at) == at.date() + timedelta(days=offset)
    with acting_as(ada):
        assert catch_up(plan, today() - timedelta(days=1)) is plan


def test_it_changes_wishes_and_keeps_the_past(ada: User, plan: StudyPlan) -> None:
    first = plan.schedule[0]["topics"][0]
    graded(ada, plan, first, 4, today())
    with acting_as(ada):
        now = change(
            study_plan=plan, today=today(),
            wanted=wanted(30, 1.0, method="fsrs", known=frozenset({"9708.3.4"}), off=DaysOff(dates=frozenset({later(2)}))),
        )  # fmt: skip
    assert "9708.3.4" not in now.easiness_factors
    assert later(2).isoformat() not in [entry["date"] for entry in now.schedule]
    assert max(entry["hours_allocated"] for entry in now.schedule if entry["day"] > 1) <= 1.0
    assert now.total_days == 30


def test_it_shows_nothing_to_others(ada: User, ben: User, tess: User, plan: StudyPlan) -> None:
    for person in (ben, tess):
        with acting_as(person):
            assert not StudyPlan.objects.exists()


def test_it_has_the_names_of_the_data_model(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename IN ('study_plans', 'improvement_plans')")
        indexes = {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, confdeltype FROM pg_constraint WHERE conname = ANY(%s)", [NAMES]
        )
        constraints = {(table, name): action for table, name, action in cursor.fetchall()}
    assert {f"idx_study_plans_{name}" for name in ("student", "status", "exam_date")} <= indexes
    assert {f"idx_improvement_plans_{name}" for name in ("student", "attempt")} <= indexes
    assert constraints["study_plans", "fk_student"] == constraints["improvement_plans", "fk_attempt"] == "c"
    assert {("study_plans", name) for name in NAMES if name != "fk_attempt"} <= set(constraints)


@pytest.mark.django_db(transaction=True)
def test_it_lets_one_of_two_tabs_through(ada: User, subject: Subject, plan: StudyPlan) -> None:
    """The check before the insert may see nothing yet; the index sees it."""
    copy = seen_by(ada, plan)
    copy.pk, copy._state.adding = None, True
    with acting_as(ada), pytest.raises(PlanExists):
        _saved(copy)
