"""A key and a time that Python makes, so that an insert has nothing to give back.

INSERT ... RETURNING makes PostgreSQL plan the policy for reading and ask it too: a third of the insert, where the policy looks up
whom a trainer has. The database keeps its own defaults for whoever writes SQL.
"""

import os
import time
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Uuid7

MS = 1_000_000  # nanoseconds
RANDOM_BITS = 62


def uuid7() -> UUID:
    """A time-ordered UUID (RFC 9562, version 7): 48 bits of milliseconds, 12 of a millisecond's fraction, 62 by chance."""
    milliseconds, rest = divmod(time.time_ns(), MS)
    by_chance = int.from_bytes(os.urandom(8), "big") >> (64 - RANDOM_BITS)
    return UUID(int=milliseconds << 80 | 7 << 76 | (rest << 12) // MS << 64 | 2 << RANDOM_BITS | by_chance)


class KeyMadeHere(models.UUIDField):
    """A primary key whose value is known before the row is written."""

    db_returning = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"primary_key": True, "default": uuid7, "db_default": Uuid7(), "editable": False, **options})


class TimeMadeHere(models.DateTimeField):
    """When the row was made, known before it is written."""

    db_returning = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"default": timezone.now, "db_default": Now(), "editable": False, **options})
