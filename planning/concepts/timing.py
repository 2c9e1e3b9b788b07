"""Time that was really spent: a page in front of somebody says so about once a minute, and each minute of a person counts once.

The minute is the server's, so that no clock and no second tab adds any. A place that belongs to several concepts counts for the
one that was begun first and is not complete.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from ai.models import Conversation
from courses.models import ConceptMinute, LearningConcept
from planning.concepts.seeing import own_concepts


@dataclass(frozen=True, kw_only=True)
class Open:
    """What is open: a concept, a thread about one, or a place of a course."""

    concept_id: UUID | None = None
    thread_id: UUID | None = None
    course: str = ""
    place: str = ""


def beat(learner: User, what: Open, now: datetime) -> bool:
    """Count this minute, unless it is counted; False when what is open belongs to no concept. Behind the learner's door."""
    concept_id = _concept(learner, what)
    if concept_id is None:
        return False
    minute = now.replace(second=0, microsecond=0)
    ConceptMinute.objects.bulk_create([ConceptMinute(user=learner, concept_id=concept_id, minute=minute)], ignore_conflicts=True)
    return True


def _concept(learner: User, what: Open) -> UUID | None:
    own = own_concepts(learner).filter(is_active=True).order_by("created_at")
    if what.thread_id:
        threads = Conversation.objects.filter(pk=what.thread_id, user=learner, deleted_at=None)
        return _first(own.filter(pk__in=threads.values("concept_id")))
    if what.concept_id:
        return _first(own.filter(pk=what.concept_id))
    of_place = own.filter(course__slug=what.course, place_ids__contains=[what.place])
    return _first(of_place.filter(completion_percentage__lt=100)) or _first(of_place)


def _first(concepts: QuerySet[LearningConcept]) -> UUID | None:
    return concepts.values_list("pk", flat=True).first()
