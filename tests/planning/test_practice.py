"""Attempts as deeds: begun once, saved by revision, closed by the clock, marked by the key, each person their own."""

import threading
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connections
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from planning.exam_models import AnswerKey, Question, SchemePoint, Subject
from planning.practice import saving, starting, submitting
from planning.practice.refusing import Closed, PracticeRefused
from planning.practice.results import report
from planning.practice_models import Attempt, AttemptedQuestion
from planning.tasks import sweep_attempts
from tests.planning.conftest import EXAM, KINDS, bring, hand_in, mark, row_of, sit, write

pytestmark = pytest.mark.django_db(transaction=True)


def now_of(attempt: Attempt) -> Attempt:
    with acting_as(SYSTEM):
        return Attempt.objects.get(pk=attempt.pk)


def test_it_begins_once_for_a_key(subject: Subject, ada: User) -> None:
    key, now, wish = uuid.uuid4(), timezone.now(), starting.Wish(count=2)
    with acting_as(ada):
        first = starting.start(learner=ada, subject=subject, wish=wish, key=key, now=now)
        again = starting.start(learner=ada, subject=subject, wish=wish, key=key, now=now)
        assert (first.pk, first.answers.count()) == (again.pk, 2)


def test_it_asks_about_the_points_and_their_parts(subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject, points=("C.1",))
    with acting_as(ada):
        codes = set(attempt.answers.values_list("version__question__code", flat=True))
    assert codes == {"one", "said", "word", "sum", "pair"}


def test_it_asks_first_what_was_met_least(subject: Subject, ada: User) -> None:
    seen: set[Any] = set()
    for _turn in range(KINDS):
        attempt = sit(ada, subject, count=1)
        with acting_as(ada):
            seen.add(attempt.answers.get().version_id)
    assert len(seen) == KINDS


@pytest.mark.parametrize("wish", [{"count": 0}, {"count": 51}, {"points": ("X",)}, {"timed": True, "minutes": 301}])
def test_it_refuses_wishes_that_cannot_be(subject: Subject, ada: User, wish: dict[str, Any]) -> None:
    with pytest.raises(PracticeRefused):
        sit(ada, subject, **wish)


def test_it_sets_the_clock_by_the_marks(subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject, timed=True)
    assert round((attempt.deadline - timezone.now()).total_seconds() / 60) == round(11 * 1.5)


@pytest.mark.parametrize(
    "answer",
    ["", "  \n ", "🐳" * 5000, "我们用卷来保存数据。", "مجلد", "x" * 200_000, "a\u0301 z̶a̶l̶g̶o̶", "<script>alert(1)</script>"],
    ids=["empty", "blank", "emojis", "chinese", "arabic", "long", "marks", "script"],
)
def test_it_keeps_whatever_is_written(subject: Subject, ada: User, answer: str) -> None:
    attempt = sit(ada, subject)
    write(ada, attempt, "why", answer)
    assert row_of(attempt, "why").answer == answer
    hand_in(ada, attempt)
    assert row_of(attempt, "why").answer == answer


def test_it_cleans_what_no_row_can_hold(subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    write(ada, attempt, "why", "a\x00b\r\nc\ud83d")
    assert row_of(attempt, "why").answer == "ab\nc?"
    with pytest.raises(PracticeRefused):
        write(ada, attempt, "why", "x" * (saving.LONGEST + 1))


def test_it_lets_no_window_overwrite_another_unseen(subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    assert write(ada, attempt, "why", "first", seen=0).revision == 1
    other = write(ada, attempt, "why", "second", seen=0)
    assert (other.kept, other.answer, other.revision) == (False, "first", 1)
    assert write(ada, attempt, "why", "first", seen=0).kept
    assert write(ada, attempt, "why", "second", seen=1).kept


def test_it_keeps_only_what_was_offered(subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    write(ada, attempt, "one", chosen=["b", "a", "zz"])
    write(ada, attempt, "many", chosen=["c", "a", "zz"])
    write(ada, attempt, "pair", chosen={"a": "r1", "zz": "r2", "b": "zz"})
    assert [row_of(attempt, code).chosen for code in ("one", "many", "pair")] == [["a"], ["a", "c"], {"a": "r1"}]


def test_it_marks_what_a_key_can_mark(subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    write(ada, attempt, "one", chosen=["a"])
    write(ada, attempt, "said", chosen=["true"])
    write(ada, attempt, "word", "Docker build")
    write(ada, attempt, "sum", "250.5")
    write(ada, attempt, "many", chosen=["a"])
    hand_in(ada, attempt)
    marks = {code: row_of(attempt, code).marks_awarded for code in ("one", "said", "word", "sum", "many", "pair")}
    assert marks == {"one": 1, "said": 0, "word": 1, "sum": 2, "many": 1, "pair": 0}
    word, why = row_of(attempt, "word"), row_of(attempt, "why")
    assert (word.state, word.confidence_score, word.needs_review) == ("marked", 100, False)
    assert word.marking_feedback["objectives"] == {"AO1": {"awarded": "1", "maximum": "1"}}
    assert (why.state, now_of(attempt).status) == ("pending", "submitted")


def test_it_is_marked_once_the_last_answer_is(subject: Subject, ada: User) -> None:
    attempt = hand_in(ada, sit(ada, subject))
    mark(attempt)
    found = now_of(attempt)
    assert (found.status, found.marked_at is not None) == ("marked", True)
    with acting_as(ada):
        said = report(found)
    assert (said.waiting, said.awarded, said.maximum) == (0, Decimal(1), 11)
    assert [(share.objective, share.maximum) for share in said.shares] == [("AO1", 10), ("AO3", 1)]


def test_it_marks_the_version_that_was_answered(subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    bring(EXAM.replace('"choices": ["RUN", "CMD"], "answer": ["RUN"]', '"choices": ["RUN", "CMD"], "answer": ["CMD"]'))
    write(ada, attempt, "one", chosen=["a"])
    hand_in(ada, attempt)
    assert row_of(attempt, "one").marks_awarded == 1
    later = sit(ada, subject)
    assert row_of(later, "one").version.number == 2


def test_it_hands_in_when_the_time_is_up(subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject, timed=True, minutes=1)
    write(ada, attempt, "one", chosen=["a"])
    with acting_as(SYSTEM):
        Attempt.objects.filter(pk=attempt.pk).update(started_at=timezone.now() - timedelta(hours=1))
        Attempt.objects.filter(pk=attempt.pk).update(deadline=timezone.now() - timedelta(seconds=30))
    with pytest.raises(Closed):
        write(ada, attempt, "why", "too late")
    sweep_attempts()
    found = now_of(attempt)
    assert (found.status, found.submitted_at) == ("submitted", found.deadline)
    assert (row_of(attempt, "one").marks_awarded, row_of(attempt, "why").answer) == (1, "")


def test_it_is_over_once(subject: Subject, ada: User) -> None:
    attempt = hand_in(ada, sit(ada, subject))
    with acting_as(ada), pytest.raises(Closed):
        submitting.submit(attempt)
    with acting_as(ada), pytest.raises(Closed):
        submitting.abandon(attempt)
    with pytest.raises(Closed):
        write(ada, attempt, "why", "more")
    given_up = sit(ada, subject)
    with acting_as(ada):
        submitting.abandon(given_up)
    assert (now_of(given_up).status, row_of(given_up, "why").state) == ("abandoned", "open")


def test_it_saves_and_hands_in_at_the_same_moment(subject: Subject, ada: User) -> None:
    """Whoever is first, the other comes whole before or after it, and nobody waits for ever."""
    attempt = sit(ada, subject)
    position, errors = row_of(attempt, "why").position, []

    def writing() -> None:
        try:
            for number in range(20):
                with acting_as(ada):
                    found = Attempt.objects.get(pk=attempt.pk)
                    saving.save(attempt=found, position=position, answer=f"{number}", chosen=(), seen=number, now=timezone.now())
        except (Closed, DatabaseError) as error:
            errors.append(error)
        finally:
            connections.close_all()

    writer = threading.Thread(target=writing)
    writer.start()
    hand_in(ada, attempt)
    writer.join(timeout=20)
    kept = row_of(attempt, "why")
    assert not writer.is_alive()
    assert kept.state == "pending"
    assert kept.revision == (int(kept.answer) + 1 if kept.answer else 0)
    assert all("deadlock" not in str(error) for error in errors)


FORBIDDEN = [
    ("answer", {"marks_awarded": 1}),
    ("answer", {"marking_feedback": {}}),
    ("answer", {"confidence_score": 99}),
    ("answer", {"needs_review": True}),
    ("answer", {"state": "pending"}),
    ("answer", {"position": 9}),
    ("answer", {"deliveries": 3}),
    ("attempt", {"deadline": timezone.now() + timedelta(days=1)}),
    ("attempt", {"mode": "untimed", "deadline": None}),
    ("attempt", {"status": "marked"}),
    ("attempt", {"marked_at": timezone.now()}),
]


@pytest.mark.parametrize(("what", "change"), FORBIDDEN, ids=[f"{what}-{next(iter(change))}" for what, change in FORBIDDEN])
def test_it_lets_nobody_mark_themselves(subject: Subject, ada: User, what: str, change: dict[str, Any]) -> None:
    attempt = sit(ada, subject, timed=True)
    rows = Attempt.objects if what == "attempt" else AttemptedQuestion.objects
    own = {"pk": attempt.pk} if what == "attempt" else {"attempt": attempt, "position": 1}
    with pytest.raises(DatabaseError), acting_as(ada):
        rows.filter(**own).update(**change)


def test_it_shows_schemes_to_a_learner_only_once_handed_in(subject: Subject, ada: User, ben: User, tess: User) -> None:
    attempt = sit(ada, subject)
    with acting_as(ada):
        assert (SchemePoint.objects.count(), AnswerKey.objects.count(), Question.objects.count()) == (0, 0, KINDS)
    hand_in(ada, attempt)
    for person, count in ((ada, KINDS), (ben, 0), (tess, KINDS)):
        with acting_as(person):
            assert AnswerKey.objects.count() == count, person


def test_it_shows_a_trainer_what_was_handed_in(subject: Subject, ada: User, ben: User, tess: User) -> None:
    attempt = sit(ada, subject)
    write(ada, attempt, "why", "half a thought")
    seen = {}
    for moment in ("open", "handed in"):
        for person in (ben, tess):
            with acting_as(person):
                seen[moment, person.name] = (Attempt.objects.count(), AttemptedQuestion.objects.count())
        if moment == "open":
            hand_in(ada, attempt)
    assert seen == {
        ("open", "Ben"): (0, 0),
        ("open", "Tess"): (0, 0),
        ("handed in", "Ben"): (0, 0),
        ("handed in", "Tess"): (1, KINDS),
    }


def test_it_takes_a_review_that_is_signed(subject: Subject, ada: User, ben: User, tess: User) -> None:
    attempt = hand_in(ada, sit(ada, subject))
    row = AttemptedQuestion.objects.filter(pk=row_of(attempt, "why").pk)
    review = {"marks_awarded": 2, "reviewed_by": tess, "reviewed_at": timezone.now(), "needs_review": False}
    with pytest.raises(DatabaseError), acting_as(tess):
        row.update(**review)  # not marked yet
    mark(attempt)
    with pytest.raises(DatabaseError), acting_as(tess):
        row.update(**{**review, "reviewed_by": ben})
    with pytest.raises(DatabaseError), acting_as(tess):
        row.update(**{**review, "answer": "better"})
    with pytest.raises(DatabaseError), acting_as(tess):
        row.update(**{**review, "marks_awarded": 3})
    with acting_as(tess):
        assert row.update(**review) == 1
    assert row_of(attempt, "why").marks_awarded == 2


def test_it_never_changes_a_version(subject: Subject, ada: User) -> None:
    with pytest.raises(DatabaseError), acting_as(SYSTEM):
        Question.objects.get(code="why").versions.update(text="Why not?")
    sit(ada, subject)
    with pytest.raises(DatabaseError), acting_as(SYSTEM):
        SchemePoint.objects.filter(version__question__code="why").delete()


def test_it_lets_everybody_practise_a_subject_without_a_course(db: None, ada: User, tess: User) -> None:
    subject = bring(EXAM.replace(', "course": "containers"', ""), "open")
    attempt = hand_in(ada, sit(ada, subject))
    with acting_as(tess):
        assert not Attempt.objects.filter(pk=attempt.pk).exists()
