"""What was said comes back when it helps: settled chats become lines with a vector, and a question finds the nearest of them.

A worker makes the lines some seconds after the answer; without an embedding nothing is found, and nothing else stops. What a
learner corrected is found by its new words; what they forgot is never made again.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, Actor, acting_as, trip
from ai.embedding import EmbeddingUnavailable, default_embedder
from learning.retrieval import literal
from learning.searching import QuestionVector
from learning.wording import normalised
from mentor.condensing import first_sentence
from mentor.memory_models import MEMORY_LIMIT, Memory
from mentor.models import Chat
from mentor.opinions import OpinionRefused

AT_ONCE = 100
MOST = 3  # lines that come along with a question
NEAR = 0.5  # cosine, below which two lines are about different things
SAME_CONCEPT = 0.1  # added for a line of the same learning concept
RECALL = f"""
SELECT * FROM (
    SELECT m.id, m.content, (1 - (m.embedding <=> %s::vector))
           + CASE WHEN m.concept_id = %s::uuid THEN {SAME_CONCEPT} ELSE 0 END AS relevance
      FROM context_embeddings m LEFT JOIN conversations v ON v.id = m.conversation_id
     WHERE m.user_id = %s AND m.embedding_model = %s AND m.embedding IS NOT NULL
       AND m.conversation_id IS DISTINCT FROM %s AND v.deleted_at IS NULL) near
 WHERE relevance >= {NEAR} ORDER BY relevance DESC LIMIT {3 * MOST}
"""


@dataclass(frozen=True, slots=True)
class Recalled:
    """A line that comes along; `relevance` is the cosine, more for the same concept."""

    id: UUID
    content: str
    relevance: float


async def recall(
    actor: Actor, *, question: str, user_id: UUID, thread_id: UUID, concept_id: UUID | None, vector: QuestionVector | None
) -> list[Recalled]:
    """The nearest lines of this learner's other threads. As the learner."""
    if vector is None:
        return []
    values = [literal(vector.values), concept_id, user_id, vector.model, thread_id]
    (rows,) = await trip(actor, (RECALL, values))
    return [line for line in (Recalled(*row) for row in rows) if not _is_same(line, question)][:MOST]


def _is_same(line: Recalled, question: str) -> bool:
    """A line of the very same question: its earlier answer is shown by itself."""
    return normalised(line.content).startswith(normalised(question))


def remember_settled(limit: int = AT_ONCE) -> int:
    """Make lines of answered chats that have none yet, and embed what has no vector; how many lines were new."""
    with acting_as(SYSTEM):
        rows = Chat.objects.select_for_update(skip_locked=True, of=["self"]).select_related("conversation")
        chats = list(rows.filter(status=Chat.Status.ANSWERED, remembered_at=None).order_by("pk")[:limit])
        lines = _new_lines([_line(chat) for chat in chats if chat.label != "not_found"])
        Memory.objects.bulk_create(lines)
        Chat.objects.filter(pk__in=[chat.pk for chat in chats]).update(remembered_at=timezone.now())
    _embed(limit)
    return len(lines)


def _new_lines(lines: list[Memory]) -> list[Memory]:
    """Without those that say what is remembered already: the same question, answered the same way."""
    same = Memory.objects.filter(user_id__in={line.user_id for line in lines}, content__in=[line.content for line in lines])
    known = set(same.values_list("user_id", "content"))
    fresh = {(line.user_id, line.content): line for line in lines}
    return [line for key, line in fresh.items() if key not in known]


def _line(chat: Chat) -> Memory:
    return Memory(
        user_id=chat.user_id,
        concept_id=chat.conversation.concept_id,
        conversation_id=chat.conversation_id,
        content=f"{chat.question} - {first_sentence(chat.response)}"[:MEMORY_LIMIT],
        metadata={"chat": str(chat.pk)},
    )


def _embed(limit: int) -> None:
    """The vectors are made between two short steps, because a remote model speaks over a network."""
    with acting_as(SYSTEM):
        rows = Memory.objects.filter(embedding=None, embedding_tries__lt=3).order_by("created_at")
        lines = list(rows.select_for_update(skip_locked=True)[:limit])
        Memory.objects.filter(pk__in=[line.pk for line in lines]).update(embedding_tries=F("embedding_tries") + 1)
    if not lines:
        return
    try:
        embedder = default_embedder()
        vectors = embedder.embed([line.content for line in lines])
    except EmbeddingUnavailable:
        return
    with acting_as(SYSTEM):
        for line, vector in zip(lines, vectors, strict=True):
            same = Memory.objects.filter(pk=line.pk, content=line.content)  # else it was corrected meanwhile
            same.update(embedding=vector, embedding_model=embedder.name)


def correct(memory: Memory, words: str) -> None:
    """Put a line right. Behind the learner's door. Raises OpinionRefused."""
    text = " ".join(words.split())
    if not text or "\x00" in text or len(text) > MEMORY_LIMIT:
        raise OpinionRefused("memory", _("Write 1 to %(limit)d characters.") % {"limit": MEMORY_LIMIT})
    metadata: dict[str, Any] = {**memory.metadata, "corrected": True}
    Memory.objects.filter(pk=memory.pk).update(
        content=text, metadata=metadata, embedding=None, embedding_model="", embedding_tries=0
    )
    memory.content, memory.metadata = text, metadata


def came_back(lines: list[Recalled]) -> list[tuple[str, list[Any]]]:
    """The statements that note how near each line was."""
    return [("UPDATE context_embeddings SET relevance_score = %s WHERE id = %s", [line.relevance, line.id]) for line in lines]
