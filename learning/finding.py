"""Finding what an answer will stand on: the vector first, which may speak over a network, then one search behind the reader's
door, in one trip. Refuses to see more of the course than the reader may.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from accounts.door import Actor, trip
from learning import retrieval
from learning.retrieval import Passage
from learning.searching import QuestionVector, search_statement, vector_of


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The passages, best first, and the vector of the question, which other searches can use."""

    passages: list[Passage]
    vector: QuestionVector | None


PASSAGES = 8  # found and kept as evidence
SOURCES = 5  # of these, shown to a provider


async def find(actor: Actor, *, course_id: UUID, question: str, has_knowledge: bool, took: Callable[[str, float], None]) -> Found:
    """The passages that fit best. `took` is told how long each step was, as (name, when it began)."""
    since = time.perf_counter()
    vector = await asyncio.to_thread(vector_of, question)
    took("embed", since)
    since = time.perf_counter()
    statement = search_statement(
        course_id=course_id, question=question, vector=vector, limit=PASSAGES, has_knowledge=has_knowledge
    )
    (rows,) = await trip(actor, statement)
    took("retrieve", since)
    return Found(retrieval.read(rows, question), vector)
