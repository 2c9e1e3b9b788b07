"""Signing in and out as people do it, in real transactions."""

import logging

import pytest
from django.contrib.auth import SESSION_KEY
from django.test import Client, override_settings

from accounts.door import SYSTEM, acting_as
from accounts.models import Session, User
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

SIGN_IN, SIGN_OUT = "/account/sign-in/", "/account/sign-out/"
WRONG = "do not belong together"


def sign_in(client: Client, email: str = "ada@example.com", password: str = PASSWORD, **extra: str):
    return client.post(SIGN_IN, {"username": email, "password": password, **extra})


def sessions() -> list[str]:
    with acting_as(SYSTEM):
        return list(Session.objects.values_list("session_key", flat=True))


def test_it_signs_in_and_remembers_when(client: Client, ada: User) -> None:
    response = sign_in(client, " ADA@example.com ")
    assert response.status_code == 302
    assert response.url == "/"
    assert client.session[SESSION_KEY] == str(ada.pk)
    with acting_as(ada):
        assert User.objects.get(pk=ada.pk).last_login is not None
        assert Session.objects.get().user == ada


def test_it_goes_where_the_person_wanted_to_go(client: Client, ada: User) -> None:
    assert sign_in(client, next="/account/").url == "/account/"
    client.post(SIGN_OUT)
    assert sign_in(client, next="https://evil.example/").url == "/"


def test_it_makes_a_new_session_key(client: Client, ada: User) -> None:
    client.session["seen"] = 1
    session = client.session
    session["seen"] = 1
    session.save()
    before = session.session_key
    sign_in(client)
    assert client.session.session_key != before
    assert before not in sessions()


@pytest.mark.parametrize(
    ("email", "password"),
    [("ada@example.com", "wrong"), ("nobody@example.com", PASSWORD), ("ada@example.com", ""), ("a\x00da@example.com", PASSWORD)],
)
def test_it_says_the_same_for_every_mistake(client: Client, ada: User, email: str, password: str) -> None:
    response = sign_in(client, email, password)
    assert response.status_code == 200
    assert not sessions()
    text = response.content.decode()
    assert WRONG in text or "errorlist" in text


def test_it_refuses_a_closed_account(client: Client, ada: User) -> None:
    with acting_as(SYSTEM):
        User.objects.filter(pk=ada.pk).update(is_active=False)
    assert WRONG in sign_in(client).content.decode()


def test_it_ends_the_session_of_an_account_that_is_closed(client: Client, ada: User) -> None:
    sign_in(client)
    assert client.get("/account/").status_code == 200
    with acting_as(SYSTEM):
        User.objects.filter(pk=ada.pk).update(is_active=False)
    assert client.get("/account/").status_code == 302


def test_it_signs_out_by_post_only(client: Client, ada: User) -> None:
    sign_in(client)
    assert client.get(SIGN_OUT).status_code == 405
    assert client.post(SIGN_OUT).status_code == 302
    assert not sessions()
    assert client.get("/account/").status_code == 302


def test_it_wants_the_forms_own_token(ada: User) -> None:
    assert sign_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_it_slows_down_guessing_at_one_account(client: Client, ada: User) -> None:
    with override_settings(RATE_LIMITS={"sign-in": "3/minute", "sign-in-place": "100/minute"}):
        answers = [sign_in(client, password="wrong") for _try in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert int(answers[-1].headers["Retry-After"]) > 0
        assert sign_in(client).status_code == 429, "the right password must not help then"
        assert sign_in(client, "ben@example.com", "wrong").status_code == 200


def test_it_slows_down_guessing_from_one_place(client: Client, ada: User) -> None:
    with override_settings(RATE_LIMITS={"sign-in": "100/minute", "sign-in-place": "3/minute"}):
        codes = [sign_in(client, f"person{number}@example.com", "wrong").status_code for number in range(4)]
        assert codes == [200, 200, 200, 429]
        assert sign_in(Client(REMOTE_ADDR="203.0.113.9")).status_code == 302


def test_it_forgives_mistakes_after_a_success(client: Client, ada: User) -> None:
    with override_settings(RATE_LIMITS={"sign-in": "3/minute", "sign-in-place": "100/minute"}):
        for _round in range(3):
            sign_in(client, password="wrong")
            assert sign_in(client).status_code == 302
            client.post(SIGN_OUT)


def test_it_logs_what_happened_and_not_what_was_written(client: Client, ada: User, caplog) -> None:
    with caplog.at_level(logging.INFO, "aicoach.security"):
        sign_in(client, password="hunter2")
        sign_in(client)
    assert "sign_in_failed" in caplog.text
    assert f"signed_in user={ada.pk}" in caplog.text
    assert "hunter2" not in caplog.text
    assert "ada@" not in caplog.text
