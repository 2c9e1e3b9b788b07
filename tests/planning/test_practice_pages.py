"""Pages of practice: with and without script, one's own only, a clear word for what is over or was changed elsewhere."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from planning.exam_models import Subject
from planning.practice_models import Attempt
from tests.planning.conftest import KINDS, hand_in, mark, row_of, signed_in, sit, write

pytestmark = pytest.mark.django_db

JSON = {"Accept": "application/json"}
MOST_QUERIES = 14


@pytest.fixture
def browser(subject: Subject, ada: User) -> Client:
    return signed_in(ada)


def begin(**more: Any) -> dict[str, Any]:
    return {"count": KINDS, "mode": "untimed", "minutes": "", "key": uuid.uuid4(), **more}


def answer_place(attempt: Attempt, code: str) -> str:
    return f"/practice/{attempt.pk}/answers/{row_of(attempt, code).position}"


def test_it_goes_from_the_list_to_the_result(browser: Client, ada: User) -> None:
    assert "Containers" in browser.get("/practice/").content.decode()
    assert "C.1.1" in browser.get("/practice/begin/C/").content.decode()
    place = browser.post("/practice/begin/C/", begin(points=["C.1", "C.2"])).headers["Location"]
    with acting_as(ada):
        attempt = Attempt.objects.get()
    for position in range(1, KINDS + 1):
        assert f"Question {position} of {KINDS}" in browser.get(f"{place}?q={position}").content.decode()
    moved = browser.post(answer_place(attempt, "why"), {"answer": "It outlives it.", "revision": "0", "goto": "end"})
    assert moved.headers["Location"] == f"/practice/{attempt.pk}/check/"
    assert f"{KINDS - 1} questions have no answer yet" in browser.get(moved.headers["Location"]).content.decode()
    assert browser.post(f"/practice/{attempt.pk}/submit").headers["Location"] == f"/practice/{attempt.pk}/result/"
    page = browser.get(f"/practice/{attempt.pk}/result/").content.decode()
    assert "1 answer is being marked" in page
    assert "It outlives the container" in page  # the scheme
    mark(attempt)
    page = browser.get(f"/practice/{attempt.pk}/result/").content.decode()
    assert "Half of it." in page
    assert "A person will look at these marks" in page
    assert "1</b> / 11" in browser.get("/practice/").content.decode()


def test_it_keeps_schemes_off_the_pages_of_an_attempt(browser: Client, subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    pages = "".join(browser.get(f"/practice/{attempt.pk}/?q={number}").content.decode() for number in range(1, KINDS + 1))
    for secret in ("It outlives", "It can be shared", "only notes", "docker build"):
        assert secret not in pages
    assert browser.get(f"/practice/{attempt.pk}/result/").status_code == 302


def test_it_saves_while_one_types(browser: Client, subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    place = answer_place(attempt, "why")
    assert browser.post(place, {"answer": "It", "revision": "0"}, headers=JSON).json() == {"revision": 1}
    other = browser.post(place, {"answer": "They", "revision": "0"}, headers=JSON)
    assert (other.status_code, other.json()["answer"], other.json()["revision"]) == (409, "It", 1)
    assert browser.post(place, {"answer": "x" * 300_001, "revision": "1"}, headers=JSON).status_code == 422
    hand_in(ada, attempt)
    late = browser.post(place, {"answer": "They", "revision": "1"}, headers=JSON)
    assert (late.status_code, late.json()["place"]) == (410, f"/practice/{attempt.pk}/result/")
    assert browser.post(place, {"answer": "They", "revision": "1"}).status_code == 302
    assert row_of(attempt, "why").answer == "It"


def test_it_shows_both_of_two_windows_without_script(browser: Client, subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    write(ada, attempt, "why", "from the other window")
    answer = browser.post(answer_place(attempt, "why"), {"answer": "from this one", "revision": "0"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "from the other window" in page
    assert "from this one</textarea>" in page
    assert 'name="revision" value="1"' in page


def test_it_saves_choices_and_pairs(browser: Client, subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    browser.post(answer_place(attempt, "many"), {"chosen": ["a", "b"], "revision": "0", "later": "yes"})
    browser.post(answer_place(attempt, "pair"), {"pair-a": "r1", "pair-b": "", "revision": "0"})
    many, pair = row_of(attempt, "many"), row_of(attempt, "pair")
    assert (many.chosen, many.set_aside, pair.chosen) == (["a", "b"], True, {"a": "r1"})


@pytest.mark.parametrize(
    "said", [{"count": "0"}, {"count": "x"}, {"mode": "timed", "minutes": "0"}, {"points": ["none"]}, {"key": "x"}, {"mode": "?"}]
)
def test_it_says_what_is_wrong_with_a_wish(browser: Client, said: dict[str, Any]) -> None:
    assert browser.post("/practice/begin/C/", begin(**said)).status_code == 422
    with acting_as(SYSTEM):
        assert not Attempt.objects.exists()


def test_it_hands_in_when_somebody_comes_back_too_late(browser: Client, subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject, timed=True)
    with acting_as(SYSTEM):
        Attempt.objects.filter(pk=attempt.pk).update(
            started_at=timezone.now() - timezone.timedelta(hours=2), deadline=timezone.now() - timezone.timedelta(minutes=1)
        )
    assert browser.get(f"/practice/{attempt.pk}/").headers["Location"] == f"/practice/{attempt.pk}/result/"
    with acting_as(ada):
        assert Attempt.objects.get().status == "submitted"


def test_it_asks_again_only_for_news(browser: Client, subject: Subject, ada: User) -> None:
    attempt = hand_in(ada, sit(ada, subject))
    place, htmx = f"/practice/{attempt.pk}/result/?waiting=1", {"HX-Request": "true"}
    assert browser.get(place, headers=htmx).status_code == 204
    mark(attempt)
    page = browser.get(place, headers=htmx).content.decode()
    assert page.startswith('<div id="result">')


def test_it_is_its_learners_alone(browser: Client, subject: Subject, ada: User, ben: User, tess: User) -> None:
    attempt = sit(ada, subject)
    own = [("get", ""), ("get", "check/"), ("get", "result/"), ("post", "submit"), ("post", "abandon"), ("post", "answers/1")]
    for method, rest in own:
        for person in (ben, tess):
            assert getattr(signed_in(person), method)(f"/practice/{attempt.pk}/{rest}").status_code == 404, (rest, person)
        wrong = "post" if method == "get" else "get"
        assert getattr(browser, wrong)(f"/practice/{attempt.pk}/{rest}").status_code == 405
        assert "/account/sign-in/" in getattr(Client(), method)(f"/practice/{attempt.pk}/{rest}").headers["Location"]
    assert browser.post(f"/practice/{attempt.pk}/answers/99", {"revision": "0"}).status_code == 404
    hand_in(ada, attempt)
    page = signed_in(tess).get(f"/practice/{attempt.pk}/result/")
    assert (page.status_code, "Ada" in page.content.decode()) == (200, True)
    assert signed_in(ben).get(f"/practice/{attempt.pk}/result/").status_code == 404
    assert signed_in(ben).get("/practice/begin/none/").status_code == 404


def test_it_shows_hostile_text_as_text(browser: Client, subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    write(ada, attempt, "why", "</textarea><script>alert(1)</script>")
    position = row_of(attempt, "why").position
    assert "<script>alert" not in browser.get(f"/practice/{attempt.pk}/?q={position}").content.decode()
    hand_in(ada, attempt)
    assert "<script>alert" not in browser.get(f"/practice/{attempt.pk}/result/").content.decode()


def test_it_gives_up(browser: Client, subject: Subject, ada: User) -> None:
    attempt = sit(ada, subject)
    assert browser.post(f"/practice/{attempt.pk}/abandon").headers["Location"] == "/practice/"
    assert "You gave this attempt up" in browser.get(f"/practice/{attempt.pk}/result/").content.decode()


def test_it_asks_few_questions_of_the_database(browser: Client, subject: Subject, ada: User) -> None:
    for _turn in range(25):
        attempt = hand_in(ada, sit(ada, subject))
    for place in ("/practice/", "/practice/begin/C/", f"/practice/{attempt.pk}/result/"):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = browser.get(place)
        assert page.status_code == 200
        assert len(queries) <= MOST_QUERIES, [query["sql"] for query in queries]
    assert "Earlier attempts" in browser.get("/practice/").content.decode()
