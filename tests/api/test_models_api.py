"""Providers, prompts that are tried and costs through the API: for Rex, and for nobody else."""

import uuid
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai import request_log
from ai.models import AIProvider, AIRequestLog
from ai.providers import breaker, configured
from ai.providers.events import Kind, ProviderError
from courses.models import Course
from tests.ai.rows import fake_row
from tests.ai.test_costs import tried
from tests.api.conftest import Program
from tests.coach.test_faults import forget_failures
from tests.fake_vendor import Running, fake_vendor, fake_vendor_server

__all__ = ["fake_vendor", "fake_vendor_server"]
pytestmark = pytest.mark.django_db(transaction=True)
NEW = {"feature": "coach", "version": "coach/v2", "name": "shorter"}


@pytest.fixture
def rex_calls(rex: User) -> Program:
    return Program(rex)


@pytest.fixture
def row(fake_vendor: Running, monkeypatch: pytest.MonkeyPatch) -> AIProvider:
    monkeypatch.setenv("HOUSE_API_KEY", "very-secret-key")
    with acting_as(SYSTEM):
        return fake_row(fake_vendor, "house", key="HOUSE_API_KEY")


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def test_it_lists_shows_and_changes_providers(rex_calls: Program, row: AIProvider) -> None:
    listed = ok(rex_calls.send("GET", "providers"))
    shown = ok(rex_calls.send("GET", f"providers/{row.pk}"))
    assert shown in listed
    assert "very-secret-key" not in str(listed)
    assert (shown["config"]["key"], shown["breaker"]) == ("HOUSE_API_KEY", {"state": "closed", "seconds": 0})
    changed = ok(rex_calls.send("PATCH", f"providers/{row.pk}", {"enabled": False, "priority": 7}))
    assert (changed["enabled"], changed["priority"], changed["config"]) == (False, 7, shown["config"])
    with acting_as(SYSTEM):
        assert LogEntry.objects.get(object_id=str(row.pk)).change_message == "enabled, priority"


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"model": "m", "base_url": "https://evil.example/v1"}, "PROVIDER_HOSTS"),
        ({"model": "m", "base_url": "http://127.0.0.1:1/v1", "key": "sk-live-123"}, "must not stand here"),
        ({"model": "m", "surprise": 1}, "Unknown settings"),
        ([], "valid"),
    ],
    ids=["address", "key", "unknown", "no object"],
)
def test_it_refuses_what_the_form_refuses(rex_calls: Program, row: AIProvider, config: Any, words: str) -> None:
    fault = ok(rex_calls.send("PATCH", f"providers/{row.pk}", {"config": config}), 400)
    assert words in str(fault["error"]["fields"]["config"])


def test_it_adds_and_removes_a_provider_and_keeps_the_last_resort(rex_calls: Program, row: AIProvider) -> None:
    new = {"name": "next", "type": "compatible", "config": row.config}
    made = ok(rex_calls.send("POST", "providers", new), 201)
    assert "name" in ok(rex_calls.send("POST", "providers", new), 400)["error"]["fields"]
    ok(rex_calls.send("DELETE", f"providers/{made['id']}"), 204)
    with acting_as(SYSTEM):
        last, _made = AIProvider.objects.get_or_create(type="extractive", defaults={"name": "extractive", "priority": 0})
    ok(rex_calls.send("DELETE", f"providers/{last.pk}"), 409)
    ok(rex_calls.send("PATCH", f"providers/{last.pk}", {"priority": 1}), 409)


def test_it_tests_the_connection(rex_calls: Program, row: AIProvider, fake_vendor: Running, rex: User) -> None:
    seen = ok(rex_calls.send("POST", f"providers/{row.pk}/test"))
    assert (seen["answers"], seen["model"], seen["cost"]) == (True, "fake-good", None)
    fake_vendor.tell("401")
    seen = ok(rex_calls.send("POST", f"providers/{row.pk}/test"))
    assert (seen["answers"], seen["kind"]) == (False, "refused_key")
    with acting_as(SYSTEM):
        assert list(AIRequestLog.objects.values_list("user_id", "feature")) == [(rex.pk, "test")] * 2


def test_it_says_that_a_provider_is_left_alone(rex_calls: Program, row: AIProvider) -> None:
    forget_failures()
    identity = configured.identities([row])[row.pk]
    for kind, state in ((Kind.EMPTY, "closed"), (Kind.RATE_LIMITED, "open")):
        breaker.shared()._count(identity, ProviderError(kind))
        assert ok(rex_calls.send("GET", f"providers/{row.pk}"))["breaker"]["state"] == state
    breaker._store(breaker.shared().url).delete(breaker._key(identity, "rest"))
    breaker.shared()._count(identity, ProviderError(Kind.EMPTY))
    breaker._store(breaker.shared().url).delete(breaker._key(identity, "rest"))
    assert ok(rex_calls.send("GET", f"providers/{row.pk}"))["breaker"] == {"state": "half_open", "seconds": 0}
    forget_failures()


def test_it_tries_prompts_from_the_first_to_the_promotion(rex_calls: Program) -> None:
    made = ok(rex_calls.send("POST", "variants", NEW), 201)
    path = f"variants/{made['id']}"
    assert [each["name"] for each in ok(rex_calls.send("GET", "variants?feature=coach"))["results"]] == ["shorter", "control"]
    assert ok(rex_calls.send("PATCH", path, {"weight": 3}))["weight"] == 3
    results = ok(rex_calls.send("GET", "variants/results/coach"))
    assert [outcome["share"] for outcome in results["outcomes"]] == [0.25, 0.75]
    assert results["outcomes"][1]["figures"][0]["seen"] is None
    assert ok(rex_calls.send("POST", f"{path}/stop"))["stopped_by"] == "person"
    ok(rex_calls.send("POST", f"{path}/promote"), 409)
    assert ok(rex_calls.send("POST", f"{path}/start"))["is_active"]
    assert ok(rex_calls.send("POST", f"{path}/promote"))["is_control"]
    undone = ok(rex_calls.send("POST", "variants/results/coach/undo"))
    assert [outcome["variant"]["name"] for outcome in undone["outcomes"]] == ["control", "shorter"]
    ok(rex_calls.send("POST", "variants/results/coach/undo"), 409)


@pytest.mark.parametrize(
    ("wrong", "field"), [({"version": "mentor/v2"}, "version"), ({"version": "coach/v9"}, "version"), ({"weight": -1}, "weight")],
    ids=["of another feature", "not there", "weight"],
)  # fmt: skip
def test_it_says_what_is_wrong_with_a_variant(rex_calls: Program, wrong: Any, field: str) -> None:
    assert field in ok(rex_calls.send("POST", "variants", NEW | wrong), 400)["error"]["fields"]


def test_it_tells_costs_as_the_page_does(rex_calls: Program, course: Course) -> None:
    with acting_as(SYSTEM):
        request_log.save([tried(), tried(price=None)], user_id=None, feature="coach", course_id=course.pk)
    (line,) = ok(rex_calls.send("GET", "costs/course?days=7"))["lines"]
    assert (line["name"], line["requests"], line["requests_of_unknown_price"]) == (course.title, 2, 1)
    sheet = rex_calls.send("GET", "costs/course/csv?days=7")
    assert sheet["Content-Type"].startswith("text/csv")
    assert sheet.content.decode().splitlines()[1].startswith(f"{course.title},2,0,")
    ok(rex_calls.send("GET", "costs/nothing"), 404)
    assert "days" in ok(rex_calls.send("GET", "costs/day?days=8"), 400)["error"]["fields"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "providers"), ("POST", "providers"), ("GET", "providers/{id}"), ("PATCH", "providers/{id}"),
        ("DELETE", "providers/{id}"), ("POST", "providers/{id}/test"), ("GET", "variants"), ("POST", "variants"),
        ("GET", "variants/{id}"), ("PATCH", "variants/{id}"), ("POST", "variants/{id}/stop"), ("POST", "variants/{id}/start"),
        ("POST", "variants/{id}/promote"), ("GET", "variants/results/coach"), ("POST", "variants/results/coach/undo"),
        ("GET", "costs/day"), ("GET", "costs/day/csv"),
    ],
    ids=str,
)  # fmt: skip
def test_it_is_for_admins_alone(method: str, path: str, ada: User, tess: User) -> None:
    address, body = path.format(id=uuid.uuid4()), {} if method in {"POST", "PATCH"} else None
    assert {Program(person).send(method, address, body).status_code for person in (ada, tess)} == {404}
    assert Program().send(method, address, body).status_code == 401
