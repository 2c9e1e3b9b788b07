"""What looking at an item is worth: how many asked, times how wrong the answer was, times how new it is.

    value = asked x wrong x 0.5 ^ (age / 30 days)

`wrong` lies between 0 and 1 and says how sure we are that the coach's answer misled: a trainer's correction by its priority, a
learner's opinion by its stars. The order of two items never changes with time, because both lose half in the same time. So the
database keeps a number that needs no clock, `log2(asked x wrong) + days since 1970 / 30`, and an index serves the order.
"""

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

HALF_LIFE = 30  # days after which the same question is worth half
DAY = 86_400  # seconds
BY_PRIORITY = {"urgent": 1.0, "high": 0.9, "normal": 0.7, "low": 0.5}  # a trainer said so
BY_STARS = {"1": 0.8, "2": 0.6}
THUMBS_DOWN = 0.6
SAID_OTHERWISE = 0.5  # a transcript, or added by hand
CASES = {"priority": BY_PRIORITY, "rating": BY_STARS}  # by what the item's metadata say, in this order


def how_wrong(source_type: str, metadata: Mapping[str, Any]) -> float:
    """Between 0 and 1."""
    for name, weights in CASES.items():
        if (weight := weights.get(str(metadata.get(name)))) is not None:
            return weight
    return THUMBS_DOWN if source_type == "feedback" else SAID_OTHERWISE


def rank(*, asked: int, wrong: float, made_at: datetime) -> float:
    """The number that the database orders by; a higher one comes first."""
    return math.log2(max(asked, 1) * wrong) + made_at.timestamp() / DAY / HALF_LIFE


def value(value_rank: float, now: datetime) -> float:
    """What the item is worth now: the number of learners whom a wrong answer would mislead today, roughly."""
    return float(2 ** (value_rank - now.timestamp() / DAY / HALF_LIFE))


def _weight(weights: Mapping[str, float], name: str, otherwise: str) -> str:
    cases = " ".join(f"WHEN '{case}' THEN {weight}::float8" for case, weight in weights.items())
    return f"CASE metadata ->> '{name}' {cases} ELSE {otherwise} END"


def _wrong() -> str:
    """`how_wrong` in SQL."""
    otherwise = f"CASE source_type WHEN 'feedback' THEN {THUMBS_DOWN}::float8 ELSE {SAID_OTHERWISE}::float8 END"
    for name, weights in reversed(CASES.items()):
        otherwise = _weight(weights, name, otherwise)
    return otherwise


# `rank` in the database; nothing in it depends on the session. Each insert reads the expression of a generated column from its
# text and takes it apart, so the formula stands in a function that keeps its plan.
RANK_FUNCTION = f"""
CREATE OR REPLACE FUNCTION review_rank(asked_count int, source_type text, metadata jsonb, created_at timestamptz)
    RETURNS float8 LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $body$ BEGIN
    RETURN ln(greatest(asked_count, 1) * {_wrong()}) / {math.log(2)}
           + date_part('epoch', created_at AT TIME ZONE 'UTC') / {DAY * HALF_LIFE};
END $body$
"""
NO_RANK_FUNCTION = "DROP FUNCTION review_rank(int, text, jsonb, timestamptz)"
RANK_CALL = "review_rank(asked_count, source_type, metadata, created_at)"
