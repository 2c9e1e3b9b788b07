"""From a marked attempt to an improvement plan, its actions, and whether it moved."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from planning.improve.advising import due_dates
from planning.improve.finding import OBJECTIVES, MarkedAnswer, read_points, weaknesses
from planning.improve.making import ensure, tick, waiting
from planning.models import Attempt, AttemptedQuestion, ImprovementPlan, StudyPlan, StudyReview, Subject
from planning.plan_tasks import improve
from tests.study.conftest import attempted, mark, question, seen_by, signed_in, today

pytestmark = pytest.mark.django_db
SCHEME = [("AO1", 2, "what a volume is"), ("AO2", 2, "the database of the case"), ("AO3", 2, "a judgement")]


def marked(learner: User, subject: Subject, marks: list[str], said: str = "A volume is a folder.", code: str = "q1") -> Attempt:
    version = question(subject, code, ["9708.2.1"], SCHEME)
    return mark(attempted(learner, subject, [(version, said)]), [marks])


def plan_of(learner: User, attempt: Attempt) -> ImprovementPlan:
    with acting_as(learner):
        return ImprovementPlan.objects.select_related("subject").get(attempt=attempt)


def test_it_makes_one_plan_of_a_marked_attempt(ada: User, subject: Subject) -> None:
    attempt = marked(ada, subject, ["1", "0", "0"])
    ensure(attempt.pk)
    improve()
    made = plan_of(ada, attempt)
    assert set(made.weaknesses) == set(OBJECTIVES)
    assert [made.weaknesses[name][0]["category"] for name in OBJECTIVES] == [
        "Imprecise knowledge",
        "No application",
        "No evaluation",
    ]
    assert [made.weaknesses[name][0]["severity"] for name in OBJECTIVES] == ["medium", "high", "high"]
    assert made.weaknesses["AO1"][0]["syllabus_points"] == ["9708.2.1"]
    assert "“A volume is a folder.”" in made.weaknesses["AO1"][0]["examples"][0]
    assert [item["target_weakness"][:3] for item in made.action_items] == ["AO2", "AO3", "AO1", "AO2"]
    assert {"id", "action", "target_weakness", "due_date", "completed", "resources"} <= set(made.action_items[0])
    with acting_as(SYSTEM):
        assert waiting() == []


def test_it_waits_for_the_marks(ada: User, subject: Subject) -> None:
    attempt = attempted(ada, subject, [(question(subject, "q1", ["9708.2.1"], SCHEME), "x")])
    ensure(attempt.pk)
    with acting_as(SYSTEM):
        assert not ImprovementPlan.objects.exists()


def test_it_finds_nothing_where_all_marks_were_given(ada: User, subject: Subject) -> None:
    attempt = marked(ada, subject, ["2", "2", "2"])
    improve()
    assert plan_of(ada, attempt).action_items == []
    assert "Nothing to improve" in signed_in(ada).get(f"/plan/improve/{plan_of(ada, attempt).pk}/").content.decode()


def test_it_names_what_was_left_blank() -> None:
    points = read_points({"points": [{"objective": "AO1", "awarded": "0", "maximum": "2", "reason": "No answer.", "quote": ""}]})
    found = weaknesses([MarkedAnswer(3, "  ", points, ("9708.1.1",))])
    assert found["AO1"] == [
        {
            "category": "Left unanswered",
            "examples": ["Question 3: no answer"],
            "severity": "high",
            "syllabus_points": ["9708.1.1"],
        }
    ]
    assert found["AO2"] == found["AO3"] == []


def test_it_names_what_each_lost_point_asks_for() -> None:
    lost = {"objective": "AO1", "awarded": "0", "maximum": "1", "reason": "Your answer does not say this."}
    points = read_points(
        {"points": [{**lost, "text": text} for text in ("Files survive", "Backups are easier", "Files survive")]}
    )
    (weakness,) = weaknesses([MarkedAnswer(1, "It is a folder.", points, ("9708.1.1",))])["AO1"]
    assert weakness["examples"] == [
        "Question 1: “It is a folder.” – what it needs: Files survive",
        "Question 1: “It is a folder.” – what it needs: Backups are easier",
    ]


@pytest.mark.parametrize(
    "feedback", [None, {}, {"points": [{"objective": "AO9", "awarded": "x", "maximum": None}]}, {"points": None}]
)
def test_it_survives_broken_feedback(feedback: dict[str, object] | None) -> None:
    assert read_points(feedback) == ()


@pytest.mark.parametrize("days", [1, 2, 5, 40])
def test_it_sets_dates_before_the_exam(days: int) -> None:
    exam = date(2026, 3, 1) + timedelta(days=days)
    dates = due_dates(6, date(2026, 3, 1), exam)
    assert dates == sorted(dates)
    assert all(date(2026, 3, 1) <= day < exam for day in dates)


def test_it_brings_weak_points_nearer_in_the_study_plan(ada: User, subject: Subject, plan: StudyPlan) -> None:
    def day_of(code: str) -> int:
        return next(e["day"] for e in seen_by(ada, plan).schedule if code in e["topics"] and e["day"] > 1)

    before = day_of("9708.2.1")
    version = question(subject, "q9", ["9708.2.4"], SCHEME)
    late = day_of("9708.2.4")
    attempt = mark(attempted(ada, subject, [(version, "x")]), [["0", "0", "0"]])
    improve()
    assert day_of("9708.2.4") == 2 < late
    assert before > 1
    assert all(item["due_date"] < plan.exam_date.isoformat() for item in plan_of(ada, attempt).action_items)


def test_it_counts_a_ticked_action_as_a_review(ada: User, subject: Subject, plan: StudyPlan) -> None:
    attempt = marked(ada, subject, ["0", "0", "0"])
    improve()
    made = plan_of(ada, attempt)
    with acting_as(ada):
        for item in made.action_items:
            tick(plan=made, action_id=item["id"], is_done=True, notes="Wrote it down.", now=timezone.now())
        review = StudyReview.objects.get()
    assert (review.topic, review.source, review.grade) == ("9708.2.1", "improvement", 3)
    now = seen_by(ada, plan)
    assert now.easiness_factors["9708.2.1"] == 2.36
    assert "9708.2.1" in next(e for e in now.schedule if e["day"] == 2)["topics"]
    assert plan_of(ada, attempt).progress["action-1"] == {
        "started": today().isoformat(), "completed": today().isoformat(), "notes": "Wrote it down."
    }  # fmt: skip


def test_it_shows_whether_it_moved(ada: User, subject: Subject) -> None:
    first = marked(ada, subject, ["0", "0", "2"])
    improve()
    client, made = signed_in(ada), plan_of(ada, first)
    page = client.get(f"/plan/improve/{made.pk}/").content.decode()
    assert "you see here whether it moved" in page
    mark(attempted(ada, subject, [(question(subject, "q2", ["9708.2.1"], SCHEME), "Better.")]), [["2", "0", "0"]])
    page = client.get(f"/plan/improve/{made.pk}/").content.decode()
    assert "Better: 0 % then, 100 %" in page
    assert "Unchanged: 0 %" in page


def test_it_is_made_anew_when_a_person_changes_the_marks(ada: User, tess: User, subject: Subject) -> None:
    attempt = marked(ada, subject, ["0", "2", "2"])
    improve()
    made = plan_of(ada, attempt)
    with acting_as(ada):
        tick(plan=made, action_id="action-1", is_done=True, notes="", now=timezone.now())
    with acting_as(tess):
        answer = AttemptedQuestion.objects.get(attempt=attempt)
        feedback = answer.marking_feedback
        feedback["points"][0]["awarded"], feedback["points"][2]["awarded"] = "1", "0"
        AttemptedQuestion.objects.filter(pk=answer.pk).update(
            marks_awarded=Decimal(3), marking_feedback=feedback, reviewed_by=tess, reviewed_at=timezone.now()
        )
    improve()
    again = plan_of(ada, attempt)
    assert again.pk == made.pk
    assert again.weaknesses["AO3"][0]["category"] == "No evaluation"
    assert again.weaknesses["AO1"][0]["category"] == "Imprecise knowledge"
    with acting_as(SYSTEM):
        assert waiting() == []


def test_it_shows_actions_with_links_and_ticks_them(ada: User, ben: User, subject: Subject) -> None:
    attempt = marked(ada, subject, ["0", "0", "0"], said="<script>alert(1)</script>")
    client = signed_in(ada)
    result = client.get(f"/practice/{attempt.pk}/result/").content.decode()
    made = plan_of(ada, attempt)
    assert f"/plan/improve/{made.pk}/" in result
    page = client.get(f"/plan/improve/{made.pk}/").content.decode()
    assert "/courses/containers/volumes/" in page
    assert "/practice/begin/9708/?points=9708.2.1" in page
    assert "<script>alert" not in page
    assert str(made.pk) in client.get("/plan/improve/").content.decode()
    place = f"/plan/improve/{made.pk}/tick"
    assert client.post(place, {"action": "action-1", "done": "1", "notes": "\x00ok"}).status_code == 302
    assert client.post(place, {"action": "action-99", "done": "1"}).status_code == 404
    assert client.get(place).status_code == 405
    assert plan_of(ada, attempt).action_items[0]["completed"]
    other = signed_in(ben)
    assert other.get(f"/plan/improve/{made.pk}/").status_code == 404
    assert other.post(place, {"action": "action-1", "done": "0"}).status_code == 404
    assert Client().get(f"/plan/improve/{made.pk}/").status_code == 302
    assert "Nothing yet" in other.get("/plan/improve/").content.decode()


@pytest.mark.parametrize(
    "fields",
    [
        {"weaknesses": {"AO1": []}},
        {
            "weaknesses": {
                "AO1": [],
                "AO2": [],
                "AO3": [{"category": "x", "examples": [], "severity": "fatal", "syllabus_points": []}],
            }
        },
        {"weaknesses": {"AO1": [], "AO2": [], "AO3": []}},
        {"action_items": [{"id": 1}]},
        {"progress": []},
    ],
    ids=["keys", "severity", "hands", "action", "progress"],
)
def test_it_lets_no_code_path_break_the_shape(ada: User, subject: Subject, fields: dict[str, object]) -> None:
    attempt = marked(ada, subject, ["0", "0", "0"])
    improve()
    with pytest.raises(DatabaseError), acting_as(ada):
        ImprovementPlan.objects.filter(attempt=attempt).update(**fields)
