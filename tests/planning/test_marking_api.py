"""Marks, disputes and rulings through the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from courses.models import Course
from planning.models import AttemptedQuestion
from tests.planning.marking_cast import HALF, answers_of, hand_in, make_question, propose

REASON = "I did say that files survive, in the second sentence."


def caller(person: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(person)
    return client


@pytest.fixture
def answer(course: Course, ada: User) -> AttemptedQuestion:
    return propose(answers_of(hand_in(ada, (make_question(course), HALF)))[0])


def test_it_goes_from_a_dispute_to_its_ruling(answer: AttemptedQuestion, ada: User, tess: User) -> None:
    place = f"/api/v1/answers/{answer.pk}"
    made = caller(ada).post(f"{place}/dispute", {"reason": REASON}, format="json")
    assert (made.status_code, made.json()["state"]) == (201, "open")
    assert caller(ada).post(f"{place}/dispute", {"reason": REASON}, format="json").status_code == 409
    (waiting,) = caller(tess).get("/api/v1/marking").json()["results"]
    assert (waiting["id"], waiting["is_disputed"], waiting["marks_awarded"]) == (str(answer.pk), True, "2.00")
    ruled = caller(tess).post(f"{place}/rulings", {"marks": 3, "seen": "2", "note": "Right."}, format="json")
    assert (ruled.status_code, ruled.json()["marks_awarded"]) == (201, "3.00")
    assert caller(ada).get(f"{place}/dispute").json()["state"] == "changed"
    assert caller(ada).get(f"{place}/rulings").json()["results"][0]["note"] == "Right."
    (ruling,) = caller(tess).get(f"{place}/rulings").json()["results"]
    assert (ruling["ruled_marks"], ruling["note"], ruling["ruled_by"]) == ("3.00", "Right.", "Tess")


@pytest.mark.parametrize(
    ("data", "status"),
    [({"marks": 5}, 400), ({"marks": -1}, 400), ({}, 400), ({"marks": 1.5}, 400), ({"marks": 1, "seen": "3"}, 409)],
)
def test_it_refuses_what_cannot_be(answer: AttemptedQuestion, tess: User, data: dict[str, Any], status: int) -> None:
    assert caller(tess).post(f"/api/v1/answers/{answer.pk}/rulings", data, format="json").status_code == status


def test_it_is_closed_to_others(answer: AttemptedQuestion, ada: User, ben: User) -> None:
    place = f"/api/v1/answers/{answer.pk}"
    assert caller(ada).get("/api/v1/marking").status_code == 404
    assert caller(ada).post(f"{place}/rulings", {"marks": 4}, format="json").status_code == 404
    assert caller(ben).post(f"{place}/dispute", {"reason": REASON}, format="json").status_code == 404
    assert caller(ben).get(f"{place}/rulings").json()["results"] == []
    assert caller(ada).post(f"{place}/claim").status_code == 404
    assert APIClient().get("/api/v1/marking").status_code == 401


def test_it_claims_and_lists_what_is_alike(answer: AttemptedQuestion, tess: User, rex: User) -> None:
    place = f"/api/v1/answers/{answer.pk}"
    assert caller(tess).post(f"{place}/claim").status_code == 204
    assert caller(rex).post(f"{place}/claim").status_code == 409
    assert caller(tess).get(f"{place}/alike").json() == []
    assert caller(tess).post(f"{place}/alike", {"answers": []}, format="json").status_code == 409
