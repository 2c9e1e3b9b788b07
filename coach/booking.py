"""What asking a model costs somebody: a share of the budget is taken before, and what it came to is booked afterwards."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.door import SYSTEM, acting_as
from ai import budgets, request_log
from ai.budgets import Allowance
from ai.providers.events import Attempt


def allowance(person_id: UUID, course_id: UUID | None) -> Allowance:
    """A share of the budgets. Behind the person's door."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT budget_reserve(%s, %s)", [person_id, course_id])
        row: Any = cursor.fetchone()
    return budgets.read(row[0])


def book(person_id: UUID, course_id: UUID | None, taken: Allowance, attempts: Sequence[Attempt], *, feature: str) -> None:
    """Give the share back and write the attempts down. Opens the system's door itself."""
    with acting_as(SYSTEM):
        request_log.save(attempts, feature=feature, user_id=person_id, course_id=course_id)
        budgets.settle(taken, user_id=person_id, course_id=course_id, attempts=attempts)
