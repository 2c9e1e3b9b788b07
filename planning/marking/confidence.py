"""How sure a mark is, 0 to 100: the chance that it is within one mark of what a person would give.

Where one mark is more than a fifth of the question, a fifth is the measure: within one of two marks would say nothing. Rulings
of people on the same question move it: where they agreed less often than was promised, every further answer to it is trusted
less, and the other way round. Pure.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

TOLERANCE = 0.2  # of the question's marks, at most
REVIEW_BELOW = 70
LEAST, MOST = 1, 99
DOUBTED = 40  # the most that an answer may have which the marker cannot read as it should
BLANK = 99
PRIOR = 6.0  # rulings that weigh as much as what the weights promise
MOST_SHIFT = 3.0  # of the log-odds


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the marker had promised of an answer that a person then marked, and whether it was right."""

    confidence: int
    was_right: bool


def tolerance(maximum: float) -> float:
    """As a share of the question's marks."""
    return min(TOLERANCE, 1 / maximum)


def was_right(proposed: float, ruled: float, maximum: float) -> bool:
    return abs(proposed - ruled) / maximum <= tolerance(maximum) + 1e-9


def as_score(chance: float, history: Sequence[Ruled] = ()) -> int:
    """The confidence, with what the question's rulings say of the marker."""
    return _bounded(100 * _logistic(_log_odds(chance) + shift(history)))


def shift(history: Sequence[Ruled]) -> float:
    """What is added to the log-odds: how much more or less often the marker was right on this question than it had promised."""
    if not history:
        return 0.0
    promised = sum(one.confidence for one in history) / len(history) / 100
    right = sum(one.was_right for one in history)
    seen = (right + PRIOR * promised) / (len(history) + PRIOR)
    return max(-MOST_SHIFT, min(MOST_SHIFT, _log_odds(seen) - _log_odds(promised)))


def _log_odds(chance: float) -> float:
    chance = min(0.995, max(0.005, chance))
    return math.log(chance / (1 - chance))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _bounded(value: float) -> int:
    return max(LEAST, min(MOST, round(value)))
