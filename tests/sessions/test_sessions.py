"""A session from its first question to its end, as rows, pages and through the API."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import redis
from django.db import DatabaseError
from django.db.models import Value
from django.test import Client

from accounts import tokens
from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.models import AIRequestLog, Handover
from coach.models import CoachingSession, Escalation
from coach.picking_up import pick_up
from coach.sessions import holding, leading, speaking
from coach.sessions.holding import SessionRefused, Wish
from courses.models import Course
from tests.fake_vendor import Running, fake_vendor, fake_vendor_server
from tests.pages.conftest import signed_in, taught

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["fake_vendor", "fake_vendor_server", "taught"]

TOPIC = "which data survives a container"
GOOD = "What must outlive the container goes into a volume, because a container's own file system is thrown away with it."


@pytest.fixture
def session(taught: Course, ada: User) -> CoachingSession:
    return holding.begin(ada, Wish(taught, TOPIC, "My data is gone."), key=uuid.uuid4())


@pytest.fixture
def model(fake_vendor: Running, settings: Any) -> Iterator[Running]:
    settings.LLM_TYPE, settings.LLM_BASE_URL, settings.LLM_MODEL = "compatible", fake_vendor.url, "fake-told"
    settings.LLM_FIRST_TOKEN_TIMEOUT = settings.LLM_TOTAL_TIMEOUT = 3.0
    yield fake_vendor
    store = redis.Redis.from_url(settings.REDIS_URL)
    for key in store.scan_iter("aicoach:breaker:*"):
        store.delete(key)


def _said(person: User, session: CoachingSession, words: str) -> CoachingSession:
    holding.say(person, session.pk, words, after=None)
    holding.answer(person, session.pk)
    return _now(person, session)


def _only_session_of(person: User) -> CoachingSession:
    with acting_as(person):
        return CoachingSession.objects.get()


def _now(person: User, session: CoachingSession) -> CoachingSession:
    with acting_as(person):
        return CoachingSession.objects.get(pk=session.pk)


def test_it_begins_with_the_struggle_and_a_question(session: CoachingSession) -> None:
    assert [turn["role"] for turn in session.session_transcript] == ["student", "coach"]
    assert TOPIC in session.session_transcript[-1]["content"]
    assert session.outcome == "in_progress"


def test_it_leads_to_the_end(session: CoachingSession, ada: User) -> None:
    for _turn in range(12):
        session = _said(ada, session, GOOD if "____" not in session.session_transcript[-1]["content"] else "volume")
        if not session.is_open or leading.read(session.lesson).is_choosing:
            break
    assert len(leading.read(session.lesson).results) == len(leading.read(session.lesson).steps)
    if session.is_open:
        session = holding.leave(ada, session.pk)
    assert session.outcome in {"resolved", "needs_more_help"}
    assert session.summary


def test_it_begins_once_with_one_key(taught: Course, ada: User) -> None:
    key = uuid.uuid4()
    assert holding.begin(ada, Wish(taught, TOPIC), key=key).pk == holding.begin(ada, Wish(taught, TOPIC), key=key).pk


@pytest.mark.parametrize(
    ("topic", "code"), [("", "empty"), ("x" * 501, "too_long"), ("a\x00b", "unreadable"), ("sourdough bread", "not_in_course")]
)
def test_it_refuses_a_topic_in_words(taught: Course, ada: User, topic: str, code: str) -> None:
    with pytest.raises(SessionRefused) as refused:
        holding.begin(ada, Wish(taught, topic), key=uuid.uuid4())
    assert refused.value.code == code


def test_it_answers_once_in_two_tabs(session: CoachingSession, ada: User) -> None:
    holding.say(ada, session.pk, "no idea", after=2)
    with pytest.raises(SessionRefused, match="another tab"):
        holding.say(ada, session.pk, "from the other tab", after=2)
    assert holding.answer(ada, session.pk)
    assert holding.answer(ada, session.pk) is None
    assert len(_now(ada, session).session_transcript) == 4


def test_it_hands_over_to_the_trainer_with_all_that_was_said(session: CoachingSession, ada: User, tess: User) -> None:
    _said(ada, session, "I think it is saved")
    holding.refer(ada, session.pk, "Before Friday, please.")
    holding.refer(ada, session.pk)
    pick_up()
    with acting_as(tess):
        escalation = Escalation.objects.get()
        assert TOPIC in escalation.original_question
        assert "My data is gone." in escalation.original_question
        assert escalation.learner_note == "Before Friday, please."
        assert [turn["question"] for turn in escalation.conversation] == ["My data is gone.", "I think it is saved"]
    with acting_as(ada):
        assert Handover.objects.get().source_id == session.pk
    with pytest.raises(SessionRefused, match="ended"):
        holding.say(ada, session.pk, "one more", after=None)


@pytest.mark.parametrize(
    "change",
    [
        {"session_transcript": Value([], CoachingSession._meta.get_field("session_transcript"))},
        {"session_transcript": [{"role": "teacher", "content": "x", "timestamp": "y"}]},
        {"outcome": "settled"},
    ],
    ids=["rewritten", "wrong-role", "wrong-outcome"],
)
def test_it_is_kept_true_by_the_database(session: CoachingSession, ada: User, change: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), acting_as(ada):
        CoachingSession.objects.filter(pk=session.pk).update(**change)


def test_it_does_not_begin_again_once_it_has_ended(session: CoachingSession, ada: User) -> None:
    holding.leave(ada, session.pk)
    with pytest.raises(DatabaseError), acting_as(ada):
        CoachingSession.objects.filter(pk=session.pk).update(outcome="in_progress")


def test_it_lets_a_model_put_it_in_words(model: Running, session: CoachingSession, ada: User) -> None:
    session = _said(ada, session, "the files of the container")
    assert session.session_transcript[-1]["content"].startswith("You say: the files of the container.")
    assert leading.read(session.lesson).model == "fake-told"
    with acting_as(SYSTEM):
        assert AIRequestLog.objects.get(feature="session").user_id == ada.pk


@pytest.mark.parametrize("mode", ["500", "garbage", "empty", "html200", "markup"])
def test_it_has_its_own_words_when_a_model_fails(model: Running, session: CoachingSession, ada: User, mode: str) -> None:
    model.tell(mode)
    session = _said(ada, session, "the files of the container")
    assert session.session_transcript[-1]["role"] == "coach"
    assert leading.read(session.lesson).model == ""


def test_it_refuses_words_that_give_the_answer_away(session: CoachingSession) -> None:
    lesson = leading.read(session.lesson)
    turns = {
        verdict: leading.next_turn(lesson, leading.Judged(leading.Verdict(verdict))) for verdict in ("understood", "not_yet")
    }
    hidden = turns["not_yet"].hides[0]
    ask = "And what would you say to that?"

    def told(say: object) -> object:
        return speaking.validated(json.dumps({"verdict": "not_yet", "say": say}), turns)

    assert told(f"Think of it. {ask}")
    assert told(f"The answer: {hidden} {ask}") is None
    assert told("Two questions? Really?") is None
    assert told("No question.") is None
    assert told(f"{'word ' * 200}{ask}") is None
    assert told(["a list"]) is None
    assert speaking.validated('{"verdict": "superb", "say": "So?"}', turns) is None


def test_it_has_pages_work_without_script(taught: Course, ada: User) -> None:
    client = signed_in(ada)
    assert b"Begin" in client.get("/coach/sessions/?topic=Volumes").content
    begun = client.post("/coach/sessions/begin", {"course": taught.slug, "topic": TOPIC, "struggle": "<script>alert(1)</script>"})
    page = client.get(begun["Location"]).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    said = client.post(f"{begun['Location']}say", {"words": "no idea", "after": "2"})
    assert said.status_code == 302
    assert len(_only_session_of(ada).session_transcript) == 4
    refused = client.post(f"{begun['Location']}say", {"words": "kept words", "after": "2"})
    assert (refused.status_code, b"kept words" in refused.content) == (422, True)
    assert client.post(f"{begun['Location']}refer", {"note": "please"}).status_code == 302
    assert b"Your trainer has the session" in client.get(begun["Location"]).content
    assert client.post("/coach/sessions/begin", {"course": "nowhere", "topic": "x"}).status_code == 422


def test_it_has_pages_are_closed_to_others(session: CoachingSession, ben: User) -> None:
    address = f"/coach/sessions/{session.pk}/"
    client = signed_in(ben)
    assert client.get(address).status_code == 404
    assert [client.post(f"{address}{deed}", {"words": "x"}).status_code for deed in ("say", "check", "refer", "nothing")] == [
        404
    ] * 4
    assert Client().get(address).status_code == 302
    assert client.get(f"{address}say").status_code == 405


def test_it_costs_few_queries(session: CoachingSession, ada: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(ada)
    with django_assert_max_num_queries(8):
        client.get("/coach/sessions/")
    with django_assert_max_num_queries(8):
        client.get(f"/coach/sessions/{session.pk}/")


def test_it_has_api_leads_a_session(taught: Course, ada: User, ben: User) -> None:
    with acting_as(ada):
        ada_calls = {
            "headers": {"Authorization": f"Bearer {tokens.make(person=ada, name='t').secret}"},
            "content_type": "application/json",
        }
    with acting_as(ben):
        ben_calls = {
            "headers": {"Authorization": f"Bearer {tokens.make(person=ben, name='t').secret}"},
            "content_type": "application/json",
        }
    client = Client()
    begun = client.post("/api/v1/sessions", {"course": taught.slug, "topic": TOPIC}, **ada_calls)
    assert begun.status_code == 201
    address = f"/api/v1/sessions/{begun.json()['id']}"
    said = client.post(f"{address}/turns", {"words": "no idea", "after": 1}, **ada_calls)
    assert [turn["role"] for turn in said.json()["session_transcript"]] == ["coach", "student", "coach"]
    assert client.post(f"{address}/turns", {"words": "late", "after": 1}, **ada_calls).status_code == 409
    assert client.post(f"{address}/turns", {"words": " "}, **ada_calls).status_code == 400
    assert client.post(f"{address}/lead", {"to": "leave"}, **ada_calls).json()["outcome"] == "needs_more_help"
    assert client.get("/api/v1/sessions", **ada_calls).json()["results"][0]["topic"] == TOPIC
    assert client.get(address, **ben_calls).status_code == 404
    assert client.post("/api/v1/sessions", {"course": taught.slug, "topic": "sourdough"}, **ada_calls).status_code == 400
