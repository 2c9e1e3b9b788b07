"""The leaning: how much likelier or less likely than the search thinks it is that this course answers this question.

Texts of a course say what it is about and how it is marked; they seldom say whether the class is recorded or when the teacher
has time. The search finds passages near to both kinds. The leaning is a quadratic form of the question's vector, the signs and
the search's confidence, so that it can know of which matters a near sentence is worth much. It moves the log-odds of the
confidence to either side, never what counts as off-topic and never an answer that a trainer verified. The weights
belong to one embedder; for vectors of another there is no leaning. What they were fitted to stands in the file beside this
module, what they reach in docs/decisions/0166-a-leaning-of-question-and-course.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ai.embedding import EmbeddingUnavailable, default_embedder
from learning.confidence import VERIFIED, confidence
from learning.leaning.signs import FORMS_FROM, Floats, Passage, signs
from learning.searching import QuestionVector

FILE = Path(__file__).with_name("weights.npz")
MOST = 3.0  # log-odds to either side
STRETCH = 1.8  # what search and signs say together is too near to the middle; this moves it away from there
MIDDLE = math.log(0.35 / 0.65)  # log-odds of the threshold of a new course, so that nothing crosses it by being stretched
LEAST, HIGHEST = 1e-3, 1 - 1e-3
RELEVANCE_SCALE, SIGN_SCALE, FORM_SCALE = 0.15, 0.15, 0.1  # beside vectors of length 1
FARTHEST = 3.0  # standard deviations of a sign


@dataclass(frozen=True, slots=True, eq=False)
class Leaning:
    """`weights` has a figure for each column of a row, `directions` a row for each of `bends`; `mean`, `spread` are of signs."""

    embedder: str
    fitted_to: str
    start: float
    weights: Floats
    bends: Floats
    directions: Floats
    mean: Floats
    spread: Floats

    def of(self, vectors: "np.ndarray", relevances: "Sequence[float] | np.ndarray", told: "np.ndarray") -> Floats:
        """Log-odds to add, one for each question; `told` are its signs, `relevances` what the search alone says."""
        rows, alone = joined(vectors, relevances, (told - self.mean) / self.spread), log_odds(relevances)
        found: Floats = np.clip(self.start + rows @ self.weights + (rows @ self.directions.T) ** 2 @ self.bends, -MOST, MOST)
        return MIDDLE + STRETCH * (alone + found - MIDDLE) - alone

    def save(self, path: Path) -> None:
        small = {name: getattr(self, name).astype(np.float16) for name in ("weights", "directions")}
        exact = {name: getattr(self, name) for name in ("bends", "mean", "spread", "start", "embedder", "fitted_to")}
        with path.open("wb") as file:
            np.savez_compressed(file, **small, **exact)


def leaning(question: str, vector: QuestionVector | None, passages: Sequence[Passage]) -> float:
    """Log-odds for `confidence`. Makes vectors of some sentences, some milliseconds: call it without a connection.

    0 without vectors, and for a vector of another embedder than the one that the weights belong to.
    """
    own, course = shipped(), [each for each in passages if each.kind != VERIFIED]
    if vector is None or vector.model != own.embedder or not any(each.dense is not None for each in course):
        return 0.0
    try:
        told = signs(question, vector.values, course, default_embedder().embed)
    except EmbeddingUnavailable:
        return 0.0
    return float(own.of(vector.values[None], [confidence(question, course)], told[None])[0])


def joined(vectors: "np.ndarray", relevances: "Sequence[float] | np.ndarray", told: "np.ndarray") -> Floats:
    """The rows that are weighed; `told` are signs in standard deviations."""
    near = np.clip(told, -FARTHEST, FARTHEST)
    near[:, :FORMS_FROM] *= SIGN_SCALE
    near[:, FORMS_FROM:] *= FORM_SCALE
    return np.hstack([np.asarray(vectors, float), RELEVANCE_SCALE * log_odds(relevances)[:, None], near])


def log_odds(relevances: "Sequence[float] | np.ndarray") -> Floats:
    sure = np.clip(np.array(relevances, float), LEAST, HIGHEST)
    told: Floats = np.log(sure / (1 - sure))
    return told


@lru_cache(maxsize=1)
def shipped() -> Leaning:
    """The leaning in the file beside this module."""
    return read(FILE)


def read(path: Path) -> Leaning:
    with np.load(path, allow_pickle=False) as file:
        figures = {name: file[name].astype(float) for name in ("weights", "bends", "directions", "mean", "spread")}
        return Leaning(str(file["embedder"]), str(file["fitted_to"]), float(file["start"]), **figures)
