"""How well the confidence tells what the course answers from what it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from learning.calibration import bins, brier, calibration_error, crossed
from learning.confidence import confidence
from learning.evaluating.questions import Answerable
from learning.leaning.fitting import Asked, fitted
from learning.leaning.signs import Embed, signs
from learning.leaning.telling import Leaning, log_odds, shipped
from learning.retrieval import search

COVERAGES = (0.5, 0.8, 0.9)  # shares of the questions, the most confident ones first


@dataclass(frozen=True, slots=True)
class Judged:
    """A question's confidence beside the truth; `relevance` is what the search alone says."""

    confidence: float
    answerable: bool
    relevance: float = 0.0
    course: str = ""
    signs: "np.ndarray | None" = None  # None without vectors


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
    search_auroc: float | None = None

    def as_dict(self) -> dict[str, object]:
        return {
            "answerable": self.answerable,
            "unanswerable": self.unanswerable,
            "auroc": _rounded(self.auroc),
            "auroc_of_search_alone": _rounded(self.search_auroc),
            "answerable_above_threshold": _rounded(self.answered),
            "unanswerable_below_threshold": _rounded(self.escalated),
            "ece": _rounded(self.ece),
            "ece_after_verdicts": _rounded(self.ece_after_verdicts),
            "brier": _rounded(self.brier),
            "brier_after_verdicts": _rounded(self.brier_after_verdicts),
            "error_at_coverage": {str(share): round(error, 4) for share, error in self.error_at.items()},
        }


def judge(
    *,
    course_id: UUID,
    questions: Sequence[Answerable],
    embeddings: "np.ndarray | None",
    leaning: Leaning | None,
    embed: Embed | None = None,
) -> list[Judged]:
    """The confidence of each question, behind the caller's door; without vectors or a leaning as the search says."""
    judged = []
    for number, asked in enumerate(questions):
        vector = None if embeddings is None else embeddings[number]
        passages = search(course_id=course_id, question=asked.question, embedding=vector)
        alone, seen, moved = confidence(asked.question, passages), None, 0.0
        if vector is not None and embed is not None and any(each.dense is not None for each in passages):
            seen = signs(asked.question, vector, passages, embed)
            moved = float(leaning.of(vector[None], [alone], seen[None])[0]) if leaning else 0.0
        sure = confidence(asked.question, passages, leaning=moved)
        judged.append(Judged(sure, asked.answerable, alone, asked.course, seen))
    return judged


def leaning_for(model: str) -> Leaning | None:
    """The shipped one, if it was made for this model."""
    return shipped() if shipped().embedder == model else None


def asked_of(judged: Sequence[Judged], vectors: "np.ndarray", *, written: bool) -> tuple[Asked, list[str]]:
    """What a leaning is fitted to, and the course of each row; a question without signs is left out."""
    rows = [number for number, each in enumerate(judged) if each.signs is not None]
    kept = [judged[number] for number in rows]
    asked = Asked(
        vectors=vectors[rows],
        relevances=np.array([each.relevance for each in kept]),
        signs=np.array([each.signs for each in kept]),
        answerable=np.array([each.answerable for each in kept], bool),
        written=np.full(len(kept), written),
    )
    return asked, [each.course for each in kept]


def together(one: tuple[Asked, list[str]], other: tuple[Asked, list[str]]) -> tuple[Asked, list[str]]:
    return one[0].beside(other[0]), [*one[1], *other[1]]


def apart(asked: Asked, courses: Sequence[str], *, of_ours: bool, steady: "np.ndarray | None") -> float | None:
    """The area under the curve of the questions of others, or of ours, when each course is judged by a fit to all other courses.

    None when there is but one course, or when what is left has no question of both kinds.
    """
    names, right = np.array(courses), asked.answerable
    total = log_odds(asked.relevances)
    measured = asked.written == of_ours
    for name in sorted(set(names[measured])):
        own = measured & (names == name)
        if not 0 < right[~own].sum() < (~own).sum():
            return None
        learnt = fitted(asked.part(~own), steady=steady)
        total[own] += learnt.of(asked.vectors[own], asked.relevances[own], asked.signs[own])
    return auroc(total[measured & right], total[measured & ~right])


def measure(judged: Sequence[Judged], *, threshold: float) -> Trust:
    yes = np.array([each.confidence for each in judged if each.answerable])
    no = np.array([each.confidence for each in judged if not each.answerable])
    sure, right = [each.confidence for each in judged], [each.answerable for each in judged]
    after = crossed(sure, right)
    return Trust(
        answerable=len(yes),
        unanswerable=len(no),
        auroc=auroc(yes, no),
        search_auroc=auroc(*(np.array([each.relevance for each in judged if each.answerable is kind]) for kind in (True, False))),
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
