"""What an answer of the mentor leaves in the database: what it was given before the first word, and everything at the end.

Written by the system on behalf of the learner, who may read answers and not write them.
"""

import json
from typing import TYPE_CHECKING

from django.db.models import F
from django.utils import timezone

from accounts.door import SYSTEM, Statement, in_door
from ai import budgets, request_log
from ai.citations import clean
from ai.models import Conversation, Message
from ai.providers import Finished
from learning.citing import kept, provenance, rounded, surety
from mentor import summarising
from mentor.models import Chat

if TYPE_CHECKING:
    from mentor.answering import Draft

STATUS_AND_TEXT = "SELECT status, response FROM ai_mentor_chats WHERE id = %s AND user_id = (SELECT app_user_id())"
TEXT_SO_FAR = """
UPDATE ai_mentor_chats c SET response = coalesce(t.answer, c.response), saved_at = now()
  FROM unnest(%s::uuid[], %s::text[]) AS t (chat_id, answer) WHERE c.id = t.chat_id AND c.status = 'answering'
RETURNING c.id, c.stop_requested
"""
EVIDENCE = """
UPDATE ai_mentor_chats SET response = '', evidence = %s, conversation_context = %s, context_used = %s, confidence = %s,
       reference_locations = '[]', prompt_version = %s, prompt_variant_id = %s, saved_at = now() WHERE id = %s
"""


def evidence(draft: "Draft") -> Statement:
    """The statement that saves what was found and what goes along, before anything is said."""
    claimed = draft.claimed
    found = [kept(number, passage) for number, passage in enumerate(draft.passages, start=1)]
    beside = [draft.pursued, claimed.summary, "\n".join(line.content for line in draft.remembered)]
    sent = [{"role": "system", "content": words} for words in beside if words] + draft.said
    lines = [{"id": str(line.id), "relevance": round(line.relevance, 3)} for line in draft.remembered]
    used = {"turns": len(draft.said) // 2, "summary": bool(claimed.summary), "concepts": bool(draft.pursued), "remembered": lines}
    prompt = draft.prompt.version, draft.prompt.variant_id
    return EVIDENCE, (*map(json.dumps, (found, sent, used)), rounded(draft.confidence), *prompt, claimed.chat_id)


async def settle(draft: "Draft", text: str) -> None:
    """Close the answer in one transaction. May be called again when the outcome is unknown."""
    await in_door(SYSTEM, _settle, draft, text)


def _settle(draft: "Draft", text: str) -> None:
    claimed = draft.claimed
    chat = Chat.objects.select_for_update().filter(pk=claimed.chat_id, status=Chat.Status.ANSWERING).first()
    if chat is None:
        return
    _fill(chat, draft, text)
    chat.save(update_fields=FILLED)
    _note(chat, draft)
    budgets.settle(claimed.allowance, user_id=claimed.user_id, course_id=claimed.course_id, attempts=draft.attempts)
    request_log.save(  # last, because the providers' totals are everybody's rows
        draft.attempts,
        user_id=claimed.user_id,
        feature="mentor",
        course_id=claimed.course_id,
        conversation_id=claimed.conversation_id,
        concept_id=claimed.concept_id,
    )


FILLED = (
    "response", "status", "label", "provider", "model", "prompt_version", "prompt_variant_id", "reference_locations",
    "confidence", "tokens_used", "cost_usd", "response_time_ms", "timings", "notes", "finished_at", "saved_at",
)  # fmt: skip


def _fill(chat: Chat, draft: "Draft", text: str) -> None:
    chat.response, used = clean(text.strip(), range(1, len(draft.passages) + 1))
    cited = [(number, draft.passages[number - 1]) for number in used]
    chat.reference_locations = [kept(number, passage) for number, passage in cited]
    finished = draft.finished or Finished("cut", "", "")
    chat.status = _status(draft, chat.response)
    chat.provider, chat.model = finished.provider, finished.model
    chat.label = provenance(finished, [passage for _number, passage in cited])
    chat.prompt_version, chat.prompt_variant_id = draft.version_used, draft.prompt.variant_id
    chat.confidence = rounded(surety(draft.confidence, finished))
    chat.tokens_used, chat.cost_usd = draft.prompt_tokens + draft.completion_tokens, draft.cost
    chat.response_time_ms, chat.timings = draft.timings.get("total", 0), draft.timings
    notes = {"switched": draft.switched, "limited": draft.claimed.allowance.over, "tries": draft.tries}
    chat.notes = {name: note for name, note in notes.items() if note}
    chat.finished_at = chat.saved_at = timezone.now()


def _status(draft: "Draft", answer: str) -> str:
    if draft.is_stopped:
        return Chat.Status.INTERRUPTED
    if draft.finished is None or not answer:
        return Chat.Status.FAILED
    return Chat.Status.INTERRUPTED if draft.finished.reason == "cut" else Chat.Status.ANSWERED


def _note(chat: Chat, draft: "Draft") -> None:
    """The answer as a message of the thread, the thread's cost, provider and summary."""
    if chat.response:
        Message.objects.create(
            conversation_id=chat.conversation_id,
            user_id=chat.user_id,
            concept_id=draft.claimed.concept_id,
            role="assistant",
            content=chat.response,
            context_used=chat.context_used,
            cost=chat.cost_usd,
            processing_time=chat.response_time_ms,
        )
    Conversation.objects.filter(pk=chat.conversation_id).update(
        ai_provider=chat.provider or None,
        total_cost=F("total_cost") + (chat.cost_usd or 0),
        updated_at=timezone.now(),
    )
    summarising.refresh(chat.conversation_id, timezone.now())
