"""How often a verified answer's question is asked, before and after, whichever of turn and answer comes first."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from learning.applying import process
from learning.digesting import digest, embed_memory
from learning.models import ConversationMemory, CorrectionEffect
from learning.repeats import WINDOW, look_back
from tests.learning.test_learning_rules import correction_of

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "How do I keep the data of a database container?"
NEAR = "How can the data of my database container be kept?"
OTHER = "Where do I find the sample solution of lab five?"


def said(learner: User, course: Course, question: str, *, days_ago: float, label: str = "course_text") -> None:
    with acting_as(SYSTEM):
        ConversationMemory.objects.create(
            user=learner, course=course, channel="mentor", source_id=uuid.uuid4(), transcript=question,
            metadata={"question": question, "answer": "So.", "label": label},
            created_at=timezone.now() - timedelta(days=days_ago),
        )  # fmt: skip


def taught(learner: User, course: Course, tess: User, *, days_ago: float) -> CorrectionEffect:
    """A verified answer to QUESTION that went live so many days ago."""
    item = correction_of(learner, course, tess, "With a volume.", "urgent", question=QUESTION)
    digest()
    with acting_as(SYSTEM):
        assert process([item.pk]) == [item.pk]
        CorrectionEffect.objects.update(live_at=timezone.now() - timedelta(days=days_ago))
        return CorrectionEffect.objects.get()


def counts() -> tuple[int, int, int, int, int]:
    with acting_as(SYSTEM):
        one = CorrectionEffect.objects.get()
    return one.before_asked, one.before_not_found, one.after_asked, one.after_not_found, one.after_verified


def test_it_counts_both_sides_alike(ada: User, tess: User, course: Course) -> None:
    said(ada, course, NEAR, days_ago=20, label="not_found")
    said(ada, course, NEAR, days_ago=WINDOW.days + 12)  # too long ago
    said(ada, course, OTHER, days_ago=15)
    taught(ada, course, tess, days_ago=10)
    said(ada, course, NEAR, days_ago=5, label="verified")
    embed_memory()
    assert look_back() == 1
    assert counts() == (1, 1, 2, 0, 1)  # the corrected turn itself is of today
    said(ada, course, NEAR, days_ago=3, label="not_found")
    said(ada, course, OTHER, days_ago=3)
    said(ada, course, NEAR, days_ago=12)
    embed_memory()
    assert counts() == (2, 1, 3, 1, 1)
    assert look_back() == 0


def test_it_stops_after_the_same_time(ada: User, tess: User, course: Course) -> None:
    taught(ada, course, tess, days_ago=WINDOW.days - 1)
    embed_memory()
    look_back()
    with acting_as(SYSTEM):
        CorrectionEffect.objects.update(live_at=timezone.now() - WINDOW - timedelta(days=2))
    before = counts()
    said(ada, course, NEAR, days_ago=0)
    embed_memory()
    assert counts() == before


def test_it_reads_no_more_than_so_many_questions(ada: User, tess: User, course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(4):
        said(ada, course, NEAR, days_ago=10 + number)
    taught(ada, course, tess, days_ago=9)
    embed_memory()
    monkeypatch.setattr("learning.repeats.LOOKED_AT", 3)
    look_back()
    assert counts()[0] == 2  # of four; the third that it read is the corrected turn
    with acting_as(SYSTEM):
        one = CorrectionEffect.objects.get()
    assert (one.live_at - one.counted_from).days <= 2  # and the rate stands on the time that was read


def test_it_shows_its_counts_to_those_who_run_the_course(ada: User, tess: User, course: Course) -> None:
    taught(ada, course, tess, days_ago=1)
    for person, seen in ((ada, False), (tess, True)):
        with acting_as(person):
            assert CorrectionEffect.objects.exists() is seen
