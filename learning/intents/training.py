"""Makes the head from examples: the same examples and vectors always give the same weights.

Accelerated gradient descent (Nesterov 1983) on the penalised log-likelihood, each intent weighing the same however many examples
it has.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from learning.intents.head import Floats, Head, features, softmax
from learning.intents.signs import INTENTS

PENALTY = 0.01  # on the squares of all weights but the constant's
STEPS = 400


@dataclass(frozen=True, slots=True)
class Example:
    """What somebody asked, the help it asks for, and in whose manner it is written; `in_lab` when it was asked beside a lab."""

    text: str
    intent: str
    author: str = ""
    in_lab: bool = False


def train(examples: Sequence[Example], vectors: "np.ndarray", embedder: str) -> Head:
    """`vectors` has a row for each example."""
    rows = features([example.text for example in examples], vectors)
    wanted = np.array([INTENTS.index(example.intent) for example in examples])
    return Head(embedder, digest(examples), _fitted(rows, wanted))


def apart(examples: Sequence[Example], vectors: "np.ndarray", embedder: str) -> list[Floats]:
    """The probabilities of each example from a head that has seen nothing of its author."""
    told: list[Floats] = [np.empty(0)] * len(examples)
    for author in sorted({example.author for example in examples}):
        others = [n for n, example in enumerate(examples) if example.author != author]
        own = [n for n, example in enumerate(examples) if example.author == author]
        head = train([examples[n] for n in others], vectors[others], embedder)
        for n, row in zip(own, head.probabilities([examples[n].text for n in own], vectors[own]), strict=True):
            told[n] = row
    return told


def digest(examples: Sequence[Example]) -> str:
    """Which examples these are."""
    lines = "\n".join(f"{example.intent}\t{example.author}\t{example.text}" for example in examples)
    return sha256(lines.encode()).hexdigest()[:16]


def _fitted(rows: Floats, wanted: "np.ndarray") -> Floats:
    targets = np.eye(len(INTENTS))[wanted]
    share = (len(wanted) / len(INTENTS) / np.maximum(np.bincount(wanted, minlength=len(INTENTS)), 1))[wanted][:, None]
    steepest = (rows**2).sum(axis=1).max() / 2 + PENALTY
    weights = ahead = np.zeros((rows.shape[1], len(INTENTS)))
    pace = 1.0
    for _step in range(STEPS):
        penalty = PENALTY * ahead
        penalty[-1] = 0
        slope = rows.T @ (share * (softmax(rows @ ahead) - targets)) / len(rows) + penalty
        new = ahead - slope / steepest
        next_pace = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        weights, ahead, pace = new, new + (pace - 1) / next_pace * (new - weights), next_pace
    return weights
