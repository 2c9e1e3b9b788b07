"""Proving who somebody is. Refuses closed accounts, and takes as long for an unknown address as for a wrong password."""

from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.door import signing_in_as
from accounts.models import User

NOBODYS_ID = UUID(int=0)


def account_by_email(email: str) -> User | None:
    """The active account with this address, read through the narrow door. The same trips for known and unknown ones."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT auth_user_id(%s)", [email.strip().lower()])
        user_id = cursor.fetchone()[0]
    return account_by_id(user_id or NOBODYS_ID)


def account_by_id(user_id: UUID) -> User | None:
    """The active account with this id, read through the narrow door."""
    with signing_in_as(user_id=user_id):
        return User.objects.filter(pk=user_id, is_active=True).first()


def person_of(session: SessionBase) -> User | None:
    """Who is signed in with this session; None when the password has changed since or the account is closed."""
    person = getattr(session, "person", None) if session.get(SESSION_KEY) else None
    if person is None or not person.is_active or str(person.pk) != session[SESSION_KEY]:
        return None
    return person if constant_time_compare(session.get("_auth_user_hash", ""), person.get_session_auth_hash()) else None


class EmailBackend(ModelBackend):
    """Sign-in by e-mail address and password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: Any
    ) -> User | None:
        email = username or kwargs.get("email")
        if not email or password is None or "\x00" in email:
            return None
        user = account_by_email(email)
        with signing_in_as(user_id=user.pk if user else NOBODYS_ID):
            if user is None:
                User().set_password(password)  # the same work as for a known address
                return None
            return user if user.check_password(password) else None

    def get_user(self, user_id: Any) -> User | None:
        return account_by_id(user_id)
