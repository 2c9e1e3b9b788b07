"""Stopping, trying again, and closing what nobody writes any more."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.door import SYSTEM, acting_as, actor_for
from accounts.models import User
from coach import interrupting
from coach.answering import answer_now
from coach.models import Query, Response
from coach.tasks import sweep_turns
from courses.models import Course
from tests.coach.conftest import answered, put

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(minutes=5)


def abandoned(learner: User, course: Course, text: str) -> Query:
    """A question whose writer died after `text`."""
    query = put(learner, course, "How do containers find each other?")
    with acting_as(SYSTEM):
        Query.objects.filter(pk=query.pk).update(status="answering", claimed_at=timezone.now() - LONG_AGO)
        Response.objects.create(query=query, learner=learner, course=course, answer=text, saved_at=timezone.now() - LONG_AGO)
    return query


@pytest.mark.parametrize(("text", "status", "state"), [("By name", "answered", "interrupted"), ("", "failed", "failed")])
def test_it_closes_what_nobody_writes(course: Course, ada: User, text: str, status: str, state: str) -> None:
    query = abandoned(ada, course, text)
    with acting_as(SYSTEM):
        assert interrupting.close_stale(timezone.now()) == 1
        assert interrupting.close_stale(timezone.now()) == 0
    found = answered(ada, query)
    assert (found.status, found.response.state, found.response.answer) == (status, state, text)


def test_it_leaves_a_living_answer_alone(course: Course, ada: User) -> None:
    query = abandoned(ada, course, "By")
    with acting_as(SYSTEM):
        Response.objects.filter(query=query).update(saved_at=timezone.now())
        assert interrupting.close_stale(timezone.now()) == 0


def test_it_tries_again_and_answers(taught: Course, ada: User) -> None:
    query = abandoned(ada, taught, "By name")
    with acting_as(SYSTEM):
        interrupting.close_stale(timezone.now())
    with acting_as(ada):
        assert interrupting.try_again(answered(ada, query))
    asyncio.run(answer_now(query.pk, actor_for(ada)))
    found = answered(ada, query)
    assert (found.status, found.response.state) == ("answered", "complete")
    with acting_as(ada):
        assert not interrupting.try_again(found)


def test_it_stops_what_has_not_begun(course: Course, ada: User) -> None:
    query = put(ada, course, "How do containers find each other?")
    with acting_as(ada):
        interrupting.request_stop(query)
    assert answered(ada, query).status == Query.Status.FAILED


def test_it_answers_questions_whose_page_went_away(taught: Course, ada: User) -> None:
    query = put(ada, taught, "How do containers find each other?")
    with acting_as(SYSTEM):
        Query.objects.filter(pk=query.pk).update(updated_at=timezone.now() - LONG_AGO)
    sweep_turns()
    assert answered(ada, query).response.state == Response.State.COMPLETE


def test_it_refuses_a_state_that_cannot_follow(course: Course, ada: User) -> None:
    from django.db import ProgrammingError

    query = put(ada, course, "How do containers find each other?")
    with pytest.raises(ProgrammingError, match="Invalid transition"), acting_as(ada):
        Query.objects.filter(pk=query.pk).update(status="resolved")
