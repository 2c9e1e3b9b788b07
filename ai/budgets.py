"""Whether a model may be asked for this answer, in Python's words. The rule itself is `budget_reserve` in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection

from ai.budget_models import Scope
from ai.providers.events import Attempt

EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What `budget_reserve` said: a share taken on a `day`, or whose budget is used up; neither when there are no budgets."""

    day: date | None = None
    over: str = ""

    @property
    def is_over(self) -> bool:
        return bool(self.over)


def read(said: str) -> Allowance:
    """The allowance from the function's text."""
    if said in Scope.values:
        return Allowance(over=said)
    return Allowance(date.fromisoformat(said)) if said else Allowance()


def reserve(*, user_id: UUID, course_id: UUID | None) -> Allowance:
    """Take a share for one answer. Behind the system's door; who claims in a statement of its own asks in that one instead."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT budget_reserve(%s, %s)", [user_id, course_id])
        row = cursor.fetchone()
    return read(row[0] if row else "")


def settle(allowance: Allowance, *, user_id: UUID, course_id: UUID | None, attempts: Sequence[Attempt]) -> None:
    """Give the share back and book what the answer cost. Behind the system's door; nothing to do without a share."""
    if allowance.day is None:
        return
    asked = [attempt for attempt in attempts if attempt.provider != EXTRACTIVE]
    costs = [attempt.cost for attempt in asked]
    dollars = None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))
    was_used = any(attempt.success or attempt.completion_tokens for attempt in asked)
    values = (user_id, course_id, allowance.day, dollars, was_used)
    with connection.cursor() as cursor:
        cursor.execute("SELECT budget_settle(%s, %s, %s, %s, %s)", values)
