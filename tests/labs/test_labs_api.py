"""Labs through the API, and the statements' address as a learning record client uses it."""

import base64
import hashlib
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from accounts import tokens
from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.labs import judging
from coach.models import LabWork, XapiStatement
from courses.models import Lab, LabAttempt
from tests.api.conftest import Program
from tests.labs.conftest import STEP_2, fail, offers_of, struggle_of

pytestmark = pytest.mark.django_db

ADL = "http://adlnet.gov/expapi/verbs/"
SPOKEN = {"X-Experience-API-Version": "1.0.3"}
STATEMENTS = "xapi/statements"


def statement(person: User, lab: Lab | None = None, verb: str = "failed", **more: Any) -> dict[str, Any]:
    place = f"https://learn.example/courses/{lab.course.slug}/{lab.lab_id}/#{STEP_2}" if lab else "https://elsewhere.example/x"
    return {
        "id": str(uuid.uuid4()),
        "actor": {"mbox": f"mailto:{person.email}"},
        "verb": {"id": ADL + verb, "display": {"en": verb}},
        "object": {"id": place},
        **more,
    }


def send(program: Program, body: Any, method: str = "POST", query: str = "") -> Any:
    return program.send(method, STATEMENTS + query, body, headers=SPOKEN)


def test_it_takes_tries_and_steps(ada, ben, lab) -> None:
    ada_calls, path = Program(ada), f"courses/{lab.course.slug}/labs/{lab.lab_id}"
    told = {"passed": False, "score": 0.25, "key": str(uuid.uuid4()), "step": STEP_2, "details": {"remark": "mount"}}
    made = [ada_calls.send("POST", f"{path}/attempts", told) for _twice in range(2)]
    assert [response.status_code for response in made] == [201, 201]
    assert made[0].json() == made[1].json()
    assert made[0].json()["score"] == 0.25
    assert len(ada_calls.send("GET", f"{path}/attempts").json()["results"]) == 1
    assert Program(ben).send("GET", f"{path}/attempts").json()["results"] == []
    assert ada_calls.send("POST", f"{path.replace('lab-volumes', 'nowhere')}/attempts", told).status_code == 404
    assert ada_calls.send("POST", f"{path}/attempts", {"score": 1.5}).status_code == 400
    steps = ada_calls.send("PUT", f"{path}/steps", {"step": STEP_2, "said": "works"}).json()
    assert [step["works"] for step in steps["steps"]] == [False, True, False]


def test_it_climbs_and_sets_presence_by_program(ada, ben, lab) -> None:
    fail(ada, lab)
    ada_calls, course = Program(ada), f"courses/{lab.course.slug}"
    offer = ada_calls.send("GET", f"{course}/labs/{lab.lab_id}/offer").json()
    assert offer["state"] == "open"
    assert Program(ben).send("POST", f"offers/{offer['id']}/hint").status_code == 404
    assert [ada_calls.send("POST", f"offers/{offer['id']}/hint").status_code for _rung in range(4)] == [200, 200, 200, 409]
    assert ada_calls.send("POST", f"offers/{offer['id']}/answer", {"said": "helped"}).json()["state"] == "helped"
    assert ada_calls.send("POST", f"offers/{offer['id']}/answer", {"said": "dismissed"}).status_code == 409
    assert ada_calls.send("PUT", f"{course}/presence", {"wish": "off"}).status_code == 200
    assert ada_calls.send("GET", f"{course}/presence").json() == {"wish": "off"}


def test_it_shows_struggles_to_whom_they_concern(ada, ben, tess, lab) -> None:
    fail(ada, lab)
    judging.judge_due()
    rows = Program(tess).send("GET", "struggles").json()["results"]
    assert {(row["lab"], row["learner"]) for row in rows} == {(lab.lab_id, str(ada.pk)), (None, str(ada.pk))}
    assert Program(ben).send("GET", "struggles").json()["results"] == []
    key = struggle_of(ada).pk
    assert Program(ada).send("PUT", f"struggles/{key}/acknowledged").status_code == 404
    assert Program(tess).send("PUT", f"struggles/{key}/acknowledged").json()["acknowledged"] is True
    assert Program(tess).send("POST", f"struggles/{key}/message", {"text": "Hello"}).status_code == 204
    assert Program(tess).send("DELETE", f"struggles/{key}/acknowledged").json()["acknowledged"] is False


def test_it_limits_and_counts_a_flood(ada, lab) -> None:
    path, ada_calls = f"courses/{lab.course.slug}/labs/{lab.lab_id}/attempts", Program(ada)
    with override_settings(RATE_LIMITS={"api": "1000/minute", "lab": "3/minute"}):
        codes = [ada_calls.send("POST", path, {"passed": False}).status_code for _each in range(10)]
        assert codes == [201] * 3 + [429] * 7
        refused = send(ada_calls, [statement(ada, lab) for _each in range(5)])
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
    assert ada_calls.send("POST", path, {"passed": False}).status_code == 201
    with acting_as(SYSTEM):
        assert (LabWork.objects.get().refused, LabAttempt.objects.count()) == (12, 4)
    judging.judge_due()
    assert struggle_of(ada).indicators["refused"] == 12


def test_it_keeps_statements_once(ada, lab) -> None:
    ada_calls, first = Program(ada), statement(ada, lab)
    assert send(ada_calls, first).json() == [first["id"]]
    assert send(ada_calls, [first, statement(ada, lab)]).status_code == 200
    assert send(ada_calls, first, "PUT", f"?statementId={first['id']}").status_code == 204
    changed = {**first, "verb": {"id": f"{ADL}passed"}}
    assert send(ada_calls, changed, "PUT", f"?statementId={first['id']}").status_code == 409
    assert send(ada_calls, [statement(ada, lab), changed]).status_code == 409
    found = send(ada_calls, None, "GET", f"?statementId={first['id']}")
    assert (found.json()["verb"], found.headers["X-Experience-API-Version"]) == (first["verb"], "1.0.3")
    assert {"stored", "authority", "timestamp", "version"} <= set(found.json())
    judging.judge_due()
    assert struggle_of(ada).indicators["attempts"] == 2
    assert struggle_of(ada).step == STEP_2


def test_it_hears_what_verbs_say(ada, lab) -> None:
    now = timezone.now()
    said = [
        statement(ada, lab, "attempted", timestamp=(now - timedelta(minutes=50)).isoformat()),
        statement(ada, lab, "answered", result={"success": False, "score": {"raw": 1, "min": 0, "max": 4}}),
        statement(ada, lab, "failed", result={"score": {"scaled": 0.75}, "duration": "PT30M"}),
        statement(ada, lab, "progressed"),
        statement(ada, lab, "attempted", timestamp=(now + timedelta(days=3)).isoformat()),
        statement(ada, None, "failed"),
        statement(ada, lab, "laughed"),
    ]
    assert send(Program(ada), said).status_code == 200
    judging.judge_due()
    signs = struggle_of(ada).indicators
    assert (signs["attempts"], signs["average_score"], signs["time_spent"]) == (3, 0.5, 30)
    with acting_as(SYSTEM):
        effects = dict(XapiStatement.objects.values_list("verb", "effect"))
    assert effects[f"{ADL}laughed"] == "other_verb"
    assert XapiStatement.Effect.UNKNOWN_LAB not in effects.values() or effects[f"{ADL}failed"]


def test_it_voids(ada, lab) -> None:
    ada_calls, wrong = Program(ada), statement(ada, lab)
    send(ada_calls, wrong)
    judging.judge_due()
    voiding = statement(ada, None, "voided", object={"objectType": "StatementRef", "id": wrong["id"]})
    assert send(ada_calls, voiding).status_code == 200
    assert send(ada_calls, None, "GET", f"?statementId={wrong['id']}").status_code == 404
    assert send(ada_calls, None, "GET", f"?voidedStatementId={wrong['id']}").json()["id"] == wrong["id"]
    judging.judge_due()
    assert struggle_of(ada).indicators["attempts"] == 0


def test_it_lists_statements_page_by_page(ada, ben, tess, lab) -> None:
    said = [statement(ada, lab) for _each in range(5)]
    send(Program(ada), said)
    first = send(Program(ada), None, "GET", f"?limit=3&verb={ADL}failed").json()
    second = Program(ada).get(first["more"], headers=SPOKEN).json()
    assert len(first["statements"]) == 3
    assert {each["id"] for each in first["statements"] + second["statements"]} == {each["id"] for each in said}
    assert second["more"] == ""
    assert send(Program(ben), None, "GET").json()["statements"] == []
    assert len(send(Program(tess), None, "GET").json()["statements"]) == 5


def test_it_lets_everybody_speak_for_themselves(ada, ben, tess, lab) -> None:
    assert send(Program(ada), statement(ben, lab)).status_code == 403
    hashed = hashlib.sha1(f"mailto:{ada.email}".encode(), usedforsecurity=False).hexdigest()
    assert send(Program(ada), statement(ada, lab, actor={"mbox_sha1sum": hashed})).status_code == 200
    by_account = {"account": {"homePage": "https://learn.example", "name": str(ada.pk)}}
    assert send(Program(tess), statement(ada, lab, actor=by_account)).status_code == 200
    from tests.conftest import make_person

    assert send(Program(make_person("Olaf", "trainer")), statement(ada, lab)).status_code == 403
    with acting_as(SYSTEM):
        assert set(LabAttempt.objects.values_list("learner", flat=True)) == {ada.pk}


def test_it_takes_basic_with_a_token(ada, lab) -> None:
    with acting_as(ada):
        secret = tokens.make(person=ada, name="lrs").secret
    for name, password, code in ((ada.email, secret, 200), ("ben@example.com", secret, 401), (ada.email, "wrong", 401)):
        basic = base64.b64encode(f"{name}:{password}".encode()).decode()
        client = Program(HTTP_AUTHORIZATION=f"Basic {basic}")
        assert send(client, statement(ada, lab)).status_code == code
        assert client.send("GET", "me").status_code == 401


WRONG: list[Any] = [
    {"id": "x"}, {"actor": {}}, {"actor": {"mbox": "ada@example.com"}}, {"actor": {"mbox": "mailto:a", "openid": "b"}},
    {"actor": {"objectType": "Group", "mbox": "mailto:a@b"}}, {"verb": {"id": "failed"}}, {"verb": {}}, {"object": {}},
    {"object": {"id": "no iri"}}, {"result": {"success": "yes"}}, {"result": {"score": {"scaled": 2}}},
    {"result": {"score": {"raw": 5, "max": 4}}}, {"result": {"duration": "half an hour"}}, {"timestamp": "yesterday"},
    {"more": 1}, {"context": None}, {"context": {"extensions": {"a": "\x00"}}}, {"verb": {"id": f"{ADL}voided"}},
]  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG, ids=range(len(WRONG)))
def test_it_refuses_what_is_no_statement(ada, lab, wrong: dict[str, Any]) -> None:
    assert send(Program(ada), {**statement(ada, lab), **wrong}).status_code == 400


def test_it_wants_to_know_the_version(ada, lab) -> None:
    ada_calls = Program(ada)
    assert ada_calls.send("POST", STATEMENTS, statement(ada, lab)).status_code == 400
    for spoken, code in (("0.95", 400), ("1.0", 200), ("1.0.9", 200), ("2.0.0", 200), ("3.0", 400)):
        headers = {"X-Experience-API-Version": spoken}
        assert ada_calls.send("POST", STATEMENTS, statement(ada, lab), headers=headers).status_code == code
    assert send(ada_calls, [statement(ada, lab)] * 2).status_code == 400
    assert send(ada_calls, [statement(ada, lab) for _each in range(101)]).status_code == 400
    assert send(ada_calls, None, "GET", "?colour=red").status_code == 400
    assert ada_calls.send("GET", "xapi/about").json() == {"version": ["1.0.3", "2.0.0"]}


def test_it_offers_after_statements(ada, lab) -> None:
    send(Program(ada), [statement(ada, lab, result={"score": {"scaled": 0.1}}) for _each in range(3)])
    judging.judge_due()
    assert offers_of(ada)[0].step == STEP_2
