"""What became of the answers of a variant, as sums over learners.

The answers lie in rooms above this one. Each of them says here, when it starts, how its answers are read: SQL that takes a
`variant` and a time `since`, and gives a row for each answer that a model was asked for, with the columns learner_id, failed,
escalated, helpful (null where nobody said), rating (null, or 1 to 5), cost (null when unknown) and ms.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from ai.variants.intervals import Sums

SUMS = """
WITH answers AS ({answers}), learners AS (
    SELECT count(*)::float8 AS n, count(*) FILTER (WHERE failed)::float8 AS failed,
           count(*) FILTER (WHERE escalated)::float8 AS escalated,
           count(helpful)::float8 AS voices, count(*) FILTER (WHERE helpful)::float8 AS helpful,
           count(rating)::float8 AS rated, coalesce(sum(rating), 0)::float8 AS rating,
           count(cost)::float8 AS priced, coalesce(sum(cost), 0)::float8 AS cost,
           count(ms)::float8 AS timed, coalesce(sum(ms), 0)::float8 AS ms
      FROM answers GROUP BY learner_id)
SELECT m.name, count(*), sum(m.n), sum(m.x), sum(m.n * m.n), sum(m.n * m.x), sum(m.x * m.x)
  FROM learners l CROSS JOIN LATERAL (VALUES
       ('failed', l.n, l.failed), ('escalated', l.n, l.escalated), ('helpful', l.voices, l.helpful),
       ('rating', l.rated, l.rating), ('cost', l.priced, l.cost), ('ms', l.timed, l.ms)) AS m(name, n, x)
 WHERE m.n > 0 GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a feature's answers are read; `has_rating` when its learners give 1 to 5 besides."""

    answers: str
    has_rating: bool = False


READINGS: dict[str, Reading] = {}


def sums(feature: str, variant_id: UUID, since: datetime) -> dict[str, Sums]:
    """By the name of the measure; one that nothing is known of is missing. Behind an admin's or the system's door."""
    if feature not in READINGS:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(SUMS.format(answers=READINGS[feature].answers), {"variant": variant_id, "since": since})
        return {name: Sums(*figures) for name, *figures in cursor.fetchall()}
