"""The same question, asked again by anybody, gets the settled answer, and nothing of whoever asked first."""

import asyncio

import pytest
from django.test import Client

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import escalating, rating
from coach.answering import answer_now
from coach.models import Query, Response
from courses.models import Course
from learning.same_question import keys
from tests.coach.conftest import answered, put
from tests.pages.conftest import signed_in

ASKED = "What outlives a container in a volume?"


def said(learner: User, course: Course, question: str = ASKED) -> Query:
    query = put(learner, course, question)
    asyncio.run(answer_now(query.pk, SYSTEM))
    return answered(learner, query)


@pytest.mark.django_db(transaction=True)
def test_it_gives_the_settled_answer_to_anybody(taught: Course, ada: User, ben: User) -> None:
    first = said(ada, taught)
    again = said(ben, taught, "  what outlives a container in a VOLUME ")
    worded = said(ben, taught, "What, in volumes, outlives the containers?")
    for turn in (again, worded):
        assert turn.response.answer == first.response.answer
        assert turn.response.reference_locations == first.response.reference_locations
        assert turn.response.notes["answered_before"]
        assert (turn.response.label, turn.response.confidence_score) == (first.response.label, first.response.confidence_score)
        assert "embed" not in turn.response.timings
    told = str([again.response.evidence, again.response.notes, again.context])
    assert str(ada.pk) not in told
    assert str(first.pk) not in told


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["unhappy", "unhappy with the copy", "escalated", "course changed", "other course"])
def test_it_forgets_what_is_not_settled_any_more(taught: Course, ada: User, ben: User, what: str) -> None:
    first = said(ada, taught)
    if what.startswith("unhappy"):
        turn, person = (first, ada) if what == "unhappy" else (said(ben, taught), ben)
        with acting_as(person):
            rating.rate(response=Response.objects.get(query=turn), learner=person, rating="not_helpful")
    elif what == "escalated":
        with acting_as(ada):
            escalating.ask_trainer(query=Query.objects.get(pk=first.pk))
    elif what == "course changed":
        with acting_as(SYSTEM):
            Course.objects.filter(pk=taught.pk).update(content_version=taught.content_version + 9)
    else:
        with acting_as(SYSTEM):
            other = Course.objects.create(slug="other", title="Other")
            Query.objects.filter(pk=first.pk).update(course=other)
            Response.objects.filter(query=first).update(course=other)
    assert "answered_before" not in said(ben, taught).response.notes


@pytest.mark.django_db(transaction=True)
def test_it_answers_anew_when_asked_to(taught: Course, ada: User, ben: User) -> None:
    said(ada, taught)
    again = said(ben, taught)
    address = f"/coach/turns/{again.pk}/anew"
    assert Client().post(address).status_code == 302
    assert signed_in(ada).post(address).status_code == 404
    client = signed_in(ben)
    assert client.get(address).status_code == 405
    assert "Answered before, on" in client.get(f"/coach/{taught.slug}/").content.decode()
    client.post(address, headers={"HX-Request": "true"})
    with acting_as(SYSTEM):
        newest = Query.objects.filter(learner=ben).latest("pk")
    asyncio.run(answer_now(newest.pk, SYSTEM))
    turn = answered(ben, newest)
    assert (turn.question, turn.context["anew"]) == (again.question, True)
    assert "answered_before" not in turn.response.notes


@pytest.mark.django_db(transaction=True)
def test_it_comes_with_the_page_that_asks(taught: Course, ada: User, ben: User) -> None:
    first = said(ada, taught)
    client = signed_in(ben)
    asked, htmx = {"question": ASKED.upper()}, {"HX-Request": "true"}
    page = client.post(f"/coach/{taught.slug}/ask", asked, headers=htmx).content.decode()
    assert 'data-state="answered"' in page
    assert "sse-connect" not in page
    assert "Answered before, on" in page
    with acting_as(ben):
        query = Query.objects.with_answer().get()
        assert (query.status, query.intent) == ("answered", "course_content")
        assert query.response.answer == first.response.answer
        assert list(query.history.order_by("sequence_number").values_list("response", flat=True)) == [None, query.response.pk]
    page_again = client.get(f"/coach/{taught.slug}/").content.decode()
    assert first.response.answer[:40] in page
    assert page_again.count("Answered before, on") == 1


@pytest.mark.parametrize(
    "question",
    [
        "Why does my container stop?", "I tried to mount it and nothing happened", "What is due this week?", "why?",
        "Can you send it to ada@example.com please now", "What should I do in step 3?", "and on Windows?",
        "Was macht dieser Befehl genau?", "Wo sehe ich meine Punkte im Kurs?",
        "¿Qué hace este comando?", "Où est mon rapport final ?", "Что делает эта команда?",
        "这个命令做什么？", "Co robi ta komenda?", "このコマンドは何をしますか？",
    ],
)  # fmt: skip
def test_it_gives_a_question_of_ones_own_no_key(question: str) -> None:
    assert not keys(question).exact
    assert not keys(question).wording


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("What is a bind mount?", "what's a bind mount", True),
        ("How do I remove a volume?", "How can I remove volumes?", True),
        ("What does the red lamp mean?", "What does the blue lamp mean?", False),
        ("Why can containers reach the network?", "Why can't containers reach the network?", False),
        ("How is a volume removed?", "When is a volume removed?", False),
        ("What is port 80 for?", "What is port 443 for?", False),
        ("Does the client call the server?", "Does the server call the client?", False),
        ("Can I use pandas instead of polars?", "Can I use polars instead of pandas?", False),
        ("On the server, how is a volume removed?", "How is a volume removed on the server?", True),
        ("Wie übersetze ich Python in Java?", "Wie übersetze ich Java in Python?", False),
    ],
)
def test_it_tells_wordings_apart(one: str, other: str, same: bool) -> None:
    assert (keys(one).wording == keys(other).wording and keys(one).wording != "") is same


def test_it_knows_a_question_in_another_language_by_its_very_words() -> None:
    assert keys("Wo liegt der Schlüssel für das Labor?").exact == keys("wo liegt der schlüssel für das labor").exact != ""
    assert not keys("Wo liegt der Schlüssel für das Labor?").wording
