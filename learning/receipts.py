"""What a batch changes, asked and not guessed: the questions its items came from, and others that should stay as they were.

A question is asked with the search, its confidence and the answer that needs no model, so a receipt costs nobody anything. The
search runs behind the caller's door, inside the transaction that may still be taken back; texts are composed afterwards.
Refuses to judge whether an answer is better: it shows both, and says only what got worse.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _

from ai.embedding import EmbeddingUnavailable, default_embedder
from ai.providers.events import Source
from ai.providers.extractive import compose
from learning.confidence import confidence
from learning.models import ConversationFeedback, ConversationMemory
from learning.retrieval import Passage, search

GUARDS = 20  # recent questions of the course that a batch must leave as good as they were
SAME_QUESTION = 0.9  # cosine; a question of the batch itself is no guard
FALL = 0.1  # of confidence that counts as worse
SHOWN = 5  # passages that an answer is made of
RECENT = 200  # turns that guards are taken from


@dataclass(frozen=True, slots=True)
class Guard:
    """A question that was asked lately, and whether its answer was liked."""

    question: str
    liked: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What the search gives for a question now."""

    passages: tuple[Passage, ...]
    confidence: float

    @property
    def top(self) -> Passage | None:
        return self.passages[0] if self.passages else None


@dataclass(frozen=True, slots=True)
class Question:
    text: str
    embedding: np.ndarray | None = field(compare=False)


def embedded(texts: Sequence[str]) -> list[Question]:
    """The questions with their vectors; none when no model can be reached."""
    if not texts:
        return []
    try:
        vectors = default_embedder().embed(list(texts))
    except EmbeddingUnavailable:  # words alone are compared then
        return [Question(text, None) for text in texts]
    return [Question(text, vector) for text, vector in zip(texts, vectors, strict=True)]


def guards(course_id: UUID, conversations: Sequence[UUID]) -> list[Guard]:
    """The latest different questions of the course beside those of the batch. Behind the system's door."""
    turns = ConversationMemory.objects.filter(course_id=course_id, channel="coach").exclude(pk__in=conversations)
    recent = list(turns.order_by("-created_at").values_list("pk", "metadata__question")[:RECENT])
    liked = set(
        ConversationFeedback.objects.filter(conversation__in=[pk for pk, _text in recent], feedback_type="thumbs_up")
        .values_list("conversation_id", flat=True)
    )  # fmt: skip
    seen: dict[str, Guard] = {}
    for pk, text in recent:
        if text and (text not in seen or pk in liked):
            seen[text] = Guard(text, pk in liked)
    return sorted(seen.values(), key=lambda guard: not guard.liked)[:GUARDS]


def others(asked: Sequence[Question], batch: Sequence[Question]) -> list[bool]:
    """For each question whether it is another one than those of the batch."""
    own = {each.text.strip().lower() for each in batch}
    vectors = [each.embedding for each in batch if each.embedding is not None]
    return [each.text.strip().lower() not in own and not _is_near(each.embedding, vectors) for each in asked]


def _is_near(vector: np.ndarray | None, vectors: Sequence[np.ndarray]) -> bool:
    return vector is not None and any(float(vector @ other) >= SAME_QUESTION for other in vectors)


def ask(course_id: UUID, questions: Sequence[Question]) -> list[Found]:
    """What each question finds now, behind the caller's door."""
    found = []
    for each in questions:
        passages = search(course_id=course_id, question=each.text, embedding=each.embedding)
        found.append(Found(tuple(passages), confidence(each.text, passages)))
    return found


def harm(guard: Guard, before: Found, after: Found, *, made: set[UUID], threshold: float) -> str:
    """What got worse for this question, in words; empty for nothing."""
    if before.confidence >= threshold > after.confidence:
        return _("It was answered before and would not be any more.")
    if before.confidence - after.confidence > FALL:
        return _("Its answer would be less certain than before.")
    if after.top is None or after.top.chunk_id not in made:
        return ""
    if before.top and before.top.kind == "knowledge" and before.top.chunk_id not in made:
        return _("It would lose the answer that a trainer verified for it.")
    return _("Its answer was liked, and another one would take its place.") if guard.liked else ""


def answer(question: Question, found: Found, *, threshold: float) -> dict[str, Any]:
    """The answer that the search supports, as a receipt shows it. Needs no door."""
    sources = [_source(number, passage) for number, passage in enumerate(found.passages[:SHOWN], start=1)]
    embed = default_embedder().embed if question.embedding is not None else None
    composed = compose(question.text, sources, embed, is_covered=found.confidence >= threshold)
    top = found.top
    return {
        "answer": composed.text,
        "is_answered": composed.is_answered,
        "confidence": round(found.confidence, 3),
        "citation": _citation(top) if top and composed.is_answered else None,
    }


def _source(number: int, passage: Passage) -> Source:
    kind: Any = "knowledge" if passage.kind == "knowledge" else "course"
    return Source(number, passage.title, passage.content, passage.heading_path, kind)


def _citation(passage: Passage) -> dict[str, Any]:
    return {
        "kind": passage.kind,
        "title": passage.title,
        "chapter_id": passage.chapter_id,
        "lab_id": passage.lab_id,
        "verified_by": passage.verified_by,
        "verified_at": passage.verified_at.isoformat() if passage.verified_at else "",
    }
