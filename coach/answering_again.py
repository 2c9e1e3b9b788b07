"""An answer that was given before to the same question, given again with the question itself: its words, its sources and when it
was given.

Nothing of whoever asked first is known here. No model is asked, nothing is searched, and no budget is touched.
"""

import json
from datetime import datetime
from typing import Any

from accounts.door import SYSTEM, here_as
from ai.citations import clean
from ai.providers import Finished
from coach.models import Query, Response
from learning.citing import cited, provenance, restored

# The answer, and its place in the order of what was said: in one statement, because whoever asks waits for it.
GIVE = """
WITH given AS (
    INSERT INTO ai_coach_responses (query_id, learner_id, course_id, answer, reference_locations, confidence_score,
           raw_confidence, tokens_used, model_used, word_count, state, label, provider, prompt_version, evidence, content_version,
           prompt_tokens, completion_tokens, cost, timings, notes, saved_at, finished_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, 0, %s, %s, %s, %s, %s, '', %s, %s, 0, 0, 0, %s, %s, %s, %s)
    RETURNING learner_id, course_id, query_id, id)
INSERT INTO ai_coach_conversation_history (learner_id, course_id, query_id, response_id) SELECT * FROM given
"""


def give(query: Query, settled: dict[str, Any], *, content_version: int, now: datetime, took: int) -> None:
    """Save the settled answer as this question's own, inside the learner's door; `took` is in ms. The question has it at hand."""
    response = _response(query, settled)
    response.content_version = content_version
    response.timings = {"total": took}
    response.saved_at = response.finished_at = now
    here_as(SYSTEM, (GIVE, _values(response)))
    Query._meta.get_field("escalation").set_cached_value(query, None)  # so that showing it asks the database nothing


def _values(response: Response) -> list[Any]:
    return [
        response.query_id, response.learner_id, response.course_id, response.answer,
        json.dumps(response.reference_locations), response.confidence_score, response.raw_confidence,
        response.model_used, response.word_count, response.state, response.label, response.provider,
        json.dumps(response.evidence), response.content_version, json.dumps(response.timings), json.dumps(response.notes),
        response.saved_at, response.finished_at,
    ]  # fmt: skip


def _response(query: Query, settled: dict[str, Any]) -> Response:
    evidence = settled["evidence"]
    answer, used = clean(settled["answer"], range(1, len(evidence) + 1))
    finished = Finished("stop", settled["provider"], settled["model"])
    passages = [restored(evidence[number - 1], query.course_id) for number in used]
    return Response(
        query=query,
        learner_id=query.learner_id,
        course_id=query.course_id,
        answer=answer,
        state=Response.State.COMPLETE,
        label=provenance(finished, passages),
        provider=finished.provider,
        model_used=finished.model,
        evidence=evidence,
        reference_locations=[cited(evidence[number - 1]) for number in used],
        confidence_score=settled["confidence"],
        raw_confidence=settled["raw"],
        word_count=len(answer.split()),
        notes={"answered_before": settled["at"]},
    )
