"""How well the similarity tells texts that ask for the same from those that only sound alike, and at which figure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from learning.digesting import DUPLICATE
from learning.evaluating.questions import Pair

STEPS = tuple(round(0.5 + 0.05 * n, 2) for n in range(10))  # thresholds that are shown


@dataclass(frozen=True, slots=True)
class At:
    """What a threshold does: of what it calls the same, how much is; of what is the same, how much it finds."""

    threshold: float
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def as_dict(self) -> dict[str, float]:
        figures = {"threshold": self.threshold, "precision": self.precision, "recall": self.recall, "f1": self.f1}
        return {name: round(value, 4) for name, value in figures.items()}


def similarities(pairs: Sequence[Pair], vectors: np.ndarray) -> np.ndarray:
    """The cosine of each pair; `vectors` holds the first texts, then the second ones, in rows of length 1."""
    return np.sum(vectors[: len(pairs)] * vectors[len(pairs) :], axis=1)


def at(threshold: float, cosines: np.ndarray, same: np.ndarray) -> At:
    called = cosines >= threshold
    right = float((called & same).sum())
    return At(threshold, right / called.sum() if called.any() else 1.0, right / same.sum() if same.any() else 0.0)


def measure(pairs: Sequence[Pair], vectors: np.ndarray) -> dict[str, object]:
    """Figures at the product's threshold, at the best one for these pairs, and in steps; the area under the ROC curve."""
    cosines, same = similarities(pairs, vectors), np.array([pair.duplicate for pair in pairs])
    best = max((at(float(t), cosines, same) for t in np.unique(cosines)), key=lambda one: one.f1)
    return {
        "duplicates": int(same.sum()),
        "auc": round(_area(cosines, same), 4),
        "now": at(DUPLICATE, cosines, same).as_dict(),
        "best": best.as_dict(),
        **{f"at {step}": at(step, cosines, same).as_dict() for step in STEPS},
    }


def _area(cosines: np.ndarray, same: np.ndarray) -> float:
    """The chance that a pair of the same is nearer than a pair of different ones; a half without both kinds."""
    alike, different = cosines[same], cosines[~same]
    if not len(alike) or not len(different):
        return 0.5
    return float(np.mean(alike[:, None] > different[None, :]) + np.mean(alike[:, None] == different[None, :]) / 2)
