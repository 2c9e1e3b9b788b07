"""What models cost and how they do, from the request log: by day, course, feature and model. Behind an admin's door.

A cost that is unknown is counted apart, never taken for zero. Tries that a reader ended or a faster one outran are no failures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

KEYS = {
    "day": "(l.created_at AT TIME ZONE 'UTC')::date::text",
    "course": "coalesce(c.title, '')",
    "feature": "l.feature",
    "model": "l.provider || ' · ' || l.model",
}
MOST_ROWS = 200
FIGURES = """
SELECT {key}, count(*), count(*) FILTER (WHERE NOT l.success AND l.error_class NOT IN ('stopped', 'outrun')),
       coalesce(sum(l.cost), 0), count(*) FILTER (WHERE l.cost IS NULL), coalesce(sum(l.total_tokens), 0),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY l.first_token_ms),
       percentile_cont(0.95) WITHIN GROUP (ORDER BY l.first_token_ms),
       percentile_cont(0.95) WITHIN GROUP (ORDER BY l.response_time)
  FROM ai_request_logs l LEFT JOIN courses c ON c.id = l.course_id
 WHERE l.created_at >= %s GROUP BY 1 ORDER BY {order} LIMIT {most}
"""
ORDERS = {"day": "1 DESC"}  # the others: what cost most
REASONS = """
SELECT provider, error_class, count(*) FROM ai_request_logs
 WHERE created_at >= %s AND NOT success AND error_class NOT IN ('stopped', 'outrun') GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2 LIMIT 30
"""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table. Costs in US dollars, times in ms, None where nobody was answered."""

    name: str
    requests: int
    failed: int
    cost: Decimal
    unpriced: int
    tokens: int
    first_p50: float | None
    first_p95: float | None
    whole_p95: float | None

    @property
    def known_cost(self) -> Decimal | None:
        """None when no price of all its requests is known."""
        return None if self.requests and self.unpriced == self.requests else self.cost

    @property
    def failed_percent(self) -> float:
        return 100 * self.failed / self.requests if self.requests else 0.0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why tries at a provider failed, and how often."""

    provider: str
    kind: str
    times: int


def lines(by: str, since: datetime) -> list[Line]:
    """The table by `day`, `course`, `feature` or `model`; KeyError for anything else."""
    statement = FIGURES.format(key=KEYS[by], order=ORDERS.get(by, "4 DESC, 2 DESC, 1"), most=MOST_ROWS)
    with connection.cursor() as cursor:
        cursor.execute(statement, [since])
        return [Line(*row) for row in cursor.fetchall()]


def reasons(since: datetime) -> list[Reason]:
    """The failures of each provider, most frequent first."""
    with connection.cursor() as cursor:
        cursor.execute(REASONS, [since])
        return [Reason(*row) for row in cursor.fetchall()]


def cells(by: str, found: Sequence[Line]) -> Iterator[list[str]]:
    """The table for a spreadsheet, with a head. Nothing that a name holds is taken for a formula."""
    yield [
        by,
        "requests",
        "failed",
        "cost_usd",
        "requests_of_unknown_price",
        "tokens",
        "first_p50_ms",
        "first_p95_ms",
        "whole_p95_ms",
    ]
    for line in found:
        times = [("" if ms is None else str(round(ms))) for ms in (line.first_p50, line.first_p95, line.whole_p95)]
        cost = "" if line.known_cost is None else str(line.known_cost)
        counts = [str(line.requests), str(line.failed), cost, str(line.unpriced), str(line.tokens)]
        yield [_harmless(line.name), *counts, *times]


def _harmless(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
