"""Taking a pending chat to answer it, with all that is needed to do so: one statement, one winner."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.door import Actor, current_actor, rows_here, trip
from ai import budgets
from ai.budgets import Allowance
from ai.variants.assigning import Prompt, active, assigned
from mentor.condensing import Said

MOST_TURNS = 12  # of the same thread, newest first; what the budget holds of them goes along
CLAIM = f"""
WITH mine AS (
    UPDATE ai_mentor_chats SET status = 'answering', claimed_at = now(), saved_at = now(), stop_requested = false
     WHERE id = %s AND status = 'pending' RETURNING id, user_id, course_id, conversation_id, topic_id, question)
SELECT m.id, m.user_id, m.conversation_id, m.question, coalesce(v.context_summary, ''), v.concept_id, coalesce(t.name, ''),
       m.course_id, coalesce(k.title, ''), coalesce(k.escalation_threshold, 0),
       EXISTS (SELECT 1 FROM knowledge_base_rag b WHERE b.course_id = m.course_id AND b.is_live),
       (SELECT coalesce(json_agg(json_build_array(e.question, e.response)), '[]') FROM (
            SELECT c.question, left(c.response, 1500) AS response FROM ai_mentor_chats c
             WHERE c.conversation_id = m.conversation_id AND c.user_id = m.user_id AND c.id < m.id AND c.status = 'answered'
             ORDER BY c.id DESC LIMIT {MOST_TURNS}) e),
       {active("mentor")},
       budget_reserve(m.user_id, m.course_id)
  FROM mine m JOIN conversations v ON v.id = m.conversation_id
  LEFT JOIN courses k ON k.id = m.course_id LEFT JOIN module_topics t ON t.id = m.topic_id
"""


@dataclass(frozen=True)
class Claimed:
    """A chat that is ours to answer. `earlier` comes newest first."""

    actor: Actor
    chat_id: UUID
    user_id: UUID
    conversation_id: UUID
    question: str
    summary: str
    concept_id: UUID | None
    topic: str
    course_id: UUID | None
    course_title: str
    threshold: float
    has_knowledge: bool
    earlier: tuple[Said, ...]
    prompt: Prompt
    allowance: Allowance


async def claim(chat_id: UUID, actor: Actor) -> Claimed | None:
    """None when it is not pending any more, or not this person's."""
    (rows,) = await trip(actor, (CLAIM, [chat_id]))
    return _claimed(actor, rows[0]) if rows else None


def claim_here(chat_id: UUID) -> Claimed | None:
    """The same inside the door that is open already: who asks may claim in the same transaction."""
    rows = rows_here(CLAIM, [chat_id])
    return _claimed(current_actor(), rows[0]) if rows else None


def _claimed(actor: Actor, row: tuple[Any, ...]) -> Claimed:
    chat_id, user_id, thread_id, question, summary, concept, topic, course_id, title, threshold, *rest = row
    has_knowledge, earlier, variants, allowance = rest
    learner = Actor(user_id, actor.role if actor.user_id == user_id else "learner")
    said = tuple(Said(asked, answer) for asked, answer in earlier)
    return Claimed(
        learner, chat_id, user_id, thread_id, question, summary, concept, topic, course_id, title, float(threshold),
        has_knowledge, said, assigned("mentor", user_id, variants), budgets.read(allowance),
    )  # fmt: skip
