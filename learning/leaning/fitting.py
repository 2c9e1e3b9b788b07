"""Makes the leaning from questions that courses answer or do not: the same questions always give the same weights.

Kernel ridge regression with the kernel b<x, y> + c<x, y>^2, which is a quadratic form; of that, the directions that bend
most are kept. So the file holds weights alone, and nothing of any question.
"""

from dataclasses import dataclass

import numpy as np

from learning.leaning.signs import Floats
from learning.leaning.telling import Leaning, joined, log_odds

PLANE, BEND, LEVEL = 0.3, 0.5, 100.0  # of the kernel; a level that costs next to nothing
PENALTY = 1.5
WRITTEN = 0.3  # what a question of ours weighs beside one of others
APART = 0.5  # so that ours may have another mean: what we left out of our courses is no habit of others
STEADY = 0.5  # what a question that should not lean weighs
DIRECTIONS = 32
SHARE_OF_SEARCH = 2.0  # of what it says alone: the surer the search, the less is left to lean
SOFTEST = 0.02  # added to the spread of signs, so that a rare one is not blown up


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Questions, a row each: vectors, what the search alone says, signs, the truth, and which ones we wrote ourselves."""

    vectors: "np.ndarray"
    relevances: "np.ndarray"
    signs: "np.ndarray"
    answerable: "np.ndarray"
    written: "np.ndarray"

    def part(self, chosen: "np.ndarray") -> "Asked":
        return Asked(*(getattr(self, name)[chosen] for name in self.__slots__))

    def beside(self, other: "Asked") -> "Asked":
        return Asked(*(np.concatenate([getattr(self, name), getattr(other, name)]) for name in self.__slots__))


def fitted(asked: Asked, *, steady: "np.ndarray | None" = None, embedder: str = "", fitted_to: str = "") -> Leaning:
    """`steady` are vectors of questions about what courses teach: at signs as they usually are, these should hardly lean."""
    mean, spread = asked.signs.mean(axis=0), asked.signs.std(axis=0) + SOFTEST
    told = log_odds(asked.relevances)
    rows = joined(asked.vectors, asked.relevances, (asked.signs - mean) / spread)
    target, weight = np.where(asked.answerable, 0.5, -0.5), _weights(asked)
    level, slope = _line(told, target, weight)
    flags = APART * asked.written
    target = target - level - slope * told
    if steady is not None and len(steady):
        sure = np.quantile(asked.relevances, np.linspace(0.25, 1.0, len(steady)))  # the search is mostly sure of such questions
        rows = np.vstack([rows, joined(steady, sure, np.zeros((len(steady), len(mean))))])
        target, flags = np.r_[target, np.zeros(len(steady))], np.r_[flags, np.zeros(len(steady))]
        weight = np.r_[weight, np.full(len(steady), STEADY * weight.mean())]
    alike = rows @ rows.T + np.outer(flags, flags)
    shares = np.linalg.solve(PLANE * alike + BEND * alike**2 + LEVEL + PENALTY * np.diag(1 / weight), target)
    bends, directions = _strongest(BEND * (rows * shares[:, None]).T @ rows)
    weights = PLANE * rows.T @ shares
    given = rows @ weights + (rows @ directions.T) ** 2 @ bends
    others = np.flatnonzero(asked.written == asked.written.min())  # whose leanings are nothing on average
    return Leaning(embedder, fitted_to, -given[others].mean() / slope, weights / slope, bends / slope, directions, mean, spread)


def _weights(asked: Asked) -> Floats:
    """Answered and unanswered questions weigh the same."""
    weight = np.ones(len(asked.answerable))
    for own in (True, False):
        for yes in (True, False):
            chosen = (asked.written == own) & (asked.answerable == yes)
            if chosen.any():
                weight[chosen] = (WRITTEN if own else 1.0) * (asked.written == own).sum() / chosen.sum() / 2
    return weight


def _line(told: Floats, target: Floats, weight: Floats) -> tuple[float, float]:
    """What the search alone says of the target, as a level and a slope."""
    slope, level = np.polyfit(told, target, 1, w=np.sqrt(weight))
    return float(level), SHARE_OF_SEARCH * max(float(slope), 0.02)


def _strongest(form: Floats) -> tuple[Floats, Floats]:
    values, vectors = np.linalg.eigh(form)
    chosen = np.argsort(-np.abs(values))[:DIRECTIONS]
    return values[chosen], vectors[:, chosen].T
