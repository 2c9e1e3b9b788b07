"""Searching a course for a question in two steps that must not overlap: the vector first, which may speak over a network, then
the search behind the reader's door. Refuses nothing: without an embedding the words alone are searched.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from accounts.door import Statement, acting_as
from accounts.models import User
from ai.embedding import EmbeddingUnavailable, default_embedder
from learning import retrieval
from learning.retrieval import Passage

log = logging.getLogger("aicoach.learning")


@dataclass(frozen=True, slots=True, eq=False)
class QuestionVector:
    """A question as the model sees it: float32 of shape (dimensions,), and which model that was."""

    values: np.ndarray
    model: str


def vector_of(question: str) -> QuestionVector | None:
    """None without a model. Call it without a connection or a transaction."""
    try:
        embedder = default_embedder()
        return QuestionVector(embedder.embed([question])[0], embedder.name)
    except EmbeddingUnavailable:
        log.warning("embedding_unavailable")
        return None


def search_statement(
    *, course_id: UUID, question: str, vector: QuestionVector | None, limit: int, has_knowledge: bool = True
) -> Statement:
    """The search as one statement, for a trip of the caller's."""
    return retrieval.statement(
        course_id=course_id,
        question=question,
        embedding=vector.values if vector else None,
        model=vector.model if vector else None,
        limit=limit,
        has_knowledge=has_knowledge,
    )


def search_as(person: User, *, course_id: UUID, question: str, limit: int) -> list[Passage]:
    """What `person` may read of the course about the question, best first. Opens the door itself, after the embedding."""
    vector = vector_of(question)
    with acting_as(person):
        return retrieval.search(
            course_id=course_id,
            question=question,
            embedding=vector.values if vector else None,
            model=vector.model if vector else None,
            limit=limit,
        )
