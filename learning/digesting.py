"""New items get their vectors and are compared with what is known and what waits.

The row is there first; this only completes it, so a model that is away costs an item its comparison and nothing else. Near ones
are linked with their similarity, and one that asks for the same is grouped under the older. A question that differs in the word
that matters asks for something else, however near it is. Refuses to drop or decide anything.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import F

from ai.embedding import Embedder, EmbeddingUnavailable, default_embedder
from learning.differing import Likeness, likeness
from learning.models import ConversationMemory, LearningItem
from learning.queue_models import LearningItemQuerySet
from learning.repeats import count_asked
from learning.retrieval import literal
from learning.updates import short_step

AT_ONCE = 32
EMBEDDED = 8_000  # characters of an item that its vector speaks for; the model reads less
DUPLICATE = 0.85  # cosine of question and content together, from which two items ask for the same
NEAR = 0.65  # and from which they are shown beside each other
RENEWS = 0.95  # cosine of two questions that ask the same, from which a new answer is a new version of the old one

SIMILAR = """
SELECT s.origin, s.id, s.similarity, coalesce(k.question, q.question, '') FROM check_similar_knowledge(%s, %s, %s::vector) s
  LEFT JOIN knowledge_base_rag k ON s.origin = 'knowledge' AND k.id = s.id
  LEFT JOIN learning_queue q ON s.origin = 'queue' AND q.id = s.id
 WHERE s.id <> %s AND s.similarity >= %s
"""
RENEWED = """
SELECT entry_id, question, similarity FROM (
    SELECT entry_id, question, 1 - (question_embedding::vector({dimensions}) <=> %s::vector({dimensions})) AS similarity
      FROM knowledge_base_rag WHERE course_id = %s AND is_live AND vector_dims(question_embedding) = {dimensions}
     ORDER BY question_embedding::vector({dimensions}) <=> %s::vector({dimensions}) LIMIT 1) AS nearest
 WHERE similarity >= %s
"""


def digest(*, limit: int = AT_ONCE, embedder: Embedder | None = None, of: LearningItemQuerySet | None = None) -> int:
    """Complete up to `limit` new items, of all or of some; how many. Without a model they are tried again, three times in all."""
    with short_step():
        rows = (LearningItem.objects.all() if of is None else of).unembedded().order_by("created_at")
        items = list(rows.select_for_update(skip_locked=True)[:limit])
        LearningItem.objects.filter(pk__in=[item.pk for item in items]).update(embedding_tries=F("embedding_tries") + 1)
    if not items:
        return 0
    texts = [text for item in items for text in (_whole(item), (item.question or item.proposed_content)[:EMBEDDED])]
    try:
        chosen = embedder or default_embedder()
        vectors = chosen.embed(texts)
    except EmbeddingUnavailable:
        return 0
    for number, item in enumerate(items):
        with short_step():
            complete(item, vectors[2 * number], vectors[2 * number + 1], chosen.name)
    return len(items)


def complete(item: LearningItem, whole: np.ndarray, question: np.ndarray, model: str) -> None:
    """Save an item's vectors and its neighbours, in the caller's transaction."""
    near = neighbours(item, whole)
    found: dict[str, Any] = {"near": near, "embedding": whole, "question_embedding": question}
    first = next((UUID(each["id"]) for each in near if each["relation"] == "duplicate" and each["origin"] == "queue"), None)
    if item.entry_id is None and (entry := _renewed(item, question)):
        found["entry_id"] = item.entry_id = entry
    unchanged = {"proposed_content": item.proposed_content, "question": item.question}  # else the vectors are of other words
    waits = LearningItem.objects.filter(pk=item.pk, status__in=["pending", "approved"], **unchanged)
    if waits.update(embedding_model=model, **found) and first and item.duplicate_of_id is None:
        group(item, first)


def neighbours(item: LearningItem, vector: np.ndarray) -> list[dict[str, Any]]:
    """What is known or waits already and is near, the nearest first, with the similarity that a reviewer sees."""
    with connection.cursor() as cursor:
        cursor.execute(SIMILAR, [item.course_id, item.proposed_content, literal(vector), item.pk, NEAR])
        rows = sorted(cursor.fetchall(), key=lambda row: -row[2])
    return [
        {
            "origin": origin,
            "id": str(pk),
            "similarity": round(similarity, 4),
            "relation": "duplicate" if similarity >= DUPLICATE and _asks_the_same(item, known) else "near",
        }
        for origin, pk, similarity, known in rows
    ]


def _asks_the_same(item: LearningItem, known: str, near: float | None = DUPLICATE) -> bool:
    """Whether the item's question is surely `known`; nearness alone would take "after the deadline" for "before the deadline".

    Where one of them has no question, what the vectors say of their contents stands.
    """
    return not (item.question and known) or likeness(item.question, known, near) == Likeness.SAME


def group(item: LearningItem, first_id: UUID) -> None:
    """Put the item under an older one that asks for the same; the head of that group counts it.

    If both are applied, the later is a new version of the earlier.
    """
    first = LearningItem.objects.filter(pk=first_id).first()
    if first is None or first.duplicate_of_id == item.pk or first.created_at > item.created_at:
        return
    head = first.duplicate_of_id or first.pk
    entry = item.entry_id or first.entry_id or head
    if head != item.pk and LearningItem.objects.filter(pk=item.pk).update(duplicate_of_id=head, entry_id=entry):
        LearningItem.objects.filter(pk=head).update(asked_count=F("asked_count") + 1)


def embed_memory(*, limit: int = 4 * AT_ONCE, embedder: Embedder | None = None) -> int:
    """Give remembered turns the vectors of their questions; how many."""
    with short_step():
        rows = ConversationMemory.objects.filter(embedding=None, embedding_tries__lt=3).order_by("created_at")
        turns = list(rows.select_for_update(skip_locked=True)[:limit])
        ConversationMemory.objects.filter(pk__in=[turn.pk for turn in turns]).update(embedding_tries=F("embedding_tries") + 1)
    if not turns:
        return 0
    try:
        chosen = embedder or default_embedder()
        vectors = chosen.embed([_question(turn) for turn in turns])
    except EmbeddingUnavailable:
        return 0
    with short_step():
        for turn, vector in zip(turns, vectors, strict=True):
            ConversationMemory.objects.filter(pk=turn.pk).update(embedding=vector, embedding_model=chosen.name)
        count_asked(turns, vectors)
    return len(turns)


def _whole(item: LearningItem) -> str:
    return "\n".join(part for part in (item.question, item.proposed_content) if part)[:EMBEDDED]


def _question(turn: ConversationMemory) -> str:
    return str(turn.metadata.get("question") or turn.summary)[:EMBEDDED]


def _renewed(item: LearningItem, question: np.ndarray) -> UUID | None:
    """The entry that answers this question already."""
    vector = literal(question)
    with connection.cursor() as cursor:
        cursor.execute(RENEWED.format(dimensions=len(question)), [vector, item.course_id, vector, RENEWS])
        row: Sequence[Any] | None = cursor.fetchone()
    return row[0] if row and _asks_the_same(item, row[1], row[2]) else None
