"""How well the search finds the right page: each leg alone and both together, on questions with known pages."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from learning.evaluating.questions import Expectation
from learning.retrieval import Passage, search

DEPTH = 40  # passages asked for, so that at least ten pages come back at three passages a page
HITS = (1, 3, 5, 10)
MRR_AT = 5
LEGS = ("lexical", "dense", "hybrid")


@dataclass(frozen=True, slots=True)
class Measured:
    """Shares of questions with a right page among the first k, the mean reciprocal rank, and the search's times in ms."""

    hits: dict[int, float]
    mrr: float
    p50: float
    p95: float

    def as_dict(self) -> dict[str, float]:
        shares = {f"hit@{k}": round(share, 4) for k, share in self.hits.items()}
        return {**shares, f"mrr@{MRR_AT}": round(self.mrr, 4), "p50_ms": round(self.p50, 2), "p95_ms": round(self.p95, 2)}


def measure(*, course_id: UUID, questions: Sequence[Expectation], embeddings: "np.ndarray | None") -> dict[str, Measured | None]:
    """Each leg's figures, behind the caller's door; None for a leg that needs vectors when there are none."""
    return {leg: _measure(leg, course_id, questions, embeddings) for leg in LEGS}


def _measure(leg: str, course_id: UUID, questions: Sequence[Expectation], embeddings: "np.ndarray | None") -> Measured | None:
    if embeddings is None and leg != "lexical":
        return None
    ranks, times = [], []
    search(course_id=course_id, question="", embedding=None)  # the first statement of a connection pays for warming up
    for number, asked in enumerate(questions):
        embedding = embeddings[number] if embeddings is not None and leg != "lexical" else None
        since = time.perf_counter()
        passages = search(
            course_id=course_id, question="" if leg == "dense" else asked.question, embedding=embedding, limit=DEPTH
        )
        times.append((time.perf_counter() - since) * 1000)
        ranks.append(rank_of(asked.expected, pages(passages)))
    return summary(ranks, times)


def pages(passages: Sequence[Passage]) -> list[frozenset[str]]:
    """The pages of the passages, each once, by its best passage; a lab's page also answers to its chapter's id."""
    ordered = sorted(passages, key=lambda passage: -passage.score)
    keys = dict.fromkeys((passage.lab_id, passage.chapter_id) for passage in ordered)
    return [frozenset(each for each in key if each) for key in keys]


def rank_of(expected: Sequence[str], found: Sequence[frozenset[str]]) -> int | None:
    """The place of the first right page, counted from 1; None when it is not there."""
    return next((place for place, ids in enumerate(found, start=1) if not ids.isdisjoint(expected)), None)


def summary(ranks: Sequence[int | None], times: Sequence[float]) -> Measured:
    count = len(ranks)
    return Measured(
        hits={k: sum(1 for rank in ranks if rank and rank <= k) / count for k in HITS},
        mrr=sum(1 / rank for rank in ranks if rank and rank <= MRR_AT) / count,
        p50=float(np.percentile(times, 50)),
        p95=float(np.percentile(times, 95)),
    )
