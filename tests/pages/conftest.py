"""What tests of pages share: somebody signed in, and the small course."""

from django.test import Client

from accounts.models import User
from tests.coach.conftest import taught
from tests.conftest import PASSWORD

__all__ = ["taught"]


def signed_in(person: User) -> Client:
    client = Client()
    assert client.post("/account/sign-in/", {"username": person.email, "password": PASSWORD}).status_code == 302
    return client
