"""Taking a pending question to answer it: one statement, at most one round trip, one winner."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.door import Actor, current_actor, rows_here, trip
from ai import budgets
from ai.budgets import Allowance
from ai.followups import Turn
from ai.variants.assigning import Prompt, active, assigned
from coach.persona import sharing
from coach.persona.sharing import Persona
from learning.calibration import PLAIN, Map

EARLIER_TURNS = 4  # of the same conversation, newest first
CLAIM = f"""
WITH claimed AS (
    UPDATE ai_coach_queries SET status = 'answering', claimed_at = now(), updated_at = now(), stop_requested = false
     WHERE id = %s AND status = 'pending'
 RETURNING id, learner_id, course_id, conversation_id, question, context)
SELECT c.id, c.learner_id, c.course_id, c.conversation_id, c.question, c.context::json,
       k.slug, k.title, k.language, k.escalation_threshold, k.content_version,
       EXISTS (SELECT 1 FROM knowledge_base_rag b WHERE b.course_id = c.course_id AND b.is_live),
       (SELECT coalesce(json_agg(json_build_array(t.question, t.answer)), '[]') FROM (
            SELECT q.question, left(r.answer, 1500) AS answer
              FROM ai_coach_queries q JOIN ai_coach_responses r ON r.query_id = q.id
             WHERE q.conversation_id = c.conversation_id AND q.learner_id = c.learner_id AND q.id < c.id AND r.state = 'complete'
             ORDER BY q.id DESC LIMIT {EARLIER_TURNS}) t),
       {active("coach")},
       coalesce(m.slope, 1), coalesce(m.intercept, 0), budget_reserve(c.learner_id, c.course_id),
       coach_persona(c.course_id, c.learner_id)
  FROM claimed c JOIN courses k ON k.id = c.course_id
  LEFT JOIN ai_coach_confidence_maps m ON m.course_id = c.course_id AND m.is_live
"""


@dataclass(frozen=True)
class Claimed:
    """A question that is ours to answer, with what is needed to do so. `earlier` comes newest first."""

    actor: Actor
    query_id: UUID
    learner_id: UUID
    course_id: UUID
    conversation_id: UUID
    question: str
    context: dict[str, Any]
    course_slug: str
    course_title: str
    language: str
    threshold: float
    content_version: int
    has_knowledge: bool  # whether trainers have verified answers in this course
    earlier: tuple[Turn, ...]
    prompt: Prompt
    calibrated: Map = PLAIN  # what verdicts taught the course's confidence
    allowance: Allowance = Allowance()  # noqa: RUF009 (frozen)
    persona: Persona | None = None  # the coach with its trainer's name and manner

    @property
    def place_kind(self) -> str:
        return str(self.context.get("kind", ""))


async def claim(query_id: UUID, actor: Actor) -> Claimed | None:
    """Claim a pending question as `actor`; None when it is not pending any more, or not visible."""
    (rows,) = await trip(actor, (CLAIM, [query_id]))
    return _claimed(actor, rows[0]) if rows else None


def claim_here(query_id: UUID) -> Claimed | None:
    """The same inside the door that is open already: who asks may claim in the same transaction."""
    rows = rows_here(CLAIM, [query_id])
    return _claimed(current_actor(), rows[0]) if rows else None


def _claimed(actor: Actor, row: tuple[Any, ...]) -> Claimed:
    *values, threshold, content_version, has_knowledge, earlier, variants, slope, intercept, allowance, persona = row
    learner = Actor(values[1], actor.role if actor.user_id == values[1] else "learner")
    turns = tuple(Turn(question, answer) for question, answer in earlier)
    query_id, learner_id, course_id, conversation_id, question, context, slug, title, language = values
    return Claimed(
        learner, query_id, learner_id, course_id, conversation_id, question, context, slug, title, language,
        float(threshold), content_version, has_knowledge, turns, assigned("coach", learner_id, variants),
        Map(slope, intercept), budgets.read(allowance), sharing.read(persona),
    )  # fmt: skip
