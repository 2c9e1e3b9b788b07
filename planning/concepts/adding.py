"""Adding a concept, changing it, setting it aside, deleting it with undo.

Everything behind the learner's door. Refuses what the database would refuse, in words: a circle of prerequisites, a name twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.models import User
from courses.models import Chapter, Course, Lab, LearningConcept, ModuleTopic
from planning.concepts.refusing import Refused
from planning.concepts.seeing import own_concepts

MOST = 100  # concepts of one person
MOST_OBJECTIVES = 20
MOST_PROMPTS = 5
LONGEST_LINE = 300  # characters of an objective or a prompt
UNDO = timedelta(days=1)  # for which a deleted concept is kept
OWN_CATEGORY = "own"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A concept as a person wants it. `places` are ids of chapters and labs of the course."""

    name: str
    description: str = ""
    category: str = ""
    difficulty: str = LearningConcept.Difficulty.BEGINNER
    estimated_hours: int | None = None
    prerequisites: Sequence[UUID] = ()
    objectives: Sequence[str] = ()
    prompts: Sequence[str] = ()
    course: Course | None = None
    topic: ModuleTopic | None = None
    places: Sequence[str] = field(default_factory=tuple)


def add(*, learner: User, wanted: Wanted) -> LearningConcept:
    """Raises Refused."""
    if own_concepts(learner).count() >= MOST:
        raise Refused("name", _("You have %(most)d concepts already. Delete one that you no longer need.") % {"most": MOST})
    return _saved(LearningConcept(user=learner), wanted)


def change(*, concept: LearningConcept, wanted: Wanted) -> LearningConcept:
    """Raises Refused."""
    return _saved(concept, wanted)


def set_active(concept: LearningConcept, *, is_active: bool) -> None:
    """Pursue a concept, or set it aside for a while; nothing of it is lost."""
    concept.is_active = is_active
    concept.save(update_fields=["is_active", "updated_at"])


def delete(concept: LearningConcept, now: datetime) -> None:
    """Out of sight at once, gone for good a day later. Threads about it stay."""
    LearningConcept.objects.filter(pk=concept.pk).update(deleted_at=now)


def restore(learner: User, concept_id: UUID) -> LearningConcept:
    """Undo a deletion. Raises Http404 when there is nothing to undo, Refused when the name is taken by now."""
    concept = get_object_or_404(LearningConcept, user=learner, pk=concept_id, deleted_at__isnull=False)
    concept.deleted_at = None
    return _written(concept, ["deleted_at", "updated_at"])


def clear_away(now: datetime) -> int:
    """Delete for good what was deleted a day ago; how many. Behind the system's door."""
    gone = LearningConcept.objects.filter(deleted_at__lt=now - UNDO)
    count = gone.count()
    gone.delete()
    return count


def _saved(concept: LearningConcept, wanted: Wanted) -> LearningConcept:
    concept.name = _line(wanted.name, "name", 200)
    concept.description = _text(wanted.description)
    concept.difficulty = _difficulty(wanted.difficulty)
    concept.estimated_hours = _hours(wanted.estimated_hours)
    concept.learning_objectives = _lines(wanted.objectives, "objectives", MOST_OBJECTIVES)
    concept.custom_prompts = _lines(wanted.prompts, "prompts", MOST_PROMPTS)
    concept.prerequisites = _needed(concept, wanted.prerequisites)
    concept.course, concept.topic = wanted.course, wanted.topic
    concept.place_ids = _places(wanted.course, wanted.places)
    default = wanted.course.title if wanted.course else OWN_CATEGORY
    concept.category = _line(wanted.category or default, "category", 100)
    return _written(concept)


def _written(concept: LearningConcept, columns: list[str] | None = None) -> LearningConcept:
    try:
        with transaction.atomic():
            concept.save(update_fields=columns)
    except IntegrityError as error:
        raise _refusal(error) from error
    concept.refresh_from_db()
    return concept


def _refusal(error: IntegrityError) -> Refused:
    if "learning_concepts_name_once" in str(error):
        return Refused("name", _("You pursue a concept of this name already."))
    if "circle" in str(error):
        return Refused("prerequisites", _("These concepts would need each other in a circle. Leave one of them out."))
    return Refused("prerequisites", _("A concept can only need concepts of yours."))


def _needed(concept: LearningConcept, ids: Sequence[UUID]) -> list[str]:
    if concept.pk in ids:
        raise Refused("prerequisites", _("A concept cannot need itself."))
    known = set(LearningConcept.objects.there().filter(user_id=concept.user_id, pk__in=ids).values_list("pk", flat=True))
    if known != set(ids):
        raise Refused("prerequisites", _("A concept can only need concepts of yours."))
    return [str(each) for each in dict.fromkeys(ids)]


def _places(course: Course | None, wanted: Sequence[str]) -> list[str]:
    """The wanted places that the course has, in its order."""
    if course is None or not wanted:
        return []
    chapters = Chapter.objects.current().filter(course=course, chapter_id__in=wanted)
    labs = Lab.objects.current().filter(course=course, lab_id__in=wanted)
    found = [*chapters.values_list("day", "position", "chapter_id"), *labs.values_list("day", "position", "lab_id")]
    if len(found) < len(set(wanted)):
        raise Refused("places", _("The course has no such chapter or lab."))
    return [place_id for _day, _position, place_id in sorted(found)]


def _hours(hours: int | None) -> int | None:
    if hours is not None and not 1 <= hours <= 1000:
        raise Refused("estimated_hours", _("Estimate from 1 to 1,000 hours, or leave it open."))
    return hours


def _difficulty(value: str) -> str:
    if value not in LearningConcept.Difficulty.values:
        raise Refused("difficulty", _("Choose how difficult it is."))
    return value


def _lines(lines: Sequence[str], name: str, most: int) -> list[str]:
    found = list(dict.fromkeys(_line(line, name, LONGEST_LINE) for line in lines if line.strip()))
    if len(found) > most:
        raise Refused(name, _("At most %(most)d lines.") % {"most": most})
    return found


def _line(text: str, name: str, limit: int) -> str:
    line = " ".join(text.replace("\x00", "").split())
    if not line or len(line) > limit:
        raise Refused(name, _("Write 1 to %(limit)d characters.") % {"limit": limit})
    return line


def _text(text: str) -> str | None:
    if len(text) > 2000:
        raise Refused("description", _("The description may have 2,000 characters."))
    return text.replace("\x00", "").strip() or None
