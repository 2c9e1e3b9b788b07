"""Concepts and plans by token: the same deeds as the pages, one's own only."""

import uuid
from typing import Any

import pytest

from accounts.models import User
from courses.models import Course
from tests.api.conftest import Program
from tests.concepts.conftest import PLACES, concept, pursued
from tests.concepts.test_concept_evidence import WORDS

NEW = {"name": "Data", "course": "containers", "places": list(PLACES), "learning_objectives": ["Say what a volume is"]}
PLAN = {"name": "My plan", "weekly": [60] * 7}


@pytest.fixture
def calls(ada: User, stocked: Course) -> Program:
    return Program(ada)


def made(calls: Program, **given: Any) -> dict[str, Any]:
    answer = calls.send("POST", "concepts", NEW | given)
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def test_it_walks_through_a_concept(calls: Program) -> None:
    first = made(calls)
    place = f"concepts/{first['id']}"
    assert first["next_part"]["title"] == "Volumes"
    assert [part["kind"] for part in first["parts"]] == ["chapter", "chapter", "lab", "self_check"]
    calls.send("PUT", "courses/containers/progress/volumes", {"done": True})
    assert calls.send("PUT", f"{place}/objectives/1", {"words": "no"}).status_code == 400
    assert calls.send("PUT", f"{place}/objectives/1", {"words": WORDS}).json()["completion_percentage"] == 37.5
    assert calls.send("PUT", f"{place}/progress", {"percent": 90}).json()["completion_percentage"] == 90
    assert calls.send("DELETE", f"{place}/progress").status_code == 204
    assert calls.send("POST", f"{place}/minute").json() == {"counted": True}
    lines = calls.send("GET", f"{place}/evidence").json()["results"]
    assert {line["kind"]: line["withdrawn_at"] is None for line in lines} == {
        "by_hand": False,
        "self_check": True,
        "chapter": True,
    }
    assert calls.send("DELETE", f"{place}/objectives/1").status_code == 204
    assert calls.send("PUT", f"{place}/active", {"active": False}).json()["is_active"] is False
    assert calls.send("PATCH", place, {"name": "Storage"}).json()["name"] == "Storage"
    assert calls.send("GET", place).json()["parts"][0]["done"] is True


def test_it_refuses_a_circle_and_brings_back_what_was_deleted(calls: Program) -> None:
    first = made(calls)
    second = made(calls, name="Second", prerequisites=[first["id"]])
    refused = calls.send("PATCH", f"concepts/{first['id']}", {"prerequisites": [second["id"]]})
    assert refused.status_code == 400
    assert "circle" in refused.json()["error"]["fields"]["prerequisites"][0]
    assert calls.send("POST", "concepts", NEW | {"course": "nowhere"}).status_code == 400
    assert calls.send("DELETE", f"concepts/{first['id']}").status_code == 204
    assert [each["name"] for each in calls.send("GET", "concepts").json()["results"]] == ["Second"]
    assert calls.send("POST", f"concepts/{first['id']}/restore").json()["name"] == "Data"


def test_it_walks_through_a_plan(calls: Program) -> None:
    ids = [made(calls)["id"]]
    answer = calls.send("POST", "learning-plans", PLAN | {"concepts": ids, "zone": "Europe/Berlin"})
    assert answer.status_code == 201, answer.content
    plan = answer.json()
    place = f"learning-plans/{plan['id']}"
    assert (plan["state"], plan["zone"], plan["course"]) == ("active", "Europe/Berlin", "containers")
    assert calls.send("POST", "learning-plans", PLAN | {"concepts": ids}).status_code == 400
    steps = calls.send("GET", f"{place}/steps").json()
    step = f"learning-plans/steps/{steps[0]['id']}"
    assert calls.send("PATCH", step, {"done": True}).json()["done"] is True
    assert calls.send("PATCH", step, {}).status_code == 400
    assert calls.send("PATCH", f"learning-plans/steps/{steps[-1]['id']}", {"day": "2020-01-01"}).status_code == 400
    assert calls.send("PATCH", place, {"weekly": [30] * 7, "adapts": False}).json()["weekly"] == [30] * 7
    assert calls.send("POST", f"{place}/replan").status_code == 200
    states = [
        calls.send("PUT", f"{place}/state", {"state": state}) for state in ("paused", "paused", "active", "abandoned", "active")
    ]
    assert [answer.status_code for answer in states] == [200, 409, 200, 200, 200]
    assert [each["id"] for each in calls.send("GET", "learning-plans").json()["results"]] == [plan["id"]]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"weekly": [0] * 7}, "minutes"),
        ({"weekly": [60]}, "weekly"),
        ({"deadline": "2020-01-01"}, "deadline"),
        ({"deadline": "2099-01-01"}, "deadline"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"concepts": [str(uuid.UUID(int=7))]}, "concepts"),
    ],
    ids=["no-hours", "one-day", "past", "far", "zone", "stranger"],
)
def test_it_says_what_is_wrong_with_a_plan(calls: Program, given: dict[str, Any], field: str) -> None:
    answer = calls.send("POST", "learning-plans", PLAN | {"concepts": [made(calls)["id"]]} | given)
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]


def test_it_is_nobody_elses_but_the_trainer_reads(calls: Program, ada: User, ben: User, tess: User, stocked: Course) -> None:
    known = pursued(ada, stocked)
    concept(ada, "Private matters")
    for other in (Program(ben), Program(tess)):
        for path in (f"concepts/{known['concept_id']}", f"learning-plans/{known['plan_id']}"):
            assert other.send("GET", path).status_code == 404
            assert other.send("PATCH", path, {"name": "Mine"}).status_code == 404
        assert other.send("PATCH", f"learning-plans/steps/{known['step_id']}", {"done": True}).status_code == 404
    of_ada = f"concepts?learner={ada.pk}"
    assert [each["name"] for each in Program(tess).send("GET", of_ada).json()["results"]] == ["Data"]
    assert Program(ben).send("GET", of_ada).json()["results"] == []
    assert Program(tess).send("GET", "concepts?learner=x").status_code == 400
