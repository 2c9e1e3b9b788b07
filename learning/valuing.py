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


def _case() -> str:
    weights = [(name, case, weight) for name, each in CASES.items() for case, weight in each.items()]
    arms = [f"WHEN metadata ->> '{name}' = '{case}' THEN {weight}" for name, case, weight in weights]
    return f"CASE {' '.join(arms)} WHEN source_type = 'feedback' THEN {THUMBS_DOWN} ELSE {SAID_OTHERWISE} END"


# The same formula for a generated column; nothing in it depends on the session.
RANK_SQL = (
    f"ln((greatest(asked_count, 1) * {_case()})::float8) / {math.log(2)}"
    f" + extract(epoch FROM (created_at AT TIME ZONE 'UTC'))::float8 / {DAY * HALF_LIFE}"
)
