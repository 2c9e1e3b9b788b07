"""Asking, history, feedback and the trainer through the API: the pages' own deeds, one's own questions only."""

import asyncio
import json
import uuid

import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.models import Escalation, Feedback, Query
from coach.tasks import answer
from courses.models import Course
from tests.api.conftest import Program, ask_and_answer
from tests.conftest import make_person

pytestmark = pytest.mark.django_db(transaction=True)

ASK = "courses/containers/queries"


def ask(program: Program, question: str = "How do I publish a port?", **more: str):
    return program.send("POST", ASK, {"question": question, **more})


def test_it_asks_and_a_worker_answers(ada_calls: Program, taught: Course) -> None:
    response = ask(ada_calls, place="networks")
    assert response.status_code == 201
    asked = response.json()
    assert (asked["status"], asked["answer"], asked["place"]) == ("pending", None, "networks")
    answer(asked["id"])
    found = ada_calls.send("GET", f"queries/{asked['id']}").json()
    assert found["status"] == "answered"
    assert "published" in found["answer"]["text"]
    assert 0 <= found["answer"]["confidence"] <= 1
    citation = found["answer"]["citations"][0]
    assert citation["chapter_id"] == "networks"
    assert citation["url"].startswith("/courses/containers/networks/?passage=")


def test_it_asks_the_same_key_once(ada_calls: Program, ada: User, taught: Course) -> None:
    key = str(uuid.uuid4())
    first, second = ask(ada_calls, key=key), ask(ada_calls, "Another text", key=key)
    assert first.status_code == second.status_code == 201
    assert first.json()["id"] == second.json()["id"]
    with acting_as(ada):
        assert Query.objects.count() == 1


def test_it_lets_two_people_use_the_same_key(ada_calls: Program, ben_calls: Program, taught: Course) -> None:
    key = str(uuid.uuid4())
    assert ask(ada_calls, key=key).json()["id"] != ask(ben_calls, key=key).json()["id"]


@pytest.mark.parametrize(
    "words", ["<script>alert(1)</script>", "Ω≈ç√∫˜µ", "'; DROP TABLE users; --", "\u202etest", "👾", "%s {{ x }}"]
)
def test_it_gives_questions_back_exactly(ada_calls: Program, taught: Course, words: str) -> None:
    assert ask(ada_calls, words).json()["question"] == words


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("GET", "/stream", None),
        ("POST", "/stop", None),
        ("POST", "/retry", None),
        ("PUT", "/feedback", {"rating": "helpful"}),
        ("DELETE", "/feedback", None),
        ("POST", "/escalation", {}),
    ],
)
def test_it_hides_a_question_from_everybody_else(answered: Query, ben: User, tess: User, rex: User, method, path, body) -> None:
    for person in (ben, tess, rex, make_person("Sam")):
        assert Program(person).send(method, f"queries/{answered.pk}{path}", body).status_code == 404
    with acting_as(SYSTEM):
        assert not Feedback.objects.exists()
        assert not Escalation.objects.exists()


def test_it_searches_and_filters_ones_history(ada_calls: Program, ben_calls: Program, ada: User, taught: Course) -> None:
    ask_and_answer(ada, taught, "How do I publish a port?")
    ask(ada_calls, "Something else")
    results = ada_calls.send("GET", ASK).json()["results"]
    assert [row["question"] for row in results] == ["Something else", "How do I publish a port?"]
    for query, count in (
        ("q=PUBLISH", 1),
        ("q=100%25", 0),
        ("status=pending", 1),
        ("status=answered&q=port", 1),
        ("asked_after=2099-01-01T00:00:00Z", 0),
    ):
        assert len(ada_calls.send("GET", f"{ASK}?{query}").json()["results"]) == count, query
    assert ben_calls.send("GET", ASK).json()["results"] == []


@pytest.mark.parametrize("query", ["status=unknown", "intent=x", "asked_after=yesterday", "q=%00", f"q={'x' * 201}"])
def test_it_refuses_filters_it_does_not_have(ada_calls: Program, taught: Course, query: str) -> None:
    response = ada_calls.send("GET", f"{ASK}?{query}")
    assert response.status_code == 400
    assert set(response.json()["error"]["fields"]) == {query.partition("=")[0]}


def test_it_lists_history_with_few_queries(ada: User, ada_calls: Program, taught: Course, django_assert_max_num_queries) -> None:
    for number in range(6):
        ask_and_answer(ada, taught, f"How do I publish port {number}?")
    with django_assert_max_num_queries(7):
        assert len(ada_calls.send("GET", ASK).json()["results"]) == 6


def test_it_takes_feedback_and_gives_it_back(ada_calls: Program, answered: Query) -> None:
    path = f"queries/{answered.pk}/feedback"
    assert ada_calls.send("PUT", path, {"rating": "not_helpful", "text": "Too short."}).json()["text"] == "Too short."
    assert ada_calls.send("PUT", path, {"rating": "helpful"}).json()["rating"] == "helpful"
    assert ada_calls.send("GET", f"queries/{answered.pk}").json()["feedback"]["rating"] == "helpful"
    assert ada_calls.send("DELETE", path).status_code == 204
    assert ada_calls.send("DELETE", path).status_code == 204
    assert ada_calls.send("GET", f"queries/{answered.pk}").json()["feedback"] is None


@pytest.mark.parametrize(
    "body", [{}, {"rating": "superb"}, {"rating": "helpful", "text": "x" * 4001}, {"rating": "helpful", "text": "\x00"}]
)
def test_it_refuses_feedback_it_cannot_keep(ada_calls: Program, answered: Query, body: dict) -> None:
    assert ada_calls.send("PUT", f"queries/{answered.pk}/feedback", body).status_code == 400


def test_it_has_no_feedback_before_an_answer(ada_calls: Program, taught: Course) -> None:
    query_id = ask(ada_calls).json()["id"]
    response = ada_calls.send("PUT", f"queries/{query_id}/feedback", {"rating": "helpful"})
    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")
    assert ada_calls.send("POST", f"queries/{query_id}/escalation", {}).status_code == 409
    assert ada_calls.send("POST", f"queries/{query_id}/retry").status_code == 409


def test_it_passes_a_question_on_to_the_trainer(ada_calls: Program, answered: Query, tess: User) -> None:
    path = f"queries/{answered.pk}/escalation"
    first = ada_calls.send("POST", path, {"note": "I do not get it."})
    assert (first.status_code, first.json()["status"], first.json()["reason"]) == (201, "pending", "asked")
    assert ada_calls.send("POST", path, {}).json()["asked_times"] == 2
    assert ada_calls.send("GET", f"queries/{answered.pk}").json()["status"] == "escalated"
    with acting_as(tess):
        assert Escalation.objects.get().trainer == tess


def test_it_stops_and_tries_again(ada_calls: Program, taught: Course) -> None:
    query_id = ask(ada_calls).json()["id"]
    assert ada_calls.send("POST", f"queries/{query_id}/stop").json()["status"] == "failed"
    assert ada_calls.send("POST", f"queries/{query_id}/retry").json()["status"] == "pending"
    answer(query_id)
    assert ada_calls.send("GET", f"queries/{query_id}").json()["status"] == "answered"


def events(text: str) -> list[tuple[str, dict]]:
    """The named events of a stream, in order."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


async def read_stream(program: Program, path: str) -> tuple[int, str, str]:
    headers = {"Authorization": program.defaults["HTTP_AUTHORIZATION"], "Accept": "text/event-stream"}
    response = await AsyncClient().get(f"/api/v1/{path}", headers=headers)
    if response.streaming:
        text = b"".join([part async for part in response.streaming_content]).decode()
    else:
        text = response.content.decode()
    await sync_to_async(connections.close_all)()  # a server does that after each request, the client does not
    return response.status_code, response.headers["Content-Type"], text


def test_it_streams_the_answer_and_replays_it(ada_calls: Program, taught: Course) -> None:
    query_id = ask(ada_calls).json()["id"]
    status, kind, text = asyncio.run(read_stream(ada_calls, f"queries/{query_id}/stream"))
    assert (status, kind) == (200, "text/event-stream")
    told = events(text)
    written = "".join(data["text"] for name, data in told if name == "text")
    name, done = told[-1]
    assert (name, done["status"], done["answer"]["text"].strip()) == ("done", "answered", written.strip())
    _status, _kind, rest = asyncio.run(read_stream(ada_calls, f"queries/{query_id}/stream?from=10"))
    assert "".join(data["text"] for name, data in events(rest) if name == "text") == done["answer"]["text"][10:]


def test_it_tells_errors_of_the_stream_as_json(ben_calls: Program, answered: Query) -> None:
    status, kind, text = asyncio.run(read_stream(ben_calls, f"queries/{answered.pk}/stream"))
    assert (status, kind) == (404, "application/json")
    assert json.loads(text)["error"]["code"] == "not_found"


def test_it_starts_a_new_conversation(ada_calls: Program, taught: Course) -> None:
    first = ask(ada_calls).json()["conversation"]
    assert ask(ada_calls).json()["conversation"] == first
    fresh = ada_calls.send("POST", "courses/containers/conversations").json()["id"]
    assert ask(ada_calls).json()["conversation"] == fresh
