"""From what happens in a lab to a score: the formula, and the rows it is kept in."""

import random
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from coach.labs import judging, struggle, trying
from coach.labs.steps import steps_of
from coach.labs.struggle import Signs, Weights
from coach.labs.trying import Try
from coach.models import LabStruggle, LabWork, StruggleWeights
from tests.coach.conftest import put
from tests.labs.conftest import STEP_2, fail, struggle_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (Signs(), 0.0),
        (Signs(time_spent=45), 0.0),
        (Signs(time_spent=90), 0.5),
        (Signs(repeated_questions=2), 0.5),
        (Signs(repeated_questions=2, time_spent=500), 1.0),
        (Signs(attempts=1, average_score=1.0), 0.067),
        (Signs(attempts=2, recent_failures=2, average_score=0.5), 0.4),
        (Signs(attempts=3, recent_failures=3, average_score=0.0), 0.62),
        (Signs(attempts=1000, recent_failures=1000, average_score=0.0, repeated_questions=9, time_spent=9999), 1.0),
    ],
    ids=str,
)
def test_it_weighs_the_signs(signs: Signs, expected: float) -> None:
    assert struggle.score(signs, Weights()) == pytest.approx(expected, abs=0.001)


def test_it_takes_the_weights_that_it_gets() -> None:
    signs = Signs(attempts=3, recent_failures=3, average_score=1.0)
    assert struggle.score(signs, Weights(0, 0, 1, 0, 0)) == 1.0
    assert struggle.score(signs, Weights(0, 0, 0, 0, 0)) == 0.0


def test_it_counts_what_is_asked_again() -> None:
    asked = [("why is my volume empty", False), ("what is a port?", False), ("why is the volume still empty?", False)]
    assert struggle.repeats(asked) == 1
    assert struggle.repeats([("I give up", True)]) == 1


def test_it_reads_the_steps(lab: Any) -> None:
    steps = steps_of(lab)
    assert [step.title for step in steps] == [
        "Step 1: Begin without a volume",
        "Step 2: Add a volume",
        "Step 3: Publish the port",
    ]
    assert steps[0].check.startswith("The data is gone")
    assert "the-secret-answer" not in steps[1].text + steps[1].check


def test_it_finds_who_struggles_and_where(ada, ben, lab) -> None:
    fail(ada, lab)
    row = struggle_of(ada)
    assert row.struggle_score >= Decimal("0.5")
    assert row.indicators["attempts"] == row.indicators["recent_failures"] == 3
    assert (row.step, row.episode, row.is_open, row.due_at) == (STEP_2, 1, True, None)
    judging.judge_due()
    assert struggle_of(ada, None).struggle_score == row.struggle_score
    with acting_as(ben):
        assert not LabStruggle.objects.exists()


def test_it_is_the_same_in_any_order(ada, ben, lab) -> None:
    now = timezone.now()
    told = [
        Try("lab-volumes", finished_at=now - timedelta(minutes=minutes), passed=passed, key=uuid.UUID(int=minutes))
        for minutes, passed in ((50, False), (40, True), (30, False), (20, False), (10, False))
    ]
    mixed = [*told, *told]
    random.Random(7).shuffle(mixed)
    for learner, tries in ((ada, told), (ben, mixed)):
        with acting_as(learner):
            for each in tries:
                trying.note(learner, lab.course, each)
        judging.judge_due()
    assert struggle_of(ada).indicators == struggle_of(ben).indicators
    assert struggle_of(ben).indicators["attempts"] == 3
    with acting_as(ada):
        trying.note(ada, lab.course, Try("lab-volumes", finished_at=now, passed=True, score=Decimal(1)))
    judging.judge_due()
    row = struggle_of(ada)
    assert (row.struggle_score, row.is_open) == (0, False)


def test_it_takes_no_time_from_the_future(ada, lab) -> None:
    later = timezone.now() + timedelta(days=400)
    with acting_as(ada):
        row = trying.note(ada, lab.course, Try(lab.lab_id, started_at=later, finished_at=later, passed=False))
    assert row.finished_at is not None
    assert row.finished_at <= timezone.now()


def test_it_passes_the_lab_with_the_last_step(ada, lab) -> None:
    with acting_as(ada):
        for step in steps_of(lab):
            trying.tick(ada, lab, step.id)
        trying.tick(ada, lab, STEP_2)
        assert list(lab.course.lab_attempts.values_list("passed", "source")) == [(True, "page")]


def test_it_counts_only_time_in_view(ada, lab) -> None:
    now = timezone.now()
    with acting_as(ada):
        for seconds in (0, 20, 40, 41, 900, 920):
            trying.beat(ada, lab.course, lab.lab_id, now + timedelta(seconds=seconds))
        trying.beat(ada, lab.course, lab.lab_id, now)  # a clock that went backwards
        assert LabWork.objects.get().seconds == 61


def test_it_hears_questions_that_come_again(ada, lab) -> None:
    for words in ("why is the volume empty?", "why is my volume still empty?", "the volume is empty, why?"):
        put(ada, lab.course, words, place=lab.lab_id)
    judging.judge_due()
    assert struggle_of(ada).indicators["repeated_questions"] == 2
    assert struggle_of(ada).struggle_score >= Decimal("0.5")


def test_it_keeps_one_row_for_each_also_without_a_lab(ada, lab) -> None:
    fail(ada, lab)
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        LabStruggle.objects.create(learner=ada, course=lab.course, lab_id=None)


def test_it_weighs_as_the_course_says(ada, lab) -> None:
    with acting_as(SYSTEM):
        StruggleWeights.objects.create(course=lab.course, recent_failures=0, attempts=0, repeated_questions=0, time_spent=1)
    fail(ada, lab)
    assert struggle_of(ada).struggle_score < Decimal("0.5")


def test_it_leaves_a_row_that_cannot_be_judged(ada, lab, monkeypatch) -> None:
    monkeypatch.setattr(judging, "PAUSE", timedelta(0))
    monkeypatch.setattr(struggle, "score", lambda *given: 1 / 0)
    fail(ada, lab, 1)
    row = struggle_of(ada)
    assert (row.tries, row.due_at, row.error) == (3, None, "ZeroDivisionError")


def test_it_judges_nobody_in_a_lab_that_is_gone(ada, lab) -> None:
    fail(ada, lab)
    with acting_as(SYSTEM):
        lab.removed_at = timezone.now()
        lab.save(update_fields=["removed_at"])
    fail(ada, lab, 1)
    assert struggle_of(ada).struggle_score == 0
