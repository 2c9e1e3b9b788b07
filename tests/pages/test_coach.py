"""Pages of the coach: one's own turns only, every deed by POST, a clear word for bad input."""

import json
import uuid

import pytest
from django.test import Client
from django.test.utils import override_settings
from django.utils.html import escape

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.models import Conversation
from coach.models import Escalation, Feedback, Query
from courses.models import Course
from tests.coach.conftest import put
from tests.coach.test_answering import ask_now
from tests.conftest import ROOT
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

ASK = "/coach/containers/ask"
HTMX = {"HX-Request": "true"}
WHICH = "Should I use a volume or a bind mount for the files of a database?"
DEEDS = ["stop", "retry", "feedback", "escalate"]
BAD_QUESTIONS = ["", "   \n", "a\x00b", "x" * 4001, "why? " * 20_000]
BAD_FEEDBACK = [
    {},
    {"rating": "great"},
    {"rating": "helpful", "feedback_text": "x" * 4001},
    {"rating": "helpful", "feedback_text": "\x00"},
]
NAUGHTY = json.loads((ROOT / "tests/courses/naughty.json").read_text())


@pytest.fixture
def browser(taught: Course, ada: User) -> Client:
    return signed_in(ada)


@pytest.fixture
def answered_query(taught: Course, ada: User) -> Query:
    return ask_now(ada, taught, WHICH)


def test_it_answers_a_question_with_a_turn_that_follows_its_stream(browser: Client) -> None:
    page = browser.post(ASK, {"question": WHICH, "place": "volumes", "key": uuid.uuid4()}, headers=HTMX).content.decode()
    with acting_as(SYSTEM):
        query = Query.objects.get()
    assert f'sse-connect="/coach/turns/{query.pk}/stream?from=0"' in page
    assert query.context["place"] == "volumes"


def test_it_asks_once_however_often_it_is_sent(browser: Client) -> None:
    key = uuid.uuid4()
    for _time in range(3):
        assert browser.post(ASK, {"question": WHICH, "key": key}, headers=HTMX).status_code == 200
    with acting_as(SYSTEM):
        assert Query.objects.count() == 1


@pytest.mark.parametrize(
    "question", ["", "   \n", "a\x00b", "x" * 4001, "why? " * 20_000], ids=["none", "space", "null", "long", "very-long"]
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_it_says_what_is_wrong_with_a_question(browser: Client, question: str, headers: dict[str, str]) -> None:
    response = browser.post(ASK, {"question": question}, headers=headers)
    assert response.status_code == 422
    if headers:
        assert response["HX-Retarget"] == "#composer-problem"
    elif question.strip() and "\x00" not in question:
        assert question.strip()[:200] in response.content.decode(), "what was written must still be there"


@override_settings(RATE_LIMITS={"ask": "1000/minute", "search": "1000/minute"})
def test_it_shows_every_question_exactly(browser: Client) -> None:
    for question in (text for text in NAUGHTY if text.strip() and "\x00" not in text):
        sent = browser.post(ASK, {"question": question}, headers=HTMX).content.decode()
        assert f'<p class="asked" dir="auto" hx-disable>{escape(question.strip())}</p>' in sent


def test_it_shows_the_answer_with_its_sources(browser: Client, answered_query: Query) -> None:
    page = browser.get("/coach/containers/").content.decode()
    assert 'class="cite"' in page
    assert "/courses/containers/volumes/?passage=" in page
    assert "Course text" in page


@pytest.mark.parametrize("deed", DEEDS)
def test_it_keeps_others_away_from_a_turn(answered_query: Query, ada: User, ben: User, client: Client, deed: str) -> None:
    address = f"/coach/turns/{answered_query.pk}/{deed}"
    assert signed_in(ben).post(address, {"rating": "helpful"}).status_code == 404
    assert client.post(address).status_code == 302
    assert signed_in(ada).get(address).status_code == 405


def test_it_shows_nothing_of_hers_to_ben(answered_query: Query, ben: User) -> None:
    bens = signed_in(ben)
    for address in (
        "/coach/containers/",
        f"/coach/containers/?turn={answered_query.pk}",
        "/coach/containers/?q=volume",
        "/courses/containers/volumes/",
    ):
        assert str(answered_query.pk) not in bens.get(address).content.decode()


def test_it_keeps_one_opinion_that_can_be_changed_and_taken_back(browser: Client, answered_query: Query) -> None:
    address = f"/coach/turns/{answered_query.pk}/feedback"
    browser.post(address, {"rating": "helpful"}, headers=HTMX)
    page = browser.post(address, {"rating": "not_helpful", "feedback_text": " <b>no</b> "}, headers=HTMX).content.decode()
    assert "You wrote: &lt;b&gt;no&lt;/b&gt;" in page
    with acting_as(SYSTEM):
        assert Feedback.objects.values_list("rating", "feedback_text").get() == ("not_helpful", "<b>no</b>")
    browser.post(address, {"rating": "not_helpful"}, headers=HTMX)
    with acting_as(SYSTEM):
        assert not Feedback.objects.exists()


@pytest.mark.parametrize(
    "data",
    [{}, {"rating": "great"}, {"rating": "helpful", "feedback_text": "x" * 4001}, {"rating": "helpful", "feedback_text": "\x00"}],
)
def test_it_refuses_odd_feedback(browser: Client, answered_query: Query, data: dict[str, str]) -> None:
    assert browser.post(f"/coach/turns/{answered_query.pk}/feedback", data, headers=HTMX).status_code == 422


def test_it_hands_a_question_to_the_trainer_once(browser: Client, answered_query: Query, tess: User) -> None:
    for _time in range(2):
        page = browser.post(f"/coach/turns/{answered_query.pk}/escalate", headers=HTMX).content.decode()
    assert "Your trainer has this question." in page
    with acting_as(SYSTEM):
        assert Escalation.objects.values_list("trainer_id", "status").get() == (tess.pk, "pending")


def test_it_waits_for_the_answer_before_it_hands_over(browser: Client, taught: Course, ada: User) -> None:
    query = put(ada, taught, WHICH)
    assert browser.post(f"/coach/turns/{query.pk}/escalate", headers=HTMX).status_code == 422
    assert browser.post(f"/coach/turns/{query.pk}/feedback", {"rating": "helpful"}, headers=HTMX).status_code == 409


def test_it_finds_and_filters_the_history(browser: Client, taught: Course, ada: User, answered_query: Query) -> None:
    other = ask_now(ada, taught, "How do containers find each other?")
    browser.post(f"/coach/turns/{other.pk}/feedback", {"rating": "helpful"}, headers=HTMX)
    for query, found in (("q=BIND", answered_query), ("q=find+each", other), ("show=helpful", other)):
        page = browser.get(f"/coach/containers/?{query}", headers=HTMX).content.decode()
        assert [str(one.pk) in page for one in (answered_query, other)] == [one is found for one in (answered_query, other)]
    assert "No question of yours fits" in browser.get("/coach/containers/?q=%25", headers=HTMX).content.decode()


@pytest.mark.parametrize("query", ["turn=nonsense", "before=1", "older=x", "show=what", "q=" + "%00" * 9, "q=" + "y" * 5000])
def test_it_takes_nonsense_for_nothing(browser: Client, query: str) -> None:
    assert browser.get(f"/coach/containers/?{query}").status_code == 200
    assert browser.get(f"/coach/containers/?{query}", headers=HTMX).status_code == 200


def test_it_bounds_its_queries(browser: Client, taught: Course, ada: User, django_assert_max_num_queries) -> None:
    for number in range(25):
        put(ada, taught, f"question {number}")
    with django_assert_max_num_queries(16):
        page = browser.get("/coach/containers/").content.decode()
    assert page.count('<article class="turn"') == 20
    assert "Show earlier questions" in page


def test_it_searches_the_course(browser: Client) -> None:
    page = browser.get("/coach/containers/search?q=bind+mount").content.decode()
    assert "/courses/containers/volumes/?passage=" in page
    assert browser.get("/coach/containers/search?q=" + "z" * 5000).status_code == 200
    assert "Nothing in the course fits" not in browser.get("/coach/containers/search").content.decode()


def test_it_asks_for_patience_when_there_are_too_many(browser: Client) -> None:
    with override_settings(RATE_LIMITS={"ask": "1/minute", "search": "1/minute"}):
        statuses = [browser.post(ASK, {"question": f"{number}?"}, headers=HTMX).status_code for number in range(3)]
    assert statuses[-1] == 429


def test_it_starts_afresh_once(browser: Client, answered_query: Query, ada: User) -> None:
    for _time in range(3):
        page = browser.post("/coach/containers/fresh", follow=True).content.decode()
    assert page.count("New conversation") == 1
    with acting_as(SYSTEM):
        assert Conversation.objects.filter(user=ada).count() == 2
    browser.post(ASK, {"question": "and then?"}, headers=HTMX)
    with acting_as(SYSTEM):
        assert Query.objects.latest("created_at").conversation_id != answered_query.conversation_id


def test_it_says_when_an_answer_failed_and_offers_another_try(browser: Client, taught: Course, ada: User) -> None:
    query = put(ada, taught, WHICH)
    browser.post(f"/coach/turns/{query.pk}/stop", headers=HTMX)
    page = browser.get("/coach/containers/").content.decode()
    assert "There is no answer: the coach was interrupted." in page
    retried = browser.post(f"/coach/turns/{query.pk}/retry", headers=HTMX).content.decode()
    assert "sse-connect" in retried


def test_it_names_the_trainer_and_nothing_else_of_them(browser: Client, taught: Course, ada: User, tess: User) -> None:
    page = browser.get(f"/coach/{taught.slug}/").content.decode()
    assert "Tess is your trainer" in page
    assert tess.email not in page
