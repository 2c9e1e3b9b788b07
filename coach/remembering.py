"""Settled turns become memory: what was asked and answered, the places it stood on, and how the answer did.

A worker does it some seconds after the answer, or whoever needs the row does it at once. Doing it again makes nothing twice.
Works as the system; refuses turns that are still being answered.
"""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef

from accounts.door import SYSTEM, acting_as
from coach.models import Query, Response
from learning.models import ContentChunk, ConversationMemory, ResponseAnalytics

SUMMARY = 300  # characters
AT_ONCE = 100
SETTLED = (Query.Status.ANSWERED, Query.Status.ESCALATED, Query.Status.RESOLVED)
COACH = ConversationMemory.Channel.COACH


def remember(query_id: UUID) -> ConversationMemory | None:
    """The turn's memory, made now unless it is there; None for a turn without a settled answer."""
    with acting_as(SYSTEM):
        query = Query.objects.with_answer().filter(pk=query_id).first()
        response: Response | None = getattr(query, "response", None)
        if query is None or query.is_open or response is None:
            return None
        return _remember(query, response)


def remember_settled(limit: int = AT_ONCE) -> int:
    """Remember the oldest settled turns that are not remembered yet; how many."""
    with acting_as(SYSTEM):
        known = ConversationMemory.objects.filter(channel=COACH, source_id=OuterRef("pk"))
        fresh = Query.objects.with_answer().filter(~Exists(known), status__in=SETTLED, response__finished_at__isnull=False)
        turns = list(fresh.order_by("created_at")[:limit])
        for query in turns:
            _remember(query, query.response)
    return len(turns)


def _remember(query: Query, response: Response) -> ConversationMemory:
    memory, is_new = ConversationMemory.objects.get_or_create(
        channel=COACH,
        source_id=query.pk,
        defaults={
            "user_id": query.learner_id,
            "course_id": query.course_id,
            "transcript": f"{query.question}\n\n{response.answer}",
            "summary": query.question[:SUMMARY],
            "metadata": _about(query, response),
            "created_at": query.created_at,
        },
    )
    if is_new:
        _measure(memory, query, response)
    return memory


def _about(query: Query, response: Response) -> dict[str, Any]:
    """What the learning rooms need to know of the turn, so that they never look upward."""
    return {
        "question": query.question,
        "answer": response.answer,
        "confidence": float(response.confidence_score or 0),
        "label": response.label,
        "sources": _sources(response),
    }


def _sources(response: Response) -> list[dict[str, Any]]:
    """The cited places, lessons before overviews, with the hash of the text as it was then."""
    course = [each for each in response.reference_locations if each.get("content_type") != "knowledge"]
    course.sort(key=lambda each: each.get("content_type") == "overview")
    hashes = dict(ContentChunk.objects.filter(pk__in=[each["chunk_id"] for each in course]).values_list("pk", "content_hash"))
    wanted = ("chapter_id", "lab_id", "title", "day", "heading_path", "anchor")
    return [
        {**{name: each.get(name) for name in wanted}, "content_hash": hashes.get(UUID(each["chunk_id"]), "")} for each in course
    ]


def _measure(memory: ConversationMemory, query: Query, response: Response) -> None:
    ResponseAnalytics.objects.create(
        conversation=memory,
        learner_id=query.learner_id,
        course_id=query.course_id,
        response_text=response.answer,
        response_type=response.label,
        response_time_ms=response.timings.get("total"),
        ab_test_variant=str(response.prompt_variant_id or response.prompt_version) or None,
        metrics={
            "confidence": float(response.confidence_score or 0),
            "intent": query.intent,
            "provider": response.provider,
            "tokens": response.tokens_used,
            "escalated": getattr(query, "escalation", None) is not None,
        },
    )
