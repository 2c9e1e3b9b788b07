"""Sessions in the database, readable only with their key.

Loading a session and the account behind it is one statement through the function `auth_session`; writing opens the door for
that one key. A request without a session cookie costs no query.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection

from accounts.door import signing_in_as
from accounts.models import Session, User

LOAD = "SELECT session_data, expire_date, (person).* FROM auth_session(%s)"


class SessionStore(DatabaseStore):
    """Django's database store behind the narrow door; `person` is the account that was loaded with the session."""

    person: User | None = None

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def load(self) -> dict[str, Any]:
        row = self._read()
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row)

    def _read(self) -> str | None:
        with connection.cursor() as cursor:
            cursor.execute(LOAD, [self.session_key])
            row = cursor.fetchone()
            names = [column.name for column in cursor.description or ()][2:]
        if row is None:
            return None
        self.person = User.from_db("default", names, row[2:]) if row[2] else None
        return row[0]

    def exists(self, session_key: str) -> bool:
        with signing_in_as(session_key=session_key):
            return Session.objects.filter(session_key=session_key).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        user_id = data.get("_auth_user_id")
        return Session(
            session_key=self._get_or_create_session_key(),  # type: ignore[attr-defined]
            session_data=self.encode(data),
            expire_date=self._expires_at(),
            user_id=UUID(user_id) if user_id else None,
        )

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        with signing_in_as(session_key=self.session_key):
            super().save(must_create=must_create)
        return None

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            with signing_in_as(session_key=key):
                super().delete(key)

    def _expires_at(self) -> datetime:
        return self.get_expiry_date()
