"""Questions, replies, ratings and learning of the past, as rows."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.models import Conversation
from coach.models import Query, Response
from coach.remembering import remember
from courses.models import Course
from learning.insights import fold_insights
from learning.metrics import fold
from tests.coach.conftest import taught
from tests.desk.conftest import theo

__all__ = ["taught", "theo"]

NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def asked(
    learner: User,
    course: Course,
    *,
    days_ago: float = 1,
    label: str = "course_text",
    confidence: float | None = 0.8,
    place: str = "volumes",
    variant: str = "coach-v1",
    question: str = "Why?",
    **fields: Any,
) -> Query:
    """A settled question of the past, remembered as the worker does it."""
    at = NOON - timedelta(days=days_ago)
    with acting_as(SYSTEM):
        talk = Conversation.objects.create(user=learner, course=course)
        query = Query.objects.create(
            learner=learner, course=course, conversation=talk, question=question, client_key=uuid.uuid4(), status="answered",
            context={"place": place} if place else {}, **fields,
        )  # fmt: skip
        Query.objects.filter(pk=query.pk).update(created_at=at)
        Response.objects.create(
            query=query, learner=learner, course=course, answer="So.", label=label, state="complete", prompt_version=variant,
            confidence_score=confidence, finished_at=at,
            reference_locations=[{"chapter_id": "networks", "chunk_id": str(query.pk)}],
        )  # fmt: skip
    remember(query.pk)
    with acting_as(SYSTEM):
        return Query.objects.get(pk=query.pk)


def folded() -> None:
    fold()
    fold_insights()
    assert fold_insights() == 0
