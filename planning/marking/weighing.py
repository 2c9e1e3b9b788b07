"""From figures to a share of the marks, and to the doubt about it: two small formulas whose numbers stand in a versioned file.

The share is the logistic function of a weighted sum of a few standardised figures. The doubt is the error that answers with
such figures have had on questions that the formula had not seen; how such errors scatter around it is kept as quantiles, so
that "90" means that nine of ten such errors were within the tolerance. Pure; `fitting` makes the file.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planning.marking.features import SIGNS

FOLDER = Path(__file__).parent / "weights"
CURRENT = "v1"
LEAST_ERROR = 0.06  # root of the least doubt there is
BOTH, WORDS = "meaning", "words"  # with vectors, and without
JUDGED_BY = {BOTH: tuple(SIGNS), WORDS: ("words", "pieces", "opposite")}
DOUBTED_BY = {BOTH: ("share", "squared", "best"), WORDS: ("share", "squared")}

Row = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sum:
    """A weighted sum of standardised figures."""

    names: tuple[str, ...]
    mean: Row
    spread: Row
    weights: Row
    constant: float

    def of(self, figures: Mapping[str, float]) -> float:
        values = np.array([figures[name] for name in self.names])
        return float((values - self.mean) / self.spread @ self.weights + self.constant)

    def parts(self, figures: Mapping[str, float]) -> dict[str, float]:
        """What each figure adds, so that a mark can be explained."""
        values = (np.array([figures[name] for name in self.names]) - self.mean) / self.spread * self.weights
        return dict(zip(self.names, (round(float(value), 3) for value in values), strict=True))


@dataclass(frozen=True, slots=True)
class Weights:
    """One way of judging: `share` gives marks, `doubt` the root of the expected error, `ratios` how errors scatter around it."""

    share: Sum
    doubt: Sum
    ratios: Row

    def share_of(self, figures: Mapping[str, float]) -> float:
        """Of the marks, 0 to 1."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.share.of(figures)))))

    def chance(self, figures: Mapping[str, float], share: float, tolerance: float) -> float:
        """That the share is within `tolerance` of what a person would give."""
        return self.within(self.error(figures, share), tolerance)

    def error(self, figures: Mapping[str, float], share: float) -> float:
        """The expected error of the share."""
        return max(LEAST_ERROR, self.doubt.of({**figures, **doubts(share)})) ** 2

    def within(self, error: float, tolerance: float) -> float:
        return float(np.interp(tolerance / error, self.ratios, np.linspace(0, 1, len(self.ratios)), left=0.0, right=1.0))


def doubts(share: float) -> dict[str, float]:
    """What the doubt goes by beside the figures: how far the share is from either end."""
    return {"share": share, "squared": share * share}


def read(text: str) -> dict[str, Weights]:
    """The ways of judging in a weights file. Raises KeyError, ValueError."""
    found = json.loads(text)
    return {way: _weights(found["ways"][way]) for way in (BOTH, WORDS)}


def written(ways: Mapping[str, Weights], about: Mapping[str, Any]) -> str:
    """The text of a weights file; `about` says what it was fitted on and how well it did."""
    rows = {
        way: {"share": _sum(one.share), "doubt": _sum(one.doubt), "ratios": _numbers(one.ratios)} for way, one in ways.items()
    }
    return json.dumps({"about": dict(about), "ways": rows}, indent=1) + "\n"


@lru_cache(maxsize=4)
def weights_file(version: str = CURRENT) -> dict[str, Weights]:
    return read((FOLDER / f"{version}.json").read_text(encoding="utf-8"))


def about(version: str = CURRENT) -> dict[str, Any]:
    """What a weights file says of itself."""
    found: dict[str, Any] = json.loads((FOLDER / f"{version}.json").read_text(encoding="utf-8"))["about"]
    return found


def _weights(row: dict[str, Any]) -> Weights:
    return Weights(_read_sum(row["share"]), _read_sum(row["doubt"]), np.array(row["ratios"], float))


def _read_sum(row: dict[str, Any]) -> Sum:
    mean, spread, weights = (np.array(row[name], float) for name in ("mean", "spread", "weights"))
    return Sum(tuple(row["names"]), mean, spread, weights, float(row["constant"]))


def _sum(one: Sum) -> dict[str, Any]:
    arrays = {name: _numbers(getattr(one, name)) for name in ("mean", "spread", "weights")}
    return {"names": list(one.names), **arrays, "constant": round(one.constant, 4)}


def _numbers(values: Sequence[float] | Row) -> list[float]:
    return [round(float(value), 4) for value in values]
