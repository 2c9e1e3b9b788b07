"""How readily courses answer a question of this kind, whatever this course says: a direction among vectors, learnt from answers.

Texts of a course say what it is about and how it is marked; they seldom say whether the class is recorded or when the teacher
has time. The search finds passages near to both kinds. The leaning moves the log-odds of the confidence a little to either side,
never what counts as off-topic and never an answer that a trainer verified. The weights belong to one embedder; for vectors of
another there is no leaning. What they were fitted to stands in the file beside this module, what they reach in
docs/decisions/0158-a-leaning-of-the-confidence.md.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.searching import QuestionVector

FILE = Path(__file__).with_name("leaning.json")
MOST = 1.5  # log-odds to either side; a passage that is near in meaning outweighs it
PENALTY = 3.0  # on the squares of the weights
STEADY = 0.2  # on the squares of what they give to each question that should not lean
STEPS = 25
DIGITS = 3  # of each weight in the file
LEAST, HIGHEST = 1e-3, 1 - 1e-3

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Leaning:
    """`weights` has one figure for each dimension, `mean` is what they give on average for the questions of the fit."""

    embedder: str
    fitted_to: str
    mean: float
    weights: Floats

    def of(self, vectors: "np.ndarray") -> Floats:
        """Log-odds to add, one for each row."""
        told: Floats = np.clip(np.asarray(vectors, float) @ self.weights - self.mean, -MOST, MOST)
        return told

    def as_json(self) -> str:
        weights = json.dumps([round(float(one), DIGITS) for one in self.weights])
        head = json.dumps({"embedder": self.embedder, "fitted_to": self.fitted_to, "mean": round(self.mean, DIGITS)})
        return f'{head[:-1]},\n"weights": {weights}}}\n'


def leaning(vector: QuestionVector | None) -> float:
    """0 without a vector, and for a vector of another embedder than the one that the weights belong to."""
    if vector is None or vector.model != shipped().embedder:
        return 0.0
    return float(shipped().of(vector.values[None])[0])


def fitted(
    vectors: "np.ndarray",
    relevances: Sequence[float],
    answerable: Sequence[bool],
    *,
    steady: "np.ndarray | None" = None,
    embedder: str = "",
    fitted_to: str = "",
) -> Leaning:
    """Penalised logistic regression beside the log-odds of the search's confidence, both kinds weighing the same (Newton).

    `steady` are vectors of questions about what courses teach: these should hardly lean.
    """
    sure, right = np.clip(np.array(relevances, float), LEAST, HIGHEST), np.array(answerable, bool)
    rows = np.hstack([np.asarray(vectors, float), np.log(sure / (1 - sure))[:, None], np.ones((len(sure), 1))])
    penalty = np.diag(np.r_[np.full(rows.shape[1] - 2, PENALTY), 1e-6, 1e-6])
    if steady is not None:
        away = np.asarray(steady, float) - np.asarray(vectors, float).mean(axis=0)
        penalty[:-2, :-2] += STEADY * away.T @ away
    share = np.where(right, 0.5 / right.mean(), 0.5 / (1 - right.mean()))
    weights = np.zeros(rows.shape[1])
    for _step in range(STEPS):
        told = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        slope = rows.T @ (share * (told - right)) + penalty @ weights
        bend = (rows * (share * told * (1 - told))[:, None]).T @ rows + penalty
        weights = weights - np.linalg.solve(bend, slope)
    beside = weights[:-2] / max(float(weights[-2]), 0.1)  # in the search's own log-odds
    return Leaning(embedder, fitted_to, float((np.asarray(vectors, float) @ beside).mean()), beside)


@lru_cache(maxsize=1)
def shipped() -> Leaning:
    """The leaning in the file beside this module."""
    read: dict[str, Any] = json.loads(FILE.read_text())
    return Leaning(read["embedder"], read["fitted_to"], read["mean"], np.array(read["weights"]))
