"""Pages of the mentor: one's own threads only, every deed by POST, a clear word for bad input, long threads page by page."""

import time
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.models import Conversation
from courses.models import Course, ModuleTopic
from learning.wording import question_hash
from mentor import threads
from mentor.models import Chat
from mentor.patterns import asked_again, flagged
from tests.conftest import enrol, make_course, make_person
from tests.mentor.conftest import VOLUME, ask_now, now, put, signed_in, thread_of

pytestmark = pytest.mark.django_db(transaction=True)

HTMX = {"HX-Request": "true"}
CHAT_DEEDS = ["stop", "retry", "rating", "flag", "escalate"]
THREAD_DEEDS = ["ask", "rename", "delete", "restore"]
MOST_QUERIES = 16


@pytest.fixture
def browser(taught: Course, ada: User) -> Client:
    return signed_in(ada)


def test_it_begins_a_thread_about_a_topic(browser: Client, taught: Course, ada: User) -> None:
    with acting_as(SYSTEM):
        topic = ModuleTopic.objects.filter(course=taught).first()
    page = browser.get("/mentor/").content.decode()
    assert f'value="{taught.pk}:{topic.pk}"' in page
    answer = browser.post("/mentor/begin", {"about": f"{taught.pk}:{topic.pk}", "question": VOLUME, "key": uuid.uuid4()})
    with acting_as(ada):
        chat = Chat.objects.get()
    assert answer.headers["Location"] == f"/mentor/{chat.conversation_id}/"
    assert (chat.course_id, chat.topic_id, chat.status) == (taught.pk, topic.pk, "pending")
    assert VOLUME in browser.get(answer.headers["Location"]).content.decode()


@pytest.mark.parametrize("question", ["", "  \n", "a\x00b", "x" * 4001])
def test_it_says_what_is_wrong_with_a_question(browser: Client, taught: Course, ada: User, question: str) -> None:
    thread = thread_of(ada, taught)
    assert browser.post("/mentor/begin", {"about": str(taught.pk), "question": question}).status_code == 422
    assert browser.post(f"/mentor/{thread.pk}/ask", {"question": question}).status_code == 422
    assert browser.post(f"/mentor/{thread.pk}/ask", {"question": question}, headers=HTMX).status_code == 422
    with acting_as(SYSTEM):
        assert not Chat.objects.exists()
        assert Conversation.objects.count() == 1


@pytest.mark.parametrize("about", ["", "nonsense", "0197a3c0-0000-7000-8000-000000000000"])
def test_it_wants_to_know_what_a_thread_is_about(browser: Client, about: str) -> None:
    page = browser.post("/mentor/begin", {"about": about, "question": VOLUME})
    assert page.status_code == 422
    assert VOLUME in page.content.decode()


def test_it_hides_threads_from_everybody_else(taught: Course, ada: User, ben: User, tess: User) -> None:
    thread = thread_of(ada, taught)
    chat = put(ada, thread)
    for other in (ben, tess):
        client = signed_in(other)
        assert VOLUME not in client.get("/mentor/").content.decode()
        assert client.get(f"/mentor/{thread.pk}/").status_code == 404
        assert client.get(f"/mentor/{thread.pk}/export.md").status_code == 404
        assert {client.post(f"/mentor/{thread.pk}/{deed}").status_code for deed in THREAD_DEEDS} == {404}
        assert {client.post(f"/mentor/chats/{chat.pk}/{deed}").status_code for deed in CHAT_DEEDS} == {404}
        assert client.get(f"/mentor/chats/{chat.pk}/passed").status_code == 404
        with acting_as(other):
            assert not Conversation.objects.filter(pk=thread.pk).exists()
            assert not Chat.objects.filter(pk=chat.pk).exists()
    anybody = Client()
    assert anybody.get(f"/mentor/{thread.pk}/").status_code == 302
    assert {anybody.post(f"/mentor/{thread.pk}/{deed}").status_code for deed in THREAD_DEEDS} == {302}
    assert {signed_in(ada).get(f"/mentor/{thread.pk}/{deed}").status_code for deed in THREAD_DEEDS} == {405}
    assert {signed_in(ada).get(f"/mentor/chats/{chat.pk}/{deed}").status_code for deed in CHAT_DEEDS} == {405}


def test_it_rates_flags_and_takes_back(browser: Client, taught: Course, ada: User, tess: User) -> None:
    chat = ask_now(ada, thread_of(ada, taught))
    address = f"/mentor/chats/{chat.pk}"
    assert 'aria-pressed="true"' in browser.post(f"{address}/rating", {"rating": "4"}, headers=HTMX).content.decode()
    browser.post(f"{address}/rating", {"rating": "4", "feedback": "Clear."})
    rated = now(ada, chat)
    assert (rated.student_rating, rated.student_feedback, bool(rated.rated_at)) == (4, "Clear.", True)
    browser.post(f"{address}/rating", {"rating": "4"})
    assert now(ada, chat).student_rating is None
    with acting_as(tess):
        assert flagged(taught) == []
    browser.post(f"{address}/flag", {"flag": "yes"})
    with acting_as(tess):
        assert [each.pk for each in flagged(taught)] == [chat.pk]
    assert chat.question in signed_in(tess).get(f"/mentor/asked/{taught.slug}/").content.decode()
    assert browser.post(f"{address}/rating", {"rating": "6"}, headers=HTMX).status_code == 422


def test_it_shows_the_earlier_answer_to_the_same_question(browser: Client, taught: Course, ada: User, tess: User) -> None:
    first = ask_now(ada, thread_of(ada, taught))
    second = ask_now(ada, thread_of(ada, taught), VOLUME.upper())
    page = browser.get(f"/mentor/{second.conversation_id}/").content.decode()
    assert "You asked this before" in page
    assert f"/mentor/{first.conversation_id}/?chat={first.pk}" in page
    assert "You asked this before" not in browser.get(f"/mentor/{first.conversation_id}/").content.decode()
    with acting_as(tess):
        (row,) = asked_again(taught)
        assert (row.asked, row.learners, row.question) == (2, 1, VOLUME.upper())
    with acting_as(ada):
        assert asked_again(taught) == []
    assert browser.get(f"/mentor/asked/{taught.slug}/").status_code == 404


def test_it_finds_renames_and_deletes_with_undo(browser: Client, taught: Course, ada: User) -> None:
    thread = ask_now(ada, thread_of(ada, taught)).conversation
    browser.post(f"/mentor/{thread.pk}/rename", {"title": "  About   storage "})
    assert "About storage" in browser.get("/mentor/?q=bind+mount", headers=HTMX).content.decode()
    assert "About storage" not in browser.get("/mentor/?q=kubernetes", headers=HTMX).content.decode()
    gone = browser.post(f"/mentor/{thread.pk}/delete")
    assert "Undo" in browser.get(gone.headers["Location"]).content.decode()
    assert browser.get(f"/mentor/{thread.pk}/").status_code == 404
    browser.post(f"/mentor/{thread.pk}/restore")
    assert browser.get(f"/mentor/{thread.pk}/").status_code == 200
    browser.post(f"/mentor/{thread.pk}/delete")
    with acting_as(SYSTEM):
        assert threads.clear_away(timezone.now()) == 0
        assert threads.clear_away(timezone.now() + threads.UNDO + threads.UNDO) == 1
        assert not Chat.objects.exists()


def test_it_saves_a_thread_as_markdown(browser: Client, taught: Course, ada: User) -> None:
    chat = ask_now(ada, thread_of(ada, taught, title="Storage"))
    answer = browser.get(f"/mentor/{chat.conversation_id}/export.md")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="storage.md"'
    text = answer.content.decode()
    assert text.startswith("# Storage\n")
    assert chat.question in text
    assert chat.response in text


def fill(thread: Conversation, count: int) -> None:
    """So many answered chats, which are twice as many messages."""
    answer = "Use a **volume** for data that only the container needs [1].\n\n```sh\ndocker volume create data\n```\n\n" * 2
    place = {"number": 1, "chapter_id": "volumes", "title": "Volumes", "chunk_id": str(uuid.uuid4()), "content": "Use. " * 100}
    with acting_as(SYSTEM):
        Chat.objects.bulk_create(
            Chat(
                user_id=thread.user_id,
                course_id=thread.course_id,
                conversation=thread,
                question=f"Question {number} about volumes and mounts?",
                question_hash=question_hash(f"Question {number} about volumes and mounts?"),
                response=answer,
                status="answered",
                label="course_text",
                client_key=uuid.uuid4(),
                reference_locations=[place],
                evidence=[place] * 8,
            )
            for number in range(count)
        )


def test_it_opens_a_long_thread_at_its_newest_end(browser: Client, taught: Course, ada: User) -> None:
    thread = thread_of(ada, taught)
    fill(thread, 250)
    browser.get(f"/mentor/{thread.pk}/")
    with CaptureQueriesContext(connection) as queries:
        begun = time.perf_counter()
        page = browser.get(f"/mentor/{thread.pk}/").content.decode()
        took = time.perf_counter() - begun
    assert len(queries) <= MOST_QUERIES
    assert "Question 249" in page
    assert "Question 200" not in page
    assert "Show earlier questions" in page
    assert took < 0.5  # the measured figure stands with the benchmarks; this only notices a page that reads everything


def test_it_says_so_to_somebody_without_a_course(db: None) -> None:
    page = signed_in(make_person("Noa")).get("/mentor/").content.decode()
    assert "You are not in a course yet" in page


def test_it_offers_only_courses_of_ones_own(browser: Client, ada: User) -> None:
    other = make_course("other", "Other")
    assert str(other.pk) not in browser.get("/mentor/").content.decode()
    assert browser.post("/mentor/begin", {"about": str(other.pk), "question": VOLUME}).status_code == 422
    enrol(ada, other)
    assert str(other.pk) in browser.get("/mentor/").content.decode()
