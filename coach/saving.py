"""What an answer leaves in the database: its evidence before the first word, and everything at the end.

All of it is written by the system on behalf of the learner; a learner's own role may read answers and not write them.
"""

import json
from typing import TYPE_CHECKING

from django.utils import timezone

from accounts.door import SYSTEM, Statement, in_door
from ai import budgets, request_log
from ai.citations import clean
from ai.models import Conversation
from ai.providers import Finished
from coach import supporting
from coach.escalating import escalate_failed, escalate_unsure
from coach.models import ConversationHistory, Query, Response
from learning.citing import EXTRACTIVE, kept, provenance, rounded, surety
from learning.support import judged

if TYPE_CHECKING:
    from coach.answering import Draft

MOST_BARE = 5  # sentences that are named under an answer
HALF = 0.5  # of the confidence is lost when nothing bears out any sentence

STATUS_AND_TEXT = """
SELECT q.status, coalesce(r.answer, '')
  FROM ai_coach_queries q LEFT JOIN ai_coach_responses r ON r.query_id = q.id WHERE q.id = %s
"""
TEXT_SO_FAR = """
UPDATE ai_coach_responses r SET answer = coalesce(t.answer, r.answer), saved_at = now()
  FROM unnest(%s::uuid[], %s::text[]) AS t (query_id, answer)
  JOIN ai_coach_queries q ON q.id = t.query_id
 WHERE r.query_id = t.query_id AND r.state = 'streaming'
RETURNING r.query_id, q.stop_requested
"""
EVIDENCE = """
INSERT INTO ai_coach_responses (query_id, learner_id, course_id, answer, reference_locations, tokens_used, model_used, word_count,
       state, label, provider, prompt_version, prompt_variant_id, evidence, content_version, confidence_score, timings, notes)
VALUES (%s, %s, %s, '', '[]', 0, '', 0, 'streaming', 'course_text', '', %s, %s, %s, %s, %s, '{}', '{}')
ON CONFLICT (query_id) DO UPDATE SET answer = '', state = 'streaming', evidence = excluded.evidence, saved_at = now(),
       prompt_version = excluded.prompt_version, prompt_variant_id = excluded.prompt_variant_id,
       reference_locations = '[]', content_version = excluded.content_version, confidence_score = excluded.confidence_score
"""
INTENT = "UPDATE ai_coach_queries SET intent = %s, updated_at = now() WHERE id = %s"


def evidence(draft: "Draft") -> tuple[Statement, Statement]:
    """The statements that save what was found, before anything is said."""
    claimed = draft.claimed
    found = json.dumps([kept(number, passage) for number, passage in enumerate(draft.passages, start=1)])
    prompt = draft.prompt.version, draft.prompt.variant_id
    known = found, claimed.content_version, rounded(draft.confidence)
    values = (claimed.query_id, claimed.learner_id, claimed.course_id, *prompt, *known)
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
    every = (*draft.attempts, *draft.asides)
    budgets.settle(claimed.allowance, user_id=claimed.learner_id, course_id=claimed.course_id, attempts=every)
    about = {"course_id": claimed.course_id, "query_id": claimed.query_id, "conversation_id": claimed.conversation_id}
    asked = ((draft.attempts, "coach"), (draft.asides, "coach_aside"))
    for attempts, feature in asked:  # last, because the providers' totals are everybody's rows
        request_log.save(attempts, user_id=claimed.learner_id, feature=feature, **about)


FILLED = (
    "answer", "state", "label", "provider", "model_used", "prompt_version", "prompt_variant_id", "reference_locations",
    "confidence_score", "raw_confidence", "tokens_used", "prompt_tokens", "completion_tokens", "cost", "word_count",
    "is_lab_guidance", "timings", "notes", "finished_at", "saved_at",
)  # fmt: skip


def _fill(response: Response, draft: "Draft", text: str) -> None:
    numbers = range(1, len(draft.passages) + 1)
    response.answer, used = clean(text.strip(), numbers)
    response.state = _state(draft, response.answer)
    response.reference_locations = [kept(number, draft.passages[number - 1], content=False) for number in used]
    finished = draft.finished or Finished("cut", "", "")
    response.provider, response.model_used = finished.provider, finished.model
    response.label = provenance(finished, [draft.passages[number - 1] for number in used])
    response.prompt_version = draft.version_used
    response.prompt_variant_id = None if draft.said else draft.prompt.variant_id  # no prompt had a part in it
    response.raw_confidence = rounded(surety(draft.sureness, finished))
    bare, support = _support(draft, response)
    response.confidence_score = rounded(surety(draft.confidence * support, finished))
    response.prompt_tokens, response.completion_tokens = draft.prompt_tokens, draft.completion_tokens
    response.tokens_used = response.prompt_tokens + response.completion_tokens
    response.cost = draft.cost
    response.word_count = len(response.answer.split())
    response.is_lab_guidance = draft.intent in {Query.Intent.LAB_GUIDANCE, Query.Intent.LAB_STRUGGLE}
    response.timings = draft.timings
    notes = {
        "switched": draft.switched,
        "tries": draft.tries,
        "limited": draft.claimed.allowance.over,
        "unsupported": bare,
    }
    response.notes = {name: note for name, note in notes.items() if note}


def _support(draft: "Draft", response: Response) -> tuple[list[str], float]:
    """The sentences of a model that nothing bears out, and what the confidence keeps because of them."""
    bare, share = judged(supporting.claims_of(draft, response.answer), draft.verdicts)
    return bare[:MOST_BARE], 1 - HALF * (1 - share)


def _state(draft: "Draft", answer: str) -> str:
    if draft.is_stopped:
        return Response.State.INTERRUPTED
    if draft.finished is None or not answer:
        return Response.State.FAILED
    return Response.State.INTERRUPTED if draft.finished.reason == "cut" else Response.State.COMPLETE


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
    """Whether a trainer should look at a finished answer: below the course's threshold, and about the course at all.

    A place or a lab's own words are certain or not found; how sure the search was says nothing of them.
    """
    if draft.is_stopped or response.state != Response.State.COMPLETE or draft.intent == Query.Intent.OUT_OF_SCOPE:
        return False
    if draft.intent != Query.Intent.COURSE_CONTENT:
        return response.label == Response.Label.NOT_FOUND
    return response.confidence_score is not None and response.confidence_score < draft.claimed.threshold
