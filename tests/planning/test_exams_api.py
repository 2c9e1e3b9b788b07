"""Exams by token: what pages can do, and nothing of a scheme before it is handed in."""

import uuid

import pytest

from accounts.models import User
from planning.exam_models import Subject
from tests.api.conftest import Program
from tests.planning.conftest import KINDS, hand_in, mark, row_of, sit

pytestmark = pytest.mark.django_db


def test_it_walks_through_an_attempt(subject: Subject, ada: User) -> None:
    calls, key = Program(ada), str(uuid.uuid4())
    assert [one["code"] for one in calls.send("GET", "subjects").json()["results"]] == ["C"]
    assert [one["code"] for one in calls.send("GET", "subjects/C/points").json()["results"]] == ["C.1", "C.1.1", "C.2"]
    assert len(calls.send("GET", "subjects/C/questions?point=C.1").json()["results"]) == 5
    begun = calls.send("POST", "attempts", {"subject": "C", "count": KINDS, "key": key})
    assert begun.status_code == 201, begun.content
    attempt = begun.json()
    assert calls.send("POST", "attempts", {"subject": "C", "key": key}).json()["id"] == attempt["id"]
    place = f"attempts/{attempt['id']}"
    row = next(one for one in attempt["answers"] if one["question"]["kind"] == "numeric")
    saved = calls.send("PUT", f"{place}/answers/{row['position']}", {"revision": 0, "answer": "250"})
    assert saved.json() == {"revision": 1, "answer": "250"}
    assert calls.send("PUT", f"{place}/answers/{row['position']}", {"revision": 0, "answer": "9"}).status_code == 409
    assert calls.send("GET", f"{place}/result").status_code == 409
    result = calls.send("POST", f"{place}/submit").json()
    assert (result["status"], result["waiting"], result["awarded"], result["maximum"]) == ("submitted", 1, "2.00", 11)
    assert calls.send("POST", f"{place}/submit").status_code == 409
    assert calls.send("POST", f"{place}/abandon").status_code == 409
    assert {one["objective"] for one in result["objectives"]} == {"AO1"}


def test_it_gives_results_to_those_who_may_see_them(subject: Subject, ada: User, ben: User, tess: User) -> None:
    attempt = hand_in(ada, sit(ada, subject))
    mark(attempt)
    found = Program(tess).send("GET", f"attempts/{attempt.pk}/result").json()
    why = next(one for one in found["answers"] if one["question"]["kind"] == "written")
    assert (why["marks_awarded"], why["confidence_score"], why["needs_review"], len(why["scheme"])) == ("1.00", 60, True, 2)
    assert Program(ben).send("GET", f"attempts/{attempt.pk}/result").status_code == 404
    assert Program(tess).send("GET", f"attempts/{attempt.pk}").status_code == 404


def test_it_tells_no_answers_before(subject: Subject, ada: User) -> None:
    attempt, calls = sit(ada, subject), Program(ada)
    question = row_of(attempt, "why").version.question_id
    for path in ("subjects/C/questions", f"questions/{question}", f"attempts/{attempt.pk}"):
        said = calls.send("GET", path).content.decode()
        for secret in ("outlives", "docker build", "weight", "scheme", "model_answer"):
            assert secret not in said, (path, secret)


@pytest.mark.parametrize(
    "said",
    [{}, {"subject": "none"}, {"subject": "C", "points": ["none"]}, {"subject": "C", "count": 0}, {"subject": "C", "timed": 1}],
)
def test_it_refuses_wishes_that_cannot_be(subject: Subject, ada: User, said: dict) -> None:
    assert Program(ada).send("POST", "attempts", said).status_code == 400


def test_it_refuses_strangers(subject: Subject, ada: User, ben: User) -> None:
    attempt = sit(ada, subject)
    for method, rest in (("GET", ""), ("PUT", "/answers/1"), ("POST", "/submit"), ("POST", "/abandon"), ("GET", "/result")):
        body = {"revision": 0} if method == "PUT" else None
        assert Program(ben).send(method, f"attempts/{attempt.pk}{rest}", body).status_code == 404
        assert Program().send(method, f"attempts/{attempt.pk}{rest}", body).status_code == 401
    assert Program(ada).send("PUT", f"attempts/{attempt.pk}/answers/99", {"revision": 0}).status_code == 404
    assert Program(ada).send("GET", "subjects/none/points").status_code == 404
