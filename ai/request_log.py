"""Writes down each try at a model: who, what, how long, at what price. Ids and figures only; nobody's words."""

from collections.abc import Sequence
from uuid import UUID

from ai.models import AIRequestLog
from ai.providers.events import Attempt


def save(
    attempts: Sequence[Attempt],
    *,
    user_id: UUID | None,
    feature: str,
    course_id: UUID | None = None,
    query_id: UUID | None = None,
    conversation_id: UUID | None = None,
    concept_id: UUID | None = None,
) -> None:
    """One row for each try, in one insert, inside the caller's door and transaction."""
    AIRequestLog.objects.bulk_create(
        AIRequestLog(
            user_id=user_id,
            course_id=course_id,
            conversation_id=conversation_id,
            concept_id=concept_id,
            query_id=query_id,
            feature=feature,
            provider=attempt.provider,
            model=attempt.model,
            prompt_tokens=attempt.prompt_tokens,
            completion_tokens=attempt.completion_tokens,
            total_tokens=attempt.prompt_tokens + attempt.completion_tokens,
            cost=attempt.cost,
            response_time=attempt.total_ms,
            first_token_ms=attempt.first_token_ms,
            success=attempt.success,
            error_class=attempt.error_class,
            error_message=attempt.detail or None,
        )
        for attempt in attempts
    )
