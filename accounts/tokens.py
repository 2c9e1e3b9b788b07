"""Personal tokens: keys to the API that a person makes, sees once and can revoke. The database keeps their SHA-256 only."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import PersonalToken, User

MARK = "aic_"  # lets secret scanners know one when they see it
SECRET_BYTES = 32
SHOWN = 12  # characters of a token that lists may show: the mark and eight of its own
LIMIT = 20  # usable tokens of one person
USE = "SELECT token_id, (person).* FROM auth_token(%s)"


class TooManyTokens(Exception):
    """The person has `LIMIT` usable tokens already."""


@dataclass(frozen=True)
class NewToken:
    """A token at the only moment at which its secret is known."""

    token: PersonalToken
    secret: str


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def make(*, person: User, name: str, expires_at: datetime | None = None) -> NewToken:
    """Make a token for `person`, inside their door. Raises TooManyTokens."""
    if PersonalToken.objects.usable().filter(user=person).count() >= LIMIT:
        raise TooManyTokens
    secret = MARK + secrets.token_urlsafe(SECRET_BYTES)
    token = PersonalToken.objects.create(
        user=person, name=name, prefix=secret[:SHOWN], digest=digest(secret), expires_at=expires_at
    )
    return NewToken(token, secret)


def revoke(*, person: User, token_id: UUID) -> bool:
    """Close a token of `person` for good; False when there is no such usable token."""
    closed = PersonalToken.objects.filter(user=person, pk=token_id, revoked_at=None).update(revoked_at=timezone.now())
    return closed == 1


def person_by_token(secret: str) -> User | None:
    """Whose token this is, in one round trip; None for unknown, expired and revoked ones and for closed accounts."""
    with connection.cursor() as cursor:
        cursor.execute(USE, [digest(secret)])
        row = cursor.fetchone()
        names = [column.name for column in cursor.description or ()][1:]
    return User.from_db("default", names, row[1:]) if row else None
