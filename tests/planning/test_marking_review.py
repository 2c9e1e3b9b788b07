"""Rulings and disputes: on the desk, by the learner, through the database."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from planning.marking import disputing, reviewing
from planning.models import AnswerVector, AttemptedQuestion, MarkDispute, MarkRuling
from tests.conftest import enrol, make_person
from tests.pages.conftest import signed_in
from tests.planning.marking_cast import GOOD, HALF, answers_of, hand_in, make_question, propose

REASON = "I did say that files survive, in the second sentence."


@pytest.fixture
def answer(course: Course, ada: User) -> AttemptedQuestion:
    """Ada's, marked 2 of 4 by a marker that is not sure."""
    return propose(answers_of(hand_in(ada, (make_question(course), HALF)))[0])


def now(answer: AttemptedQuestion) -> AttemptedQuestion:
    with acting_as(SYSTEM):
        return AttemptedQuestion.objects.get(pk=answer.pk)


def at(answer: AttemptedQuestion, end: str = "") -> str:
    return f"/desk/marking/{answer.pk}/{end}"


def test_it_shows_the_trainer_what_waits(answer: AttemptedQuestion, tess: User) -> None:
    page = signed_in(tess).get("/desk/marking/").content.decode()
    assert str(answer.pk) in page
    assert "Ada" in page
    case = signed_in(tess).get(at(answer)).content.decode()
    assert HALF in case
    assert "A volume lives outside" in case
    assert "Keep 2" in case


@pytest.mark.parametrize(("given", "changed"), [(2, False), (4, True)])
def test_it_decides_with_one_press_and_keeps_the_ruling(answer: AttemptedQuestion, tess: User, given: int, changed: bool) -> None:
    told = {"marks": str(given), "seen": "2.00", "note": "Look at the second sentence."}
    assert signed_in(tess).post(at(answer, "rule"), told).status_code == 302
    row = now(answer)
    assert (row.marks_awarded, row.needs_review, row.reviewed_by_id) == (given, False, tess.pk)
    assert sum(int(point["awarded"]) for point in (row.marking_feedback or {})["points"]) == given
    assert sum(int(part["awarded"]) for part in (row.marking_feedback or {})["objectives"].values()) == given
    with acting_as(SYSTEM):
        ruling = MarkRuling.objects.get(answer=answer)
    assert (ruling.is_changed, ruling.proposed_marks, ruling.promised, ruling.ruled_by_id) == (changed, 2, 55, tess.pk)
    assert ruling.note == "Look at the second sentence."


@pytest.mark.parametrize(("marks", "status"), [("5", 422), ("-1", 422), ("1.5", 422), ("many", 422), ("", 422)])
def test_it_refuses_marks_that_there_are_not(answer: AttemptedQuestion, tess: User, marks: str, status: int) -> None:
    assert signed_in(tess).post(at(answer, "rule"), {"marks": marks, "seen": "2"}).status_code == status
    assert now(answer).reviewed_at is None


def test_it_lets_one_of_two_trainers_decide(answer: AttemptedQuestion, tess: User, rex: User) -> None:
    assert signed_in(tess).post(at(answer, "claim")).status_code == 204
    assert signed_in(rex).post(at(answer, "claim")).status_code == 409
    assert signed_in(rex).post(at(answer, "rule"), {"marks": "1", "seen": "2"}).status_code == 409
    assert signed_in(tess).post(at(answer, "rule"), {"marks": "3", "seen": "2"}).status_code == 302
    late = signed_in(rex).post(at(answer, "rule"), {"marks": "1", "seen": "2"})
    assert late.status_code == 409
    assert now(answer).marks_awarded == 3


def test_it_is_closed_to_everybody_else(answer: AttemptedQuestion, ada: User, ben: User, client: Any) -> None:
    stranger = make_person("Tom", "trainer")
    for person in (ada, ben):
        assert signed_in(person).get("/desk/marking/").status_code == 404
    for person in (ada, ben, stranger):
        assert signed_in(person).get(at(answer)).status_code == 404
        assert signed_in(person).post(at(answer, "rule"), {"marks": "4", "seen": "2"}).status_code == 404
    assert str(answer.pk) not in signed_in(stranger).get("/desk/marking/").content.decode()
    assert client.get(at(answer)).status_code == 302
    assert signed_in(ada).get(at(answer, "rule")).status_code == 405


def test_it_keeps_the_queue_to_a_few_queries(
    answer: AttemptedQuestion, course: Course, ada: User, tess: User, django_assert_max_num_queries: Any
) -> None:
    more = make_question(course, code="more")
    for _number in range(5):
        propose(answers_of(hand_in(ada, (more, HALF)))[0])
    client = signed_in(tess)
    with django_assert_max_num_queries(12):
        client.get("/desk/marking/")
    with django_assert_max_num_queries(24):
        client.get(at(answer))


def test_it_takes_a_dispute_once_and_tells_the_outcome(answer: AttemptedQuestion, ada: User, tess: User) -> None:
    learner, place = signed_in(ada), f"/practice/answers/{answer.pk}/dispute"
    assert learner.post(place, {"reason": REASON}).status_code == 302
    assert "disputed once" in learner.post(place, {"reason": REASON}, follow=True).content.decode()
    assert "Disputed" in signed_in(tess).get("/desk/marking/").content.decode()
    signed_in(tess).post(at(answer, "rule"), {"marks": "3", "seen": "2", "note": "You are right."})
    with acting_as(SYSTEM):
        dispute = MarkDispute.objects.get(answer=answer)
        assert MarkRuling.objects.get(answer=answer).origin == "dispute"
    assert (dispute.state, dispute.marks_before) == ("changed", 2)
    assert "a person has changed your marks to 3 of 4" in learner.get("/practice/").content.decode()
    assert "You are right." in learner.get(f"/practice/{answer.attempt_id}/result/").content.decode()
    learner.post("/practice/decided")
    assert "a person has changed" not in learner.get("/practice/").content.decode()


@pytest.mark.parametrize("reason", ["", "   short  ", "x" * 2_001])
def test_it_wants_a_reason(answer: AttemptedQuestion, ada: User, reason: str) -> None:
    signed_in(ada).post(f"/practice/answers/{answer.pk}/dispute", {"reason": reason})
    with acting_as(SYSTEM):
        assert not MarkDispute.objects.exists()


def test_it_lets_nobody_dispute_for_another(answer: AttemptedQuestion, ben: User, tess: User) -> None:
    for person in (ben, tess):
        assert signed_in(person).post(f"/practice/answers/{answer.pk}/dispute", {"reason": REASON}).status_code == 404
    with acting_as(ben), pytest.raises(DatabaseError), transaction.atomic():
        MarkDispute.objects.create(answer_id=answer.pk, student=ben, reason=REASON)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"state": "upheld", "settled_at": timezone.now()}, id="settles"),
        pytest.param({"reason": "Another reason altogether."}, id="rewrites"),
    ],
)
def test_it_keeps_a_dispute_from_its_learner(answer: AttemptedQuestion, ada: User, change: dict[str, Any]) -> None:
    with acting_as(ada):
        made = disputing.dispute(answer, REASON)
        assert MarkDispute.objects.filter(pk=made.pk).update(**change) == 0


def test_it_settles_a_dispute_only_once(answer: AttemptedQuestion, ada: User) -> None:
    with acting_as(ada):
        disputing.dispute(answer, REASON)
    with acting_as(SYSTEM):
        MarkDispute.objects.update(state="upheld", settled_at=timezone.now())
        with pytest.raises(DatabaseError), transaction.atomic():
            MarkDispute.objects.update(state="changed")


def test_it_leaves_a_ruling_whatever_code_decides(answer: AttemptedQuestion, tess: User) -> None:
    with acting_as(tess):
        AttemptedQuestion.objects.filter(pk=answer.pk).update(marks_awarded=1, reviewed_by=tess)
        ruling = MarkRuling.objects.get(answer=answer)
        assert (ruling.marks_before, ruling.ruled_marks) == (2, 1)
        assert MarkRuling.objects.filter(pk=ruling.pk).update(ruled_marks=4) == 0
    with acting_as(SYSTEM), pytest.raises(DatabaseError), transaction.atomic():
        MarkRuling.objects.filter(pk=ruling.pk).update(ruled_marks=4)


def _with_vector(answer: AttemptedQuestion, *vector: float) -> None:
    with acting_as(SYSTEM):
        AnswerVector.objects.create(
            answer=answer, version_id=answer.version_id, student_id=answer.student_id, course_id=answer.course_id,
            embedding=[*vector, *[0.0] * (384 - len(vector))], model="test",
        )  # fmt: skip


def test_it_offers_earlier_answers_like_a_decided_one(course: Course, ada: User, ben: User, tess: User) -> None:
    version = make_question(course)
    mine, same, other = (
        propose(answers_of(hand_in(person, (version, text)))[0]) for person, text in ((ada, HALF), (ben, HALF), (ben, GOOD))
    )
    for row, vector in ((mine, (1.0, 0.0)), (same, (0.99, 0.1)), (other, (0.0, 1.0))):
        _with_vector(row, *vector)
    client = signed_in(tess)
    page = client.post(at(mine, "rule"), {"marks": "4", "seen": "2"}, follow=True).content.decode()
    assert str(same.pk) in page
    assert str(other.pk) not in page
    client.post(at(mine, "alike"), {"answers": [str(same.pk), str(other.pk)]})
    assert (now(same).marks_awarded, now(other).marks_awarded) == (4, 2)
    with acting_as(SYSTEM):
        assert MarkRuling.objects.get(answer=same).origin == "alike"


def test_it_says_how_often_people_agreed(answer: AttemptedQuestion, tess: User) -> None:
    with acting_as(tess):
        reviewing.rule(answer, Decimal(2), tess)
    assert "kept the marks in 100 %" in signed_in(tess).get(at(answer)).content.decode()


@pytest.mark.parametrize(
    ("table", "index"),
    [
        pytest.param("mark_rulings", "idx_mark_rulings_student", id="rulings"),
        pytest.param("mark_disputes", "idx_mark_disputes_student", id="disputes"),
    ],
)
def test_it_has_an_index_for_each_policy(answer: AttemptedQuestion, ada: User, table: str, index: str) -> None:
    with acting_as(ada), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN SELECT id FROM {table}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert index in plan


def test_it_is_between_a_learner_and_their_own_trainer(course: Course, answer: AttemptedQuestion) -> None:
    """Another trainer of the same course sees nothing of Ada."""
    other = make_person("Tom", "trainer")
    enrol(make_person("Cleo"), course, other)
    with acting_as(other):
        assert not reviewing.queue(other).exists()
        assert not MarkRuling.objects.exists()
