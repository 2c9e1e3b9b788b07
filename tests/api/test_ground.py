"""What holds for every address of the API: who may call, how errors look, and that nothing makes it fall over."""

import json
import re

import pytest
from django.db import connection
from django.test import Client, override_settings

from accounts.api_door import Endpoint
from accounts.door import acting_as
from accounts.models import PersonalToken, User
from config.api.urls import v1
from courses.models import Course
from tests.api.conftest import Program
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NOBODY_ID = "00000000-0000-7000-8000-000000000000"
PATHS = [
    re.sub(r"<uuid:\w+>", NOBODY_ID, str(route.pattern))
    .replace("<slug:slug>", "containers")
    .replace("<slug:key>", "questions")
    .replace("<place:place_id>", "volumes")
    .replace("<place:lab_id>", "lab-database")
    .replace("<path:path>", "a.png")
    .replace("<place:code>", "C")
    .replace("<int:position>", "1")
    .replace("<int:number>", "1")
    .replace("<slug:action_id>", "action-1")
    .replace("<slug:feature>", "coach")
    .replace("<slug:by>", "model")
    for route in v1
]


def error(response) -> dict:
    """The error of a response, which must have the one shape."""
    body = json.loads(response.content)
    assert set(body) == {"error"}
    assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "fields"}
    assert response.headers["Content-Type"].startswith("application/json")
    return body["error"]


@pytest.mark.parametrize("path", PATHS)
def test_it_refuses_strangers(path: str, db: None) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        response = Program().send(method, path, {})
        assert response.status_code == 401
        assert error(response)["code"] == "not_authenticated"
        assert response.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", PATHS)
def test_it_refuses_methods_that_an_address_does_not_have(path: str, ada_calls: Program) -> None:
    codes = {}
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"):
        response = ada_calls.send(method, path, {})
        codes[method] = response.status_code
        if response.status_code == 405:
            assert error(response)["code"] == "method_not_allowed"
            assert method not in response.headers["Allow"].replace(",", "").split()
    assert codes["TRACE"] == codes["OPTIONS"] == 405
    assert max(codes.values()) < 500


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Bearer wrong", "bearer aic_wrong", "Bearer \x00", "Bearer ü", "Bearer a b"]
)
def test_it_refuses_wrong_tokens(value: str, ada: User) -> None:
    response = Program(HTTP_AUTHORIZATION=value).send("GET", "me")
    assert response.status_code == 401
    assert error(response)["code"] == "authentication_failed"


def test_it_refuses_a_token_at_once_when_it_is_revoked(ada: User, ada_calls: Program) -> None:
    assert ada_calls.send("GET", "me").status_code == 200
    with acting_as(ada):
        PersonalToken.objects.update(revoked_at="2020-01-01T00:00Z")
    assert ada_calls.send("GET", "me").status_code == 401


def test_it_notes_when_a_token_was_used(ada: User, ada_calls: Program) -> None:
    ada_calls.send("GET", "me")
    with acting_as(ada):
        assert PersonalToken.objects.get().last_used_at is not None


def test_it_takes_the_session_of_the_page_with_its_csrf_token(ada: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/account/sign-in/")
    token = page.cookies["csrftoken"].value
    form = {"username": ada.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert browser.post("/account/sign-in/", form).status_code == 302
    assert browser.get("/api/v1/me").json()["email"] == ada.email
    change = {"data": '{"name": "A"}', "content_type": "application/json"}
    refused = browser.patch("/api/v1/me", **change)
    assert refused.status_code == 403
    assert error(refused)["code"] == "permission_denied"
    token = browser.cookies["csrftoken"].value
    assert browser.patch("/api/v1/me", **change, HTTP_X_CSRFTOKEN=token).status_code == 200


@pytest.mark.parametrize(
    "path", ["", "nothing", "courses/", "queries/not-an-id", "me/more", "courses/%00", "courses/" + "x/" * 2500]
)
def test_it_knows_no_other_addresses(path: str, ada_calls: Program) -> None:
    for method in ("GET", "POST", "DELETE"):
        response = ada_calls.send(method, path, {} if method == "POST" else None)
        assert response.status_code == 404
        assert error(response)["code"] == "not_found"


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b"", "invalid", 400),
        (b"{", "parse_error", 400),
        (b"\xff\xfe", "parse_error", 400),
        (b'{"question": NaN}', "parse_error", 400),
        (b"[" * 100_000, "parse_error", 400),
        (b"[]", "invalid", 400),
        (b'"words"', "invalid", 400),
        (b"null", "invalid", 400),
        (b'{"question": 1e400}', "invalid", 400),
        (b'{"question": "a\\u0000b"}', "invalid", 400),
        (b'{"question": "\\ud800"}', "invalid", 400),
        (b'{"question": ["x"]}', "invalid", 400),
        (b'{"question": "   "}', "invalid", 400),
        (b'{"question": "x", "key": "nonsense"}', "invalid", 400),
        (b'{"question": "x", "place": "a\\u0000b"}', "invalid", 400),
        (json.dumps({"question": "x" * 100_000}).encode(), "invalid", 400),
        (b'{"question": "' + b"x" * 2_200_000 + b'"}', "too_large", 413),
    ],
    ids=lambda value: str(value)[:24],
)
def test_it_refuses_bodies_it_cannot_use(ada_calls: Program, course: Course, body: bytes, code: str, status: int) -> None:
    response = ada_calls.send("POST", "courses/containers/queries", body)
    assert (response.status_code, error(response)["code"]) == (status, code)


def test_it_names_the_field_that_is_wrong(ada_calls: Program) -> None:
    found = error(ada_calls.send("POST", "courses/containers/queries", {"key": "x"}))
    assert set(found["fields"]) == {"question", "key"}


def test_it_reads_json_only(ada_calls: Program, course: Course) -> None:
    response = ada_calls.post("/api/v1/courses/containers/queries", {"question": "x"})
    assert response.status_code == 415
    assert error(response)["code"] == "unsupported_media_type"


def test_it_writes_json_only(ada_calls: Program) -> None:
    response = ada_calls.send("GET", "me", HTTP_ACCEPT="text/csv")
    assert response.status_code == 406
    assert error(response)["code"] == "not_acceptable"


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=", "limit=²", "limit=1e2", "after=x", "after=", "after=%00"]
)
def test_it_refuses_pages_that_cannot_be(ada_calls: Program, query: str) -> None:
    response = ada_calls.send("GET", f"courses?{query}")
    assert response.status_code == 400
    assert set(error(response)["fields"]) == {query.partition("=")[0]}


def test_it_says_when_to_come_back(ada: User, ada_calls: Program, ben_calls: Program) -> None:
    with override_settings(RATE_LIMITS={"api": "2/minute"}):
        codes = [ada_calls.send("GET", "me").status_code for _call in range(3)]
        assert codes == [200, 200, 429]
        refused = ada_calls.send("GET", "me")
        assert error(refused)["code"] == "throttled"
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert ben_calls.send("GET", "me").status_code == 200


def test_it_limits_asking_more_than_reading(ada_calls: Program, course: Course) -> None:
    with override_settings(RATE_LIMITS={"api": "100/minute", "ask": "1/minute"}):
        codes = [ada_calls.send("POST", "courses/containers/queries", {"question": "?"}).status_code for _call in range(2)]
        assert codes == [201, 429]
        assert ada_calls.send("GET", "courses").status_code == 200


def test_it_has_a_schema_and_pages_about_it(client: Client, db: None) -> None:
    assert client.get("/api/schema/").status_code == 200
    docs = client.get("/api/docs/")
    assert docs.status_code == 200
    assert b"/static/drf_spectacular_sidecar/" in docs.content
    assert b"//cdn" not in docs.content
    assert "'unsafe-inline'" in docs.headers["Content-Security-Policy"]


def test_it_puts_every_address_behind_the_common_door() -> None:
    assert all(issubclass(route.callback.cls, Endpoint) for route in v1)


@pytest.mark.django_db(transaction=True)
def test_it_says_that_the_database_is_away(ada_calls: Program) -> None:
    place = connection.settings_dict
    host = place["HOST"]
    connection.close()
    connection.close_pool()
    place["HOST"] = "/nowhere"
    try:
        response = ada_calls.send("GET", "me")
    finally:
        connection.close()
        connection.close_pool()
        place["HOST"] = host
    assert response.status_code == 503
    assert error(response)["code"] == "unavailable"
    assert response.headers["Retry-After"] == "5"
    assert ada_calls.send("GET", "me").status_code == 200
