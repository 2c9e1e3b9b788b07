"""How near proposed marks come to those of people. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from planning.marking.confidence import REVIEW_BELOW, tolerance
from planning.marking.marked_answers import MarkedAnswer

STEPS = 4  # grades that a question of fewer marks is divided into
BANDS = (0, 50, 70, 80, 90, 100)


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a marker proposes: a share of the marks, and how sure it is."""

    share: float
    confidence: int


def measure(answers: Sequence[MarkedAnswer], proposed: Sequence[Proposed]) -> dict[str, Any]:
    """The figures; errors are of the share of the marks."""
    wanted = np.array([one.share for one in answers])
    given = np.array([one.share for one in proposed])
    sure = np.array([one.confidence for one in proposed])
    errors, sent = given - wanted, sure < REVIEW_BELOW
    marks = np.array([one.maximum for one in answers])
    near = np.abs(errors) <= np.array([tolerance(each) for each in marks]) + 1e-9
    return {
        "pearson": _round(_pearson(given, wanted)),
        "rmse": _round(_root(errors)),
        "kappa": _round(kappa(answers, given)),
        "within_one_mark": _round(float(np.mean(np.abs(errors * marks) <= 1 + 1e-9))),
        "within_a_fifth_or_one_mark": _round(float(near.mean())),
        "sent_to_review": _round(float(sent.mean())),
        "rmse_sent": _round(_root(errors[sent])),
        "rmse_not_sent": _round(_root(errors[~sent])),
        "right_by_confidence": bands(sure, near),
    }


def kappa(answers: Sequence[MarkedAnswer], given: np.ndarray) -> float | None:
    """Cohen's kappa with quadratic weights (Psychol. Bull. 70, 1968), in marks, or in quarters of fewer than four."""
    steps = np.array([max(STEPS, one.maximum) for one in answers])
    wanted = np.floor(np.array([one.share for one in answers]) * steps + 0.5) / steps
    rounded = np.floor(given * steps + 0.5) / steps
    by_chance = float(wanted.var() + rounded.var() + (wanted.mean() - rounded.mean()) ** 2)
    return 1 - float(np.mean((wanted - rounded) ** 2)) / by_chance if by_chance else None


def bands(sure: np.ndarray, near: np.ndarray) -> dict[str, Any]:
    """For each band of confidence how many answers it has and which share of them was right."""
    found = {}
    for low, high in pairwise(BANDS):
        inside = (sure >= low) & (sure < high)
        if inside.any():
            found[f"{low}-{high - 1}"] = f"{float(near[inside].mean()):.3f} of {int(inside.sum())}"
    return found


def _pearson(first: np.ndarray, second: np.ndarray) -> float | None:
    if len(first) < 2 or not first.std() or not second.std():
        return None
    return float(np.corrcoef(first, second)[0, 1])


def _root(errors: np.ndarray) -> float | None:
    return float(np.sqrt(np.mean(errors**2))) if len(errors) else None


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
