"""A thread about a concept: chosen first or later, told to the mentor as data, found again by memory, moved by ratings."""

import pytest
from django.test import Client

from accounts.door import acting_as
from accounts.models import User
from ai.models import Conversation
from courses.models import Course, LearningConcept
from mentor import opinions, threads
from mentor.models import Memory
from mentor.remembering import remember_settled
from tests.api.conftest import Program
from tests.concepts.conftest import concept
from tests.mentor.conftest import VOLUME, ask_now, signed_in, thread_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def storage(taught: Course, ada: User) -> LearningConcept:
    return concept(ada, "Storage", course=taught, places=("volumes",), prompts=("examples from databases",))


@pytest.fixture
def browser(taught: Course, ada: User) -> Client:
    return signed_in(ada)


def about(learner: User, thread: Conversation, chosen: LearningConcept | None) -> Conversation:
    with acting_as(learner):
        threads.set_concept(thread, chosen)
        return threads.own_thread(learner, thread.pk)


def test_it_begins_about_a_concept(browser: Client, ada: User, storage: LearningConcept) -> None:
    page = browser.get(f"/mentor/?concept={storage.pk}").content.decode()
    assert f'<option value="concept:{storage.pk}" selected>Storage</option>' in page
    address = browser.post("/mentor/begin", {"about": f"concept:{storage.pk}", "question": VOLUME}).headers["Location"]
    with acting_as(ada):
        thread = Conversation.objects.get()
    assert (thread.concept_id, thread.course_id) == (storage.pk, storage.course_id)
    assert f'href="/concepts/{storage.pk}/"' in browser.get(address).content.decode()
    assert VOLUME in browser.get(f"/concepts/{storage.pk}/").content.decode()


def test_it_is_set_later_and_is_ones_own(browser: Client, taught: Course, ada: User, ben: User, storage: LearningConcept) -> None:
    thread = thread_of(ada, taught)
    his = concept(ben, "His")
    assert browser.post(f"/mentor/{thread.pk}/concept", {"concept": his.pk}).status_code == 404
    assert browser.post("/mentor/begin", {"about": f"concept:{his.pk}", "question": VOLUME}).status_code == 422
    assert signed_in(ben).post(f"/mentor/{thread.pk}/concept", {"concept": his.pk}).status_code == 404
    assert Program(ada).send("PATCH", f"mentor/threads/{thread.pk}", {"concept": str(his.pk)}).status_code == 400
    browser.post(f"/mentor/{thread.pk}/concept", {"concept": storage.pk})
    assert Program(ada).send("GET", f"mentor/threads/{thread.pk}").json()["concept"] == str(storage.pk)
    browser.post(f"/mentor/{thread.pk}/concept", {"concept": ""})
    assert Program(ada).send("GET", f"mentor/threads/{thread.pk}").json()["concept"] is None
    made = Program(ada).send("POST", "mentor/threads", {"concept": str(storage.pk)}).json()
    assert (made["concept"], made["course"]) == (str(storage.pk), taught.slug)


def test_it_tells_the_mentor_what_comes_next(taught: Course, ada: User, storage: LearningConcept) -> None:
    chat = ask_now(ada, about(ada, thread_of(ada, taught), storage))
    told = chat.conversation_context[0]["content"]
    assert told.startswith("- Storage: 0 %; next: ")
    assert "this conversation is about it; wish: examples from databases" in told
    assert chat.context_used["concepts"] is True
    from ai.prompts import mentor_request

    fenced = mentor_request(question=VOLUME, asked=VOLUME, sources=[], pursued=told).messages[1].content
    border = fenced.split("The word of this message is ")[1][:24]
    assert f"=== {border} concepts that the learner pursues, with progress and next step\n{told}\n=== {border} end" in fenced


def test_it_finds_what_was_said_about_the_concept(taught: Course, ada: User, storage: LearningConcept) -> None:
    ask_now(ada, about(ada, thread_of(ada, taught), storage))
    remember_settled()
    with acting_as(ada):
        line = Memory.objects.get()
    assert line.concept_id == storage.pk
    near = "Where should the files of my database go, a volume or a mount?"
    relevance = []
    for chosen in (storage, None):
        chat = ask_now(ada, about(ada, thread_of(ada, taught), chosen), near)
        relevance.append(chat.context_used["remembered"][0]["relevance"])
    assert relevance[0] - relevance[1] == pytest.approx(0.1, abs=0.002)


def test_it_answers_without_a_course_from_what_it_remembers(taught: Course, ada: User) -> None:
    own = concept(ada, "Knots", objectives=("Tie a bowline",))
    ask_now(ada, thread_of(ada, taught))
    remember_settled()
    with acting_as(ada):
        thread = Conversation.objects.create(user=ada, concept=own, kind="mentor")
    chat = ask_now(ada, thread, "Should the files of a database go on a volume or a bind mount?")
    assert chat.status in {"answered", "failed"}
    assert len(chat.context_used["remembered"]) == 1


def test_it_moves_by_questions_that_were_answered_well(taught: Course, ada: User, storage: LearningConcept) -> None:
    chat = ask_now(ada, about(ada, thread_of(ada, taught), storage))
    for rating, percent in ((5, 3), (2, 0), (4, 3)):
        with acting_as(ada):
            opinions.rate(chat=chat, rating=rating)
            assert LearningConcept.objects.get(pk=storage.pk).completion_percentage == percent
    page = signed_in(ada).get(f"/concepts/{storage.pk}/").content.decode()
    assert f'href="/mentor/{chat.conversation_id}/?chat={chat.pk}#turn-{chat.pk}"' in page
    with acting_as(ada):
        opinions.withdraw(chat)
        assert LearningConcept.objects.get(pk=storage.pk).completion_percentage == 0
