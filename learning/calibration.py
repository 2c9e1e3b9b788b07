"""Makes a confidence mean what it says: a map from how sure the search was to how often such answers were right. Pure arithmetic.

The map is Platt's: a logistic function of the log-odds, with his smoothed targets (Platt 1999), and a pull towards leaving
figures as they are, which a course's own verdicts overcome as they come in. It never turns the order of two answers round.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 10
ENOUGH = 20  # verdicts, some of each kind, below which a course keeps the figures as they are
PULL = 2.0  # how many verdicts' worth the figures as they are count
STEPS = 50
LEAST, MOST = 1e-3, 1 - 1e-3
LEAST_SLOPE = 0.05
ROUNDING = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Map:
    """`slope` and `intercept` of the log-odds. The plain one changes nothing."""

    slope: float = 1.0
    intercept: float = 0.0

    def __call__(self, confidence: float) -> float:
        if confidence <= 0 or (self.slope, self.intercept) == (1.0, 0.0):
            return min(max(confidence, 0.0), 1.0)
        return 1 / (1 + math.exp(-(self.slope * _log_odds(confidence) + self.intercept)))


PLAIN = Map()


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose confidence lies in one tenth: how many, their mean confidence, and the share that was right."""

    count: int
    confidence: float
    right: float


def fitted(confidences: Sequence[float], right: Sequence[bool]) -> Map:
    """The map for these verdicts; the plain one while there are too few of them, or all say the same."""
    good = sum(right)
    if len(right) < ENOUGH or good in {0, len(right)}:
        return PLAIN
    x = np.array([_log_odds(one) for one in confidences])
    bad = len(right) - good
    wanted = np.where(np.array(right, bool), (good + 1) / (good + 2), 1 / (bad + 2))
    rows, start, weights = np.stack([x, np.ones_like(x)], axis=1), np.array([1.0, 0.0]), np.array([1.0, 0.0])
    for _step in range(STEPS):
        told = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (told - wanted) + PULL * (weights - start)
        bend = (rows * (told * (1 - told))[:, None]).T @ rows + PULL * np.eye(2)
        weights = weights - np.linalg.solve(bend, slope)
    return Map(max(float(weights[0]), LEAST_SLOPE), float(weights[1]))


def crossed(confidences: Sequence[float], right: Sequence[bool], folds: int = 5) -> list[float]:
    """Each confidence by a map that was fitted to the other folds alone."""
    told = list(confidences)
    for fold in range(folds):
        others = [n for n in range(len(told)) if n % folds != fold]
        learnt = fitted([confidences[n] for n in others], [right[n] for n in others])
        for n in range(fold, len(told), folds):
            told[n] = learnt(confidences[n])
    return told


def bins(confidences: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Ten bins of equal width, empty ones included."""
    sure, was = np.array(confidences, float), np.array(right, float)
    slots = np.minimum((sure * BINS).astype(int), BINS - 1)
    chosen = [slots == slot for slot in range(BINS)]
    return [
        Bin(int(one.sum()), float(sure[one].mean()), float(was[one].mean())) if one.any() else Bin(0, 0.0, 0.0) for one in chosen
    ]


def calibration_error(found: Sequence[Bin]) -> float | None:
    """The expected calibration error (Naeini et al. 2015): the bins' gaps, weighed by their answers. None of nothing."""
    total = sum(one.count for one in found)
    return sum(one.count * abs(one.confidence - one.right) for one in found) / total if total else None


def brier(confidences: Sequence[float], right: Sequence[bool]) -> float | None:
    """The mean squared gap (Brier 1950): 0 is best, .25 is a coin. None of nothing."""
    return float(np.mean((np.array(confidences, float) - np.array(right, float)) ** 2)) if len(right) else None


def threshold_for(error: float, confidences: Sequence[float]) -> float:
    """The lowest confidence from which on at most a share of `error` of the answers is expected to be wrong.

    `confidences` are calibrated ones as they occur. 1 when even the surest answers are wrong more often.
    """
    expected, lowest = 0.0, 1.0
    for number, one in enumerate(sorted(confidences, reverse=True), start=1):
        expected += 1 - one
        if expected / number > error + ROUNDING:
            break
        lowest = one
    return lowest


def _log_odds(probability: float) -> float:
    held = min(max(probability, LEAST), MOST)
    return math.log(held / (1 - held))
