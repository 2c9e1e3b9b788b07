"""What tests of pages share: somebody signed in, and the small course."""

import pytest
from django.test import Client

from accounts import throttling
from accounts.models import User
from tests.coach.conftest import taught
from tests.conftest import PASSWORD

__all__ = ["taught"]


def signed_in(person: User) -> Client:
    client = Client()
    assert client.post("/account/sign-in/", {"username": person.email, "password": PASSWORD}).status_code == 302
    return client


@pytest.fixture(autouse=True)
def _fresh_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test spends the attempts of another."""
    key, name = str(id(monkeypatch)), throttling._name
    monkeypatch.setattr(throttling, "_name", lambda kind, counted: f"{key}:{name(kind, counted)}")
