"""When a question goes to a person, by itself or because its learner asks, and what the database allows to whom."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import escalating, settling
from coach.models import Escalation, Query
from courses.models import Course
from tests.coach.conftest import answered, put
from tests.coach.test_answering import ask_now
from tests.conftest import enrol, make_person
from tests.desk.conftest import KNOWN, UNKNOWN, now_, pass_on

pytestmark = pytest.mark.django_db(transaction=True)


def escalations() -> list[Escalation]:
    with acting_as(SYSTEM):
        return list(Escalation.objects.all())


def test_it_passes_on_what_the_coach_is_not_sure_of(taught: Course, ada: User, tess: User) -> None:
    first = ask_now(ada, taught, KNOWN)
    query = ask_now(ada, taught, UNKNOWN)
    (row,) = escalations()
    assert (row.query_id, row.reason, row.status, row.trainer_id) == (query.pk, "unsure", "pending", tess.pk)
    assert row.ai_confidence < taught.escalation_threshold
    assert [turn["question"] for turn in row.conversation] == [first.question, UNKNOWN]
    assert row.ai_context == answered(ada, query).response.evidence
    assert answered(ada, query).status == Query.Status.ESCALATED


@pytest.mark.parametrize("question", [KNOWN, "Thank you very much!", "hello"])
def test_it_keeps_what_is_sure_or_not_about_the_course(taught: Course, ada: User, question: str) -> None:
    ask_now(ada, taught, question)
    assert escalations() == []


def test_it_adds_to_the_same_row_when_asked_again(taught: Course, ada: User) -> None:
    query = ask_now(ada, taught, UNKNOWN)
    with acting_as(ada):
        escalating.ask_trainer(query=answered(ada, query), note="For work.")
        escalating.ask_trainer(query=answered(ada, query), note="It is urgent.")
    (row,) = escalations()
    assert (row.asked_times, row.learner_note, row.reason) == (3, "For work.\n\nIt is urgent.", "asked")


def test_it_can_be_withdrawn_and_is_closed_then(waiting: Escalation, ada: User) -> None:
    with acting_as(ada):
        query = Query.objects.get(pk=waiting.query_id)
        escalating.withdraw(query=query)
        with pytest.raises(escalating.EscalationRefused):
            escalating.ask_trainer(query=query)
    row = now_(waiting)
    assert (row.status, row.query.status) == ("archived", "answered")


def test_it_goes_to_all_trainers_when_nobody_is_assigned(taught: Course, tess: User, theo: User) -> None:
    cleo = make_person("Cleo")
    enrol(cleo, taught)
    row = pass_on(cleo, taught)
    assert now_(row).trainer_id is None
    for trainer in (tess, theo):
        with acting_as(trainer):
            assert Escalation.objects.for_desk(trainer).filter(pk=row.pk).exists()


def test_it_gives_the_learners_trainer_whoever_the_caller_names(taught: Course, ada: User, ben: User, tess: User) -> None:
    query = put(ada, taught, KNOWN)
    with acting_as(ada):
        row = Escalation.objects.create(
            query=query, learner=ada, course=taught, original_question=KNOWN, reason="asked", trainer=ben
        )
    assert now_(row).trainer_id == tess.pk


FORGED = [
    {"reply": "I am the trainer.", "status": "responded"},
    {"reply": "I am the trainer."},
    {"signed": "Tess"},
    {"claimed_at": timezone.now()},
    {"teach": True},
    {"priority": "urgent"},
    {"trainer_id": None},
    {"mail_due_at": timezone.now()},
    {"original_question": "Another question"},
    {"status": "resolved"},
    {"status": "responded"},
]


@pytest.mark.parametrize("changes", FORGED, ids="+".join)
def test_it_lets_no_learner_write_for_the_trainer(waiting: Escalation, ada: User, changes: dict) -> None:
    with pytest.raises(DatabaseError), acting_as(ada):
        Escalation.objects.filter(pk=waiting.pk).update(**changes)
    with acting_as(SYSTEM):
        assert Escalation.objects.filter(pk=waiting.pk, reply="", status="pending").exists()


def test_it_lets_no_learner_begin_with_a_reply(taught: Course, ada: User) -> None:
    query = put(ada, taught, KNOWN)
    with pytest.raises(DatabaseError), acting_as(ada):
        Escalation.objects.create(
            query=query, learner=ada, course=taught, original_question="x", reason="asked", status="responded", reply="Forged."
        )


def test_it_lets_no_trainer_speak_for_the_learner(waiting: Escalation, tess: User) -> None:
    for changes in ({"settled": True}, {"learner_note": "x"}, {"settled_note": "x"}, {"seen_at": timezone.now()}):
        with pytest.raises(DatabaseError), acting_as(tess):
            Escalation.objects.filter(pk=waiting.pk).update(**changes)


def test_it_lets_nobody_sign_for_another(waiting: Escalation, tess: User, theo: User) -> None:
    with pytest.raises(DatabaseError), acting_as(tess):
        Escalation.objects.filter(pk=waiting.pk).update(reply="Hello.", replied_by=theo, status="responded")


STATES = ("pending", "responded", "resolved", "archived")
ALLOWED = {
    ("pending", "responded"), ("pending", "archived"), ("responded", "pending"), ("responded", "resolved"),
    ("responded", "archived"), ("resolved", "archived"),
}  # fmt: skip


def test_it_knows_no_other_steps_than_its_own(waiting: Escalation) -> None:
    for before in STATES:
        for after in STATES:
            with acting_as(SYSTEM):
                _reset(waiting, before)
                try:
                    with acting_as(SYSTEM):
                        Escalation.objects.filter(pk=waiting.pk).update(status=after)
                    moved = True
                except DatabaseError:
                    moved = False
            assert moved == (before == after or (before, after) in ALLOWED), (before, after)


def _reset(row: Escalation, status: str) -> None:
    """A fresh row in that state, reached by allowed steps."""
    query = Query.objects.get(pk=row.query_id)
    Escalation.objects.filter(pk=row.pk).delete()
    made = Escalation(
        id=row.pk,
        query=query,
        learner_id=row.learner_id,
        course_id=row.course_id,
        original_question="x",
        reason="asked",
        reply="y",
    )
    made.save(force_insert=True)
    for step in {"responded": ["responded"], "resolved": ["responded", "resolved"], "archived": ["archived"]}.get(status, []):
        Escalation.objects.filter(pk=row.pk).update(status=step)


def test_it_has_no_answer_without_a_reply(waiting: Escalation) -> None:
    with pytest.raises(DatabaseError), acting_as(SYSTEM):
        Escalation.objects.filter(pk=waiting.pk).update(status="responded")


def test_it_settles_many_and_closes_what_waits(taught: Course, ada: User, ben: User, tess: User) -> None:
    rows = [pass_on(person, taught, question) for person in (ada, ben) for question in (KNOWN, UNKNOWN)]
    with acting_as(tess):
        assert settling.settle(tess, [row.pk for row in rows] + [uuid.uuid4()]) == 4
        assert settling.settle(tess, [row.pk for row in rows]) == 0
    assert {now_(row).status for row in rows} == {"archived"}
    assert {now_(row).query.status for row in rows} == {"answered"}


def test_it_lets_a_reply_be_taken_back_for_a_minute_only(waiting: Escalation, tess: User) -> None:
    with acting_as(SYSTEM):
        Escalation.objects.filter(pk=waiting.pk).update(
            status="responded", reply="Yes.", replied_by=tess, replied_at=timezone.now() - timedelta(minutes=2)
        )
    with pytest.raises(DatabaseError), acting_as(tess):
        Escalation.objects.filter(pk=waiting.pk).update(status="pending", reply="")
