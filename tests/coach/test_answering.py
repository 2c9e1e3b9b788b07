"""One question through the house: claimed once, grounded, cited, saved whatever happens."""

import asyncio

import pytest

from accounts.door import SYSTEM, acting_as, actor_for
from accounts.models import User
from ai.following import Piece, Settled, attach
from ai.live import LIVE
from ai.models import AIRequestLog
from coach import answering, claiming
from coach.answering import ANSWERS
from coach.models import ConversationHistory, Query, Response
from courses.models import Course
from tests.coach.conftest import answered, put

pytestmark = pytest.mark.django_db(transaction=True)


def ask_now(learner: User, course: Course, question: str, place: str = "") -> Query:
    query = put(learner, course, question, place=place)
    asyncio.run(answering.answer_now(query.pk, actor_for(learner)))
    return answered(learner, query)


def test_it_answers_from_the_course_with_citations(taught: Course, ada: User) -> None:
    query = ask_now(ada, taught, "Should I use a volume or a bind mount for the files of a database?")
    response = query.response
    assert query.status == Query.Status.ANSWERED
    assert query.intent == Query.Intent.COURSE_CONTENT
    assert response.state == Response.State.COMPLETE
    assert "volume" in response.answer
    assert response.reference_locations[0]["chapter_id"] == "volumes"
    assert response.word_count == len(response.answer.split())
    assert response.label == Response.Label.COURSE_TEXT
    assert 0.35 < response.confidence_score <= 1
    assert {"claim", "embed", "retrieve", "evidence", "first_token", "total"} <= set(response.timings)


def test_it_says_so_when_nothing_answers(taught: Course, ada: User) -> None:
    response = ask_now(ada, taught, "Who won the chess championship in 1972?").response
    assert response.label == Response.Label.NOT_FOUND
    assert response.confidence_score < 0.35
    assert response.reference_locations == []


def test_it_logs_the_call_and_keeps_the_order(taught: Course, ada: User) -> None:
    query = ask_now(ada, taught, "How do containers find each other?")
    with acting_as(SYSTEM):
        log = AIRequestLog.objects.get(query_id=query.pk)
        assert (log.provider, log.success, log.cost) == ("extractive", True, 0)
        assert log.user_id == ada.pk
        assert log.total_tokens == log.prompt_tokens + log.completion_tokens
        order = ConversationHistory.objects.filter(learner=ada).order_by("sequence_number")
        assert [(row.sequence_number, row.response_id is not None) for row in order] == [(1, False), (2, True)]


def test_it_understands_a_follow_up(taught: Course, ada: User) -> None:
    first = ask_now(ada, taught, "When should I use a bind mount for my source code?").response
    response = ask_now(ada, taught, "and who owns them?").response
    assert response.evidence[0]["chapter_id"] == "volumes"
    assert "leaning" in first.timings
    assert "leaning" not in response.timings


def test_it_gives_one_claim_to_two_claimants(taught: Course, ada: User) -> None:
    query = put(ada, taught, "How do containers find each other?")

    async def both() -> list[object]:
        return await asyncio.gather(*(claiming.claim(query.pk, actor_for(ada)) for _ in range(6)))

    assert sum(claim is not None for claim in asyncio.run(both())) == 1


def test_it_lets_nobody_else_claim_or_follow(taught: Course, ada: User, ben: User) -> None:
    query = put(ada, taught, "How do containers find each other?")
    assert asyncio.run(claiming.claim(query.pk, actor_for(ben))) is None
    assert asyncio.run(attach(ANSWERS, query.pk, actor_for(ben))) is None
    assert answered(ada, query).status == Query.Status.PENDING


def test_it_streams_what_it_saves_and_replays_from_an_offset(taught: Course, ada: User) -> None:
    query = put(ada, taught, "How do containers find each other?")

    async def read(offset: int) -> tuple[str, object]:
        events = [event async for event in await attach(ANSWERS, query.pk, actor_for(ada), offset=offset)]
        return "".join(event.text for event in events if isinstance(event, Piece)), events[-1]

    text, last = asyncio.run(read(0))
    assert isinstance(last, Settled)
    assert text.strip() == answered(ada, query).response.answer
    assert asyncio.run(read(10))[0] == answered(ada, query).response.answer[10:]


def test_it_goes_on_when_the_reader_leaves(taught: Course, ada: User) -> None:
    query = put(ada, taught, "How do containers find each other?")

    async def leave_at_once() -> None:
        events = await attach(ANSWERS, query.pk, actor_for(ada))
        await anext(events)
        await events.aclose()
        turn = LIVE.get(query.pk)
        if turn and turn.task:
            await turn.task

    asyncio.run(leave_at_once())
    assert answered(ada, query).response.state == Response.State.COMPLETE


def test_it_asks_the_same_key_once(taught: Course, ada: User) -> None:
    query = put(ada, taught, "How do containers find each other?")
    with acting_as(ada):
        assert Query.objects.filter(client_key=query.client_key).count() == 1
