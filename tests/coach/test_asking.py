"""What can be asked, and what is said to somebody who cannot."""

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.door import acting_as
from accounts.models import User
from coach import asking
from coach.models import ConversationHistory, Query
from courses.models import Course, PlaceProgress

pytestmark = pytest.mark.django_db

NAUGHTY = json.dumps(
    [
        "<script>alert(1)</script>",
        "Ω≈ç√∫˜µ≤≥÷",
        "社會科學院語學研究所",
        "ﷺ 👾 ﷽",
        "'; DROP TABLE users; --",
        "{{ 7*7 }}",
        "\u202etest\u202e",
    ]
)


def ask(learner: User, course: Course, question: str, **more: object) -> Query:
    values = {"key": uuid.uuid4(), "now": timezone.now(), **more}
    return asking.ask(learner=learner, course=course, question=question, **values)


@pytest.mark.parametrize(
    ("question", "code", "word"),
    [("", "empty", "first"), ("  \n ", "empty", "first"), ("a\x00b", "unreadable", "null"), ("x" * 100_000, "too_long", "96000")],
)
def test_it_refuses_in_words(ada: User, course: Course, question: str, code: str, word: str) -> None:
    with acting_as(ada), pytest.raises(asking.QuestionRefused) as refusal:
        ask(ada, course, question)
    assert refusal.value.code == code
    assert word in refusal.value.message


@pytest.mark.parametrize("question", json.loads(NAUGHTY))
def test_it_keeps_what_was_written(ada: User, course: Course, question: str) -> None:
    with acting_as(ada):
        assert Query.objects.get(pk=ask(ada, course, question).pk).question == question


def test_it_asks_once_for_one_key(ada: User, course: Course) -> None:
    key = uuid.uuid4()
    with acting_as(ada):
        first, second = (ask(ada, course, "What is a layer?", key=key) for _ in range(2))
        assert first == second
        assert ConversationHistory.objects.count() == 1


def test_it_starts_a_new_conversation_after_a_rest(ada: User, course: Course) -> None:
    now = timezone.now()
    with acting_as(ada):
        first = ask(ada, course, "What is a layer?", now=now)
        soon = ask(ada, course, "and a tag?", now=now + timedelta(hours=1))
        later = ask(ada, course, "What is a volume?", now=now + timedelta(days=1))
        assert first.conversation_id == soon.conversation_id != later.conversation_id
        first.conversation.refresh_from_db()
        assert first.conversation.title == "What is a layer?"


def test_it_remembers_where_the_learner_was(ada: User, course: Course) -> None:
    from accounts.door import SYSTEM
    from courses.models import Lab

    with acting_as(SYSTEM):
        Lab.objects.create(course=course, lab_id="lab-1", title="First lab", day=2)
    with acting_as(ada):
        PlaceProgress.objects.create(learner=ada, course=course, place_id="lab-1", done_at=timezone.now())
        query = ask(ada, course, "What now?", place_id="lab-1")
        assert query.context == {"done": 1, "place": "lab-1", "kind": "lab", "title": "First lab", "day": 2}
        assert ask(ada, course, "What now?", place_id="no-such").context == {"done": 1}
