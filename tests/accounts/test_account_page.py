"""The account, its tokens and its password."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import resetting, tokens
from accounts.door import SYSTEM, acting_as
from accounts.middleware import time_zone
from accounts.models import PersonalToken, Session, User
from accounts.signing_in import account_by_id
from accounts.tasks import clear_sessions
from tests.conftest import PASSWORD, make_person

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "a better password than before"


@pytest.fixture
def browser(ada: User) -> Client:
    return signed_in(ada)


def signed_in(person: User) -> Client:
    client = Client()
    assert client.post("/account/sign-in/", {"username": person.email, "password": PASSWORD}).status_code == 302
    return client


def session_count() -> int:
    with acting_as(SYSTEM):
        return Session.objects.count()


@pytest.mark.parametrize("path", ["", "password/"])
def test_it_sends_strangers_to_the_sign_in_page(client: Client, path: str, db: None) -> None:
    response = client.get(f"/account/{path}")
    assert response.status_code == 302
    assert response.url.startswith("/account/sign-in/?next=")


@pytest.mark.parametrize("path", ["tokens/", "sign-out-everywhere/", "tokens/00000000-0000-0000-0000-000000000000/revoke"])
def test_it_changes_things_by_post_only(browser: Client, path: str) -> None:
    assert browser.get(f"/account/{path}").status_code == 405


def test_it_keeps_name_and_time_zone(browser: Client, ada: User) -> None:
    assert browser.post("/account/", {"name": "Ada L.", "time_zone": "Europe/London"}).status_code == 302
    saved = account_by_id(ada.pk)
    assert (saved.name, saved.time_zone) == ("Ada L.", "Europe/London")
    assert b"Ada L." in browser.get("/account/").content


def test_it_says_what_is_wrong_with_the_form(browser: Client, ada: User) -> None:
    response = browser.post("/account/", {"name": "", "time_zone": "Mars/Crater"})
    assert response.status_code == 200
    assert b"errorlist" in response.content
    assert account_by_id(ada.pk).name == "Ada"


def test_it_never_takes_rights_from_the_form(browser: Client, ada: User) -> None:
    browser.post("/account/", {"name": "Ada", "time_zone": "UTC", "role": "admin", "is_staff": "on"})
    assert (account_by_id(ada.pk).role, account_by_id(ada.pk).is_staff) == ("learner", False)


def test_it_shows_a_token_once_and_keeps_its_hash(browser: Client, ada: User) -> None:
    page = browser.post("/account/tokens/", {"name": "script", "days": "90"}).content.decode()
    secret = re.search(r"aic_[\w-]{43}", page)[0]
    with acting_as(ada):
        token = PersonalToken.objects.get()
    assert token.digest == tokens.digest(secret)
    assert secret.startswith(token.prefix)
    assert token.expires_at > timezone.now() + timedelta(days=89)
    assert secret not in browser.get("/account/").content.decode()
    assert tokens.person_by_token(secret) == ada


def test_it_revokes_a_token_for_good(browser: Client, ada: User) -> None:
    with acting_as(ada):
        made = tokens.make(person=ada, name="old")
    address = f"/account/tokens/{made.token.pk}/revoke"
    assert browser.post(address).status_code == 302
    assert tokens.person_by_token(made.secret) is None
    assert browser.post(address).status_code == 404


def test_it_does_not_revoke_the_tokens_of_others(browser: Client, ben: User) -> None:
    with acting_as(ben):
        made = tokens.make(person=ben, name="his")
    assert browser.post(f"/account/tokens/{made.token.pk}/revoke").status_code == 404
    assert tokens.person_by_token(made.secret) == ben


def test_it_limits_the_number_of_tokens(browser: Client, ada: User) -> None:
    with acting_as(ada):
        for number in range(tokens.LIMIT):
            tokens.make(person=ada, name=str(number))
    response = browser.post("/account/tokens/", {"name": "one more", "days": "30"})
    assert response.status_code == 422
    assert b"Revoke one first" in response.content


@pytest.mark.parametrize(
    "change",
    [{"revoked_at": "2020-01-01T00:00Z"}, {"expires_at": "2020-01-01T00:00Z"}],
)
def test_it_refuses_tokens_that_have_ended(ada: User, change: dict[str, str]) -> None:
    with acting_as(ada):
        made = tokens.make(person=ada, name="old")
        PersonalToken.objects.update(**change)
    assert tokens.person_by_token(made.secret) is None


def test_it_signs_out_everywhere(browser: Client, ada: User, ben: User) -> None:
    signed_in(ada)
    his = signed_in(ben)
    assert session_count() == 3
    assert browser.post("/account/sign-out-everywhere/").status_code == 302
    assert session_count() == 1
    assert browser.get("/account/").status_code == 302
    assert his.get("/account/").status_code == 200


def test_it_changes_the_password_and_ends_other_sessions(browser: Client, ada: User) -> None:
    other = signed_in(ada)
    response = browser.post("/account/password/", {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW})
    assert response.status_code == 302
    assert browser.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    assert session_count() == 1
    assert account_by_id(ada.pk).check_password(NEW)


def reset_link(email: str) -> str | None:
    """The path in the mail that a request for a new password sends."""
    mail.outbox.clear()
    assert Client().post("/account/password/reset/", {"email": email}).url == "/account/password/reset/sent/"
    resetting.MAIL_THREAD.submit(lambda: None).result(timeout=10)
    return re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1] if mail.outbox else None


def test_it_resets_a_password_by_mail(browser: Client, ada: User) -> None:
    link = reset_link("Ada@Example.com")
    client = Client()
    form = client.get(link, follow=True)
    assert form.request["PATH_INFO"].endswith("/set-password/")
    done = client.post(form.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW})
    assert done.url == "/account/password/reset/complete/"
    assert account_by_id(ada.pk).check_password(NEW)
    assert session_count() == 0
    assert b"does not work" in Client().get(link, follow=True).content
    assert b"saved" in client.get(done.url).content


@pytest.mark.parametrize("path", ["MTIz/abc-def", "%FF/x-y", "x/y"])
def test_it_refuses_links_that_were_never_sent(client: Client, path: str, db: None) -> None:
    response = client.get(f"/account/password/reset/{path}/")
    assert response.status_code == 200
    assert b"does not work" in response.content


def test_it_mails_nobody_it_does_not_know(ada: User) -> None:
    assert reset_link("nobody@example.com") is None
    with acting_as(SYSTEM):
        User.objects.filter(pk=ada.pk).update(is_active=False)
    assert reset_link("ada@example.com") is None


def test_it_answers_before_anything_is_looked_up(ada: User, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        Client().post("/account/password/reset/", {"email": "ada@example.com"})
    resetting.MAIL_THREAD.submit(lambda: None).result(timeout=10)


def test_it_clears_sessions_that_have_ended(browser: Client, ada: User) -> None:
    with acting_as(SYSTEM):
        Session.objects.update(expire_date=timezone.now() - timedelta(days=1))
    assert browser.get("/account/").status_code == 302
    clear_sessions()
    assert session_count() == 0


def test_it_is_quick_to_find_the_owner_of_a_token(ada: User, django_assert_num_queries) -> None:
    with acting_as(ada):
        secret = tokens.make(person=ada, name="x").secret
    with django_assert_num_queries(1):
        assert tokens.person_by_token(secret) == ada


def test_it_keeps_people_apart_by_address_whatever_its_case(ada: User) -> None:
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        make_person("ADA")


@pytest.mark.parametrize(
    ("chosen", "cookie", "shown"),
    [
        ("Asia/Tokyo", "Europe/London", "Asia/Tokyo"),
        ("UTC", "Europe/London", "Europe/London"),
        ("UTC", "", "UTC"),
        ("UTC", "../../etc/passwd", "UTC"),
        ("UTC", "Mars/Crater", "UTC"),
    ],
)
def test_it_tells_the_time_where_the_reader_is(browser: Client, ada: User, chosen: str, cookie: str, shown: str) -> None:
    with acting_as(ada):
        User.objects.filter(pk=ada.pk).update(time_zone=chosen)
    told: list[str] = []

    def page(request):
        told.append(timezone.get_current_timezone_name())

    request = RequestFactory().get("/")
    request.COOKIES = {"sessionid": browser.cookies["sessionid"].value, "zone": cookie}
    request.user = account_by_id(ada.pk)
    time_zone(page)(request)
    assert told == [shown]
