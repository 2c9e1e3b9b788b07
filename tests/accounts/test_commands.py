"""Accounts from the command line, on a server that has none yet."""

from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.signing_in import account_by_email


@pytest.mark.django_db(transaction=True)
def test_it_makes_the_first_admin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long enough password")
    call_command("createsuperuser", interactive=False, email="root@example.com", name="Root", stdout=StringIO())
    made = account_by_email("root@example.com")
    assert made is not None
    assert (made.role, made.is_staff, made.check_password("a long enough password")) == (User.Role.ADMIN, True, True)


@pytest.mark.django_db(transaction=True)
def test_it_gives_a_new_password(ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda prompt: "another long password")
    call_command("changepassword", ada.email, stdout=StringIO())
    found = account_by_email(ada.email)
    assert found is not None
    assert found.check_password("another long password")
