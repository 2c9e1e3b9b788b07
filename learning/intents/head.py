"""The trained head: multinomial logistic regression over the question's vector and its signs. Pure arithmetic over a file.

The weights belong to one embedder; for vectors of another there is no head, and the rules alone decide.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.intents.signs import signs

FILE = Path(__file__).with_name("head.json")
VECTOR_SCALE, SIGN_SCALE = 6.0, 1.5  # so that the penalty weighs on both alike
DIGITS = 4  # of each weight in the file

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """`weights` has a row for each feature and a column for each intent; `examples` is the hash of what it was trained on."""

    embedder: str
    examples: str
    weights: Floats

    def probabilities(self, questions: Sequence[str], vectors: "np.ndarray") -> Floats:
        """Rows of five, which sum to 1, in the order of INTENTS."""
        return softmax(features(questions, vectors) @ self.weights)

    def as_json(self) -> str:
        rows = ",\n".join(json.dumps([round(float(value), DIGITS) for value in row]) for row in self.weights)
        return f'{{"embedder": "{self.embedder}", "examples": "{self.examples}", "weights": [\n{rows}\n]}}\n'


def features(questions: Sequence[str], vectors: "np.ndarray") -> Floats:
    ruled = np.array([signs(question) for question in questions]) * SIGN_SCALE
    return np.hstack([np.asarray(vectors, float) * VECTOR_SCALE, ruled, np.ones((len(questions), 1))])


def softmax(scores: Floats) -> Floats:
    exps: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exps / exps.sum(axis=1, keepdims=True)


@lru_cache(maxsize=1)
def shipped() -> Head:
    """The head in the file beside this module."""
    read: dict[str, Any] = json.loads(FILE.read_text())
    return Head(read["embedder"], read["examples"], np.array(read["weights"]))
