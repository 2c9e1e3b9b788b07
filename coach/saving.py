"""What an answer leaves in the database: its evidence before the first word, and everything at the end.

All of it is written by the system on behalf of the learner; a learner's own role may read answers and not write them.
"""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from django.utils import timezone

from accounts.door import SYSTEM, Statement, in_door
from ai import budgets, request_log
from ai.citations import clean
from ai.models import Conversation
from ai.providers import Finished, Source
from coach.escalating import escalate_failed, escalate_unsure
from coach.models import ConversationHistory, Query, Response
from learning.retrieval import Passage

if TYPE_CHECKING:
    from coach.answering import Draft

EXTRACTIVE = "extractive"
UNANSWERED_AT_MOST = 0.15  # confidence of an answer that says it found nothing
CUT_AT_MOST = 0.3  # confidence of an answer that broke off

EVIDENCE = """
INSERT INTO ai_coach_responses (query_id, learner_id, course_id, answer, reference_locations, tokens_used, model_used, word_count,
       state, label, provider, prompt_version, evidence, content_version, confidence_score, timings, notes)
VALUES (%s, %s, %s, '', '[]', 0, '', 0, 'streaming', 'course_text', '', '', %s, %s, %s, '{}', '{}')
ON CONFLICT (query_id) DO UPDATE SET answer = '', state = 'streaming', evidence = excluded.evidence, saved_at = now(),
       reference_locations = '[]', content_version = excluded.content_version, confidence_score = excluded.confidence_score
"""
INTENT = "UPDATE ai_coach_queries SET intent = %s, updated_at = now() WHERE id = %s"


def source(number: int, passage: Passage) -> Source:
    """A passage as a provider gets it."""
    kind: Literal["course", "knowledge"] = "knowledge" if passage.kind == "knowledge" else "course"
    return Source(number=number, title=passage.title, text=passage.content, heading_path=tuple(passage.heading_path), kind=kind)


def evidence(draft: "Draft") -> tuple[Statement, Statement]:
    """The statements that save what was found, before anything is said."""
    claimed = draft.claimed
    found = json.dumps([_evidence(number, passage) for number, passage in enumerate(draft.passages, start=1)])
    values = (claimed.query_id, claimed.learner_id, claimed.course_id, found, claimed.content_version, _rounded(draft.confidence))
    return (EVIDENCE, values), (INTENT, (draft.intent, claimed.query_id))


async def settle(draft: "Draft", text: str) -> None:
    """Close the answer in one transaction: text, citations, confidence, tokens, cost, timings, log lines, order of events.

    May be called again when the outcome is unknown: an answer that is closed stays as it is.
    """
    await in_door(SYSTEM, _settle, draft, text)


def _settle(draft: "Draft", text: str) -> None:
    claimed, now = draft.claimed, timezone.now()
    if not Query.objects.filter(pk=claimed.query_id, status=Query.Status.ANSWERING).exists():
        return
    response = Response.objects.filter(query_id=claimed.query_id).first()
    if response is None:  # nothing was found out before it failed
        response = Response(query_id=claimed.query_id, learner_id=claimed.learner_id, course_id=claimed.course_id)
        response.save(force_insert=True)
    _fill(response, draft, text)
    response.finished_at = response.saved_at = now
    response.save(update_fields=FILLED)
    _close_query(draft, response)
    budgets.settle(claimed.allowance, user_id=claimed.learner_id, course_id=claimed.course_id, attempts=draft.attempts)
    request_log.save(  # last, because the providers' totals are everybody's rows
        draft.attempts,
        user_id=claimed.learner_id,
        feature="coach",
        course_id=claimed.course_id,
        query_id=claimed.query_id,
        conversation_id=claimed.conversation_id,
    )


FILLED = (
    "answer", "state", "label", "provider", "model_used", "prompt_version", "reference_locations", "confidence_score",
    "tokens_used", "prompt_tokens", "completion_tokens", "cost", "word_count", "is_lab_guidance", "timings", "notes",
    "finished_at", "saved_at",
)  # fmt: skip


def _fill(response: Response, draft: "Draft", text: str) -> None:
    numbers = range(1, len(draft.passages) + 1)
    response.answer, used = clean(text.strip(), numbers)
    response.state = _state(draft, response.answer)
    response.reference_locations = [_evidence(number, draft.passages[number - 1], content=False) for number in used]
    finished = draft.finished or Finished("cut", "", "")
    response.provider, response.model_used = finished.provider, finished.model
    response.label = _label(finished, [draft.passages[number - 1] for number in used])
    response.prompt_version = draft.prompt_version
    response.confidence_score = _rounded(_confidence(draft, finished))
    response.prompt_tokens = sum(attempt.prompt_tokens or 0 for attempt in draft.attempts)
    response.completion_tokens = sum(attempt.completion_tokens or 0 for attempt in draft.attempts)
    response.tokens_used = response.prompt_tokens + response.completion_tokens
    response.cost = _cost(draft)
    response.word_count = len(response.answer.split())
    response.is_lab_guidance = draft.intent in {Query.Intent.LAB_GUIDANCE, Query.Intent.LAB_STRUGGLE}
    response.timings = draft.timings
    notes = {"switched": draft.switched, "limited": draft.claimed.allowance.over}
    response.notes = {name: note for name, note in notes.items() if note}


def _state(draft: "Draft", answer: str) -> str:
    if draft.is_stopped:
        return Response.State.INTERRUPTED
    if draft.finished is None or not answer:
        return Response.State.FAILED
    return Response.State.INTERRUPTED if draft.finished.reason == "cut" else Response.State.COMPLETE


def _label(finished: Finished, cited: Sequence[Passage]) -> str:
    """Verified only when nothing but verified answers carries it."""
    if finished.reason == "unanswered":
        return Response.Label.NOT_FOUND
    if cited and all(passage.kind == "knowledge" for passage in cited):
        return Response.Label.VERIFIED
    return Response.Label.COURSE_TEXT if finished.provider == EXTRACTIVE else Response.Label.AI_DRAFT


def _confidence(draft: "Draft", finished: Finished) -> float:
    if finished.reason == "unanswered":
        return min(draft.confidence, UNANSWERED_AT_MOST)
    return min(draft.confidence, CUT_AT_MOST) if finished.reason == "cut" else draft.confidence


def _cost(draft: "Draft") -> Decimal | None:
    """US dollars of all tries; None as soon as one price is unknown, because a part would look like the whole."""
    costs = [attempt.cost for attempt in draft.attempts]
    return None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))


def _close_query(draft: "Draft", response: Response) -> None:
    claimed = draft.claimed
    failed = response.state == Response.State.FAILED
    status = Query.Status.FAILED if failed else Query.Status.ANSWERED
    Query.objects.filter(pk=claimed.query_id, status=Query.Status.ANSWERING).update(status=status, updated_at=timezone.now())
    ConversationHistory.objects.create(
        learner_id=claimed.learner_id, course_id=claimed.course_id, query_id=claimed.query_id, response=response
    )
    if response.cost:
        spent = Conversation.objects.filter(pk=claimed.conversation_id)
        spent.update(total_cost=response.cost + (spent.values_list("total_cost", flat=True).first() or 0))
    if every_model_failed(draft):
        escalate_failed(query_id=claimed.query_id, response=response)
    elif is_unsure(draft, response):
        escalate_unsure(query_id=claimed.query_id, response=response)


def every_model_failed(draft: "Draft") -> bool:
    """Whether models were asked and none of them answered; then a person should."""
    asked = [attempt for attempt in draft.attempts if attempt.provider != EXTRACTIVE]
    return bool(asked) and not any(attempt.success for attempt in asked) and not draft.is_stopped


def is_unsure(draft: "Draft", response: Response) -> bool:
    """Whether a trainer should look at a finished answer: below the course's threshold, and about the course at all."""
    if draft.is_stopped or response.state != Response.State.COMPLETE or draft.intent == Query.Intent.OUT_OF_SCOPE:
        return False
    return response.confidence_score is not None and response.confidence_score < draft.claimed.threshold


def _rounded(confidence: float) -> Decimal:
    return Decimal(str(round(min(max(confidence, 0.0), 1.0), 3)))


def _evidence(number: int, passage: Passage, *, content: bool = True) -> dict[str, Any]:
    """A passage as the row keeps it; a citation is the same without the text."""
    kept = {
        "number": number,
        "chunk_id": str(passage.chunk_id),
        "chapter_id": passage.chapter_id,
        "lab_id": passage.lab_id,
        "title": passage.title,
        "day": passage.day,
        "heading_path": list(passage.heading_path),
        "anchor": passage.anchor,
        "content_type": passage.content_type,
        "score": round(float(passage.score), 4),
        "dense": None if passage.dense is None else round(float(passage.dense), 4),
        "lexical": None if passage.lexical is None else round(float(passage.lexical), 4),
    }
    if passage.kind == "knowledge":
        kept["verified_by"] = passage.verified_by
        kept["verified_at"] = passage.verified_at.isoformat() if passage.verified_at else ""
    return {**kept, "content": passage.content} if content else kept
