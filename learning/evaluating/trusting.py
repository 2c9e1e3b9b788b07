"""How well the confidence tells what the course answers from what it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from learning.calibration import bins, brier, calibration_error, crossed
from learning.confidence import confidence
from learning.evaluating.questions import Answerable
from learning.retrieval import search

COVERAGES = (0.5, 0.8, 0.9)  # shares of the questions, the most confident ones first


@dataclass(frozen=True, slots=True)
class Judged:
    """A question's confidence beside the truth."""

    confidence: float
    answerable: bool


@dataclass(frozen=True, slots=True)
class Trust:
    """`auroc` is None when all questions are of one kind; `error_at` is the share of unanswerable ones among the surest."""

    answerable: int
    unanswerable: int
    auroc: float | None
    answered: float | None
    escalated: float | None
    error_at: dict[float, float]
    ece: float | None = None
    ece_after_verdicts: float | None = None
    brier: float | None = None
    brier_after_verdicts: float | None = None

    def as_dict(self) -> dict[str, object]:
        return {
            "answerable": self.answerable,
            "unanswerable": self.unanswerable,
            "auroc": _rounded(self.auroc),
            "answerable_above_threshold": _rounded(self.answered),
            "unanswerable_below_threshold": _rounded(self.escalated),
            "ece": _rounded(self.ece),
            "ece_after_verdicts": _rounded(self.ece_after_verdicts),
            "brier": _rounded(self.brier),
            "brier_after_verdicts": _rounded(self.brier_after_verdicts),
            "error_at_coverage": {str(share): round(error, 4) for share, error in self.error_at.items()},
        }


def judge(*, course_id: UUID, questions: Sequence[Answerable], embeddings: "np.ndarray | None") -> list[Judged]:
    """The confidence of each question, behind the caller's door."""
    judged = []
    for number, asked in enumerate(questions):
        embedding = None if embeddings is None else embeddings[number]
        passages = search(course_id=course_id, question=asked.question, embedding=embedding)
        judged.append(Judged(confidence(asked.question, passages), asked.answerable))
    return judged


def measure(judged: Sequence[Judged], *, threshold: float) -> Trust:
    yes = np.array([each.confidence for each in judged if each.answerable])
    no = np.array([each.confidence for each in judged if not each.answerable])
    sure, right = [each.confidence for each in judged], [each.answerable for each in judged]
    after = crossed(sure, right)
    return Trust(
        answerable=len(yes),
        unanswerable=len(no),
        auroc=auroc(yes, no),
        answered=float((yes >= threshold).mean()) if len(yes) else None,
        escalated=float((no < threshold).mean()) if len(no) else None,
        ece=calibration_error(bins(sure, right)),
        ece_after_verdicts=calibration_error(bins(after, right)),
        brier=brier(sure, right),
        brier_after_verdicts=brier(after, right),
        error_at={share: _error_at(judged, share) for share in COVERAGES},
    )


def auroc(yes: "np.ndarray", no: "np.ndarray") -> float | None:
    """The chance that an answerable question is the more confident one of a pair; ties count half."""
    if not len(yes) or not len(no):
        return None
    wins = (yes[:, None] > no[None, :]).mean() + (yes[:, None] == no[None, :]).mean() / 2
    return float(wins)


def _error_at(judged: Sequence[Judged], share: float) -> float:
    surest = sorted(judged, key=lambda each: -each.confidence)[: max(1, round(len(judged) * share))]
    return sum(not each.answerable for each in surest) / len(surest)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
