"""Plans by token: the same deeds as the pages, one's own only."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from planning.models import StudyPlan, Subject
from planning.plan_tasks import improve
from tests.api.conftest import Program
from tests.study.conftest import attempted, mark, question, today

pytestmark = pytest.mark.django_db


def wish(**more: Any) -> dict[str, Any]:
    return {"subject": "9708", "exam_date": str(today() + timedelta(days=40)), "hours_per_day": 2, **more}


def test_it_walks_through_a_plan(ada: User, subject: Subject) -> None:
    calls = Program(ada)
    made = calls.send("POST", "plans", wish(weekdays_off=[(today().weekday() + 1) % 7], known=["9708.3.4"]))
    assert made.status_code == 201, made.content
    place, topic = f"plans/{made.json()['id']}", made.json()["schedule"][0]["topics"][0]
    again = calls.send("POST", "plans", wish())
    assert again.status_code == 409
    assert place in again.content.decode()
    graded = calls.send("POST", f"{place}/grades", {"topic": topic, "grade": 3}).json()
    assert graded["easiness_factors"][topic] == 2.36
    assert calls.send("POST", f"{place}/grades", {"topic": "nothing", "grade": 3}).status_code == 409
    assert calls.send("POST", f"{place}/replan").status_code == 200
    assert calls.send("PUT", place, wish(hours_per_day=1, method="fsrs")).json()["method"] == "fsrs"
    assert calls.send("POST", f"{place}/finish").status_code in {200, 409}
    assert [each["id"] for each in calls.send("GET", "plans").json()["results"]] == [made.json()["id"]]
    assert calls.send("GET", place).json()["changes"] == {}
    assert calls.send("POST", f"{place}/abandon").json()["status"] == "abandoned"
    assert calls.send("POST", f"{place}/complete").status_code == 409
    assert calls.send("PUT", place, wish()).status_code == 409


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"exam_date": "2020-01-01"}, "exam_date"),
        ({"exam_date": "2035-01-01"}, "exam_date"),
        ({"hours_per_day": 0}, "hours_per_day"),
        ({"hours_per_day": 25}, "hours_per_day"),
        ({"hours_per_day": "NaN"}, "hours_per_day"),
        ({"subject": "none"}, "subject"),
        ({"known": ["9708.9.9"]}, "known"),
        ({"weekdays_off": [7]}, "weekdays_off"),
    ],
)
def test_it_says_what_is_wrong(ada: User, subject: Subject, fields: dict[str, Any], field: str) -> None:
    answer = Program(ada).send("POST", "plans", wish(**fields))
    assert answer.status_code == 400
    assert field in answer.content.decode()


def test_it_is_a_404_to_others(ben: User, plan: StudyPlan) -> None:
    calls = Program(ben)
    for method, place in (
        ("GET", ""),
        ("PUT", ""),
        *(("POST", f"/{deed}") for deed in ("replan", "abandon", "complete", "finish")),
    ):
        assert calls.send(method, f"plans/{plan.pk}{place}", wish() if method == "PUT" else None).status_code == 404
    assert calls.send("GET", "plans").json()["results"] == []
    assert Program().send("GET", "plans").status_code == 401


def test_it_gives_and_ticks_improvement_plans(ada: User, ben: User, subject: Subject) -> None:
    version = question(subject, "q1", ["9708.2.1"], [("AO1", 2, "a definition")])
    mark(attempted(ada, subject, [(version, "x")]), [["0"]])
    improve()
    calls = Program(ada)
    made = calls.send("GET", "improvements").json()["results"][0]
    assert set(made["weaknesses"]) == {"AO1", "AO2", "AO3"}
    place = f"improvements/{made['id']}"
    ticked = calls.send("PUT", f"{place}/actions/action-1", {"completed": True, "notes": "Done."}).json()
    assert ticked["progress"]["action-1"]["notes"] == "Done."
    assert calls.send("PUT", f"{place}/actions/action-9", {"completed": True}).status_code == 404
    assert Program(ben).send("GET", place).status_code == 404


def test_it_makes_and_revokes_the_address_of_the_calendar(ada: User, plan: StudyPlan) -> None:
    calls = Program(ada)
    assert calls.send("GET", "calendar").status_code == 404
    address = calls.send("POST", "calendar").json()["address"]
    assert Program().get(address).content.startswith(b"BEGIN:VCALENDAR")
    assert calls.send("GET", "calendar").json()["last_used_at"]
    assert calls.send("DELETE", "calendar").status_code == 204
    assert calls.send("DELETE", "calendar").status_code == 404
    assert Program().get(address).status_code == 404
