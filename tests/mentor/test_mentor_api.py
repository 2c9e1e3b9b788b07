"""The mentor by token: the same deeds as the pages, one's own threads only."""

import asyncio
import uuid
from typing import Any

import pytest

from accounts.door import actor_for
from accounts.models import User
from courses.models import Course
from mentor.answering import answer_now
from tests.api.conftest import Program
from tests.mentor.conftest import VOLUME, ask_now, thread_of

pytestmark = pytest.mark.django_db(transaction=True)


def begun(calls: Program, course: Course) -> dict[str, Any]:
    answer = calls.send("POST", "mentor/threads", {"course": course.slug, "title": "Storage"})
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_it_walks_through_a_thread(taught: Course, ada: User) -> None:
    calls = Program(ada)
    thread = begun(calls, taught)
    place = f"mentor/threads/{thread['id']}"
    key = str(uuid.uuid4())
    asked = calls.send("POST", f"{place}/messages", {"question": VOLUME, "key": key}).json()
    assert calls.send("POST", f"{place}/messages", {"question": VOLUME, "key": key}).json()["id"] == asked["id"]
    message = f"mentor/messages/{asked['id']}"
    asyncio.run(answer_now(uuid.UUID(asked["id"]), actor_for(ada)))
    read = calls.send("GET", message).json()
    assert (read["status"], read["label"], read["citations"][0]["number"]) == ("answered", "course_text", 1)
    assert calls.send("PUT", f"{message}/rating", {"rating": 5, "text": "Yes."}).json()["rating"] == 5
    assert calls.send("PUT", f"{message}/rating", {"rating": 0}).status_code == 400
    assert calls.send("DELETE", f"{message}/rating").status_code == 204
    assert calls.send("PUT", f"{message}/flag", {"flagged": True}).json()["flagged"] is True
    assert calls.send("POST", f"{message}/escalation", {"reason": "Why?"}).json()["note"] == "Why?"
    assert calls.send("POST", f"{message}/retry").status_code == 409
    assert [each["id"] for each in calls.send("GET", f"{place}/messages").json()["results"]] == [asked["id"]]


def test_it_renames_deletes_and_restores(taught: Course, ada: User) -> None:
    calls = Program(ada)
    place = f"mentor/threads/{begun(calls, taught)['id']}"
    assert calls.send("PATCH", place, {"title": "Disks"}).json()["title"] == "Disks"
    assert len(calls.send("GET", "mentor/threads?q=disk").json()["results"]) == 1
    assert calls.send("DELETE", place).status_code == 204
    assert calls.send("GET", place).status_code == 404
    assert calls.send("GET", "mentor/threads").json()["results"] == []
    assert calls.send("POST", f"{place}/restore").status_code == 200
    assert calls.send("POST", f"{place}/restore").status_code == 404


def test_it_refuses_strangers_and_nonsense(taught: Course, ada: User, ben: User) -> None:
    chat = ask_now(ada, thread_of(ada, taught))
    stranger = Program(ben)
    for method, path in (
        ("GET", f"mentor/threads/{chat.conversation_id}"),
        ("GET", f"mentor/threads/{chat.conversation_id}/messages"),
        ("POST", f"mentor/threads/{chat.conversation_id}/messages"),
        ("GET", f"mentor/messages/{chat.pk}"),
        ("GET", f"mentor/messages/{chat.pk}/stream"),
        ("POST", f"mentor/messages/{chat.pk}/stop"),
        ("DELETE", f"mentor/messages/{chat.pk}/rating"),
    ):
        assert stranger.send(method, path, {"question": VOLUME} if method == "POST" else None).status_code == 404, path
        assert Program().send(method, path).status_code == 401
    assert stranger.send("POST", "mentor/threads", {"course": "unknown"}).status_code == 400
    assert stranger.send("POST", "mentor/threads", {"course": taught.slug, "topic": "None such"}).status_code == 400
    assert Program(ada).send("POST", f"mentor/threads/{chat.conversation_id}/messages", {"question": " "}).status_code == 400
