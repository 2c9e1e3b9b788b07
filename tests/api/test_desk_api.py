"""The desk through the API: the same rights and deeds as its pages."""

import uuid

import pytest

from accounts.models import User
from coach.models import Escalation
from tests.api.conftest import Program
from tests.desk.conftest import KNOWN, now_, theo, waiting

__all__ = ["theo", "waiting"]

pytestmark = pytest.mark.django_db(transaction=True)

CALLS = [
    ("GET", "", None),
    ("POST", "/claim", None),
    ("DELETE", "/claim", None),
    ("POST", "/reply", {"text": "x"}),
    ("PUT", "/reply", {"text": "x"}),
    ("DELETE", "/reply", None),
    ("POST", "/resolve", None),
    ("POST", "/assign", {"trainer": None}),
]


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_it_hides_the_desk_from_all_but_its_trainers(
    waiting: Escalation, ada: User, ben: User, theo: User, method: str, path: str, body: dict | None
) -> None:
    for person in (ada, ben, theo):
        assert Program(person).send(method, f"escalations/{waiting.pk}{path}", body).status_code == 404
    assert Program().send(method, f"escalations/{waiting.pk}{path}", body).status_code == 401
    assert now_(waiting).status == "pending"


def test_it_lists_for_trainers_only(waiting: Escalation, ada: User, theo: User, tess: User) -> None:
    assert Program(ada).send("GET", "escalations").status_code == 404
    assert Program(theo).send("GET", "escalations").json()["results"] == []
    found = Program(tess).send("GET", "escalations?status=pending&course=containers&q=volume&mine=true").json()["results"]
    assert [(row["id"], row["question"]) for row in found] == [(str(waiting.pk), KNOWN)]
    assert Program(tess).send("GET", "escalations?status=resolved").json()["results"] == []


def test_it_walks_from_the_claim_to_the_settled_reply(waiting: Escalation, ada: User, tess: User) -> None:
    desk, learner, path = Program(tess), Program(ada), f"escalations/{waiting.pk}"
    case = desk.send("GET", path).json()
    assert case["conversation"][-1]["question"] == KNOWN
    assert case["passages"][0]["score"] > 0
    assert desk.send("POST", f"{path}/claim").json()["claimed_by"] == str(tess.pk)
    sent = desk.send("POST", f"{path}/reply", {"text": "A volum.", "priority": "urgent"}).json()
    assert (sent["status"], sent["teach"], sent["priority"], sent["signed"]) == ("responded", True, "urgent", "Tess")
    assert desk.send("POST", f"{path}/reply", {"text": "Again."}).status_code == 409
    assert desk.send("PUT", f"{path}/reply", {"text": "A volume."}).json()["reply"] == "A volume."
    assert learner.send("GET", f"queries/{waiting.query_id}").json()["escalation"]["reply"] == "A volume."
    back = learner.send("PUT", f"queries/{waiting.query_id}/escalation/settled", {"settled": False, "note": "Why?"}).json()
    assert back["status"] == "pending"
    desk.send("POST", f"{path}/reply", {"text": "It outlives the container."})
    assert learner.send("PUT", f"queries/{waiting.query_id}/escalation/settled", {"settled": True}).json()["status"] == "resolved"
    assert desk.send("POST", f"{path}/resolve").status_code == 409


def test_it_refuses_what_cannot_be_done(waiting: Escalation, ada: User, tess: User) -> None:
    desk, path = Program(tess), f"escalations/{waiting.pk}"
    for body in ({}, {"text": ""}, {"text": 1}, {"text": "x", "priority": "huge"}, {"text": "x", "teach": "yes"}):
        assert desk.send("POST", f"{path}/reply", body).status_code == 400
    assert desk.send("POST", f"{path}/assign", {"trainer": str(ada.pk)}).status_code == 400
    assert desk.send("DELETE", f"{path}/reply").status_code == 409
    assert desk.send("GET", f"escalations/{uuid.uuid4()}").status_code == 404


def test_it_hands_on_and_takes_back(waiting: Escalation, ada: User, tess: User, theo: User) -> None:
    path = f"escalations/{waiting.pk}"
    assert Program(tess).send("POST", f"{path}/assign", {"trainer": str(theo.pk)}).status_code == 204
    assert Program(theo).send("GET", path).json()["trainer"] == str(theo.pk)
    gone = Program(ada).send("DELETE", f"queries/{waiting.query_id}/escalation")
    assert gone.json()["status"] == "archived"
    assert Program(ada).send("DELETE", f"queries/{waiting.query_id}/escalation").status_code == 409
