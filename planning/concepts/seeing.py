"""What a learner sees of their concepts: how far each is, what it needs, why it moved, and what comes next.

Behind the reader's door: one's own, and to a trainer what the desk shows of their learners.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from ai.models import Conversation
from courses.concept_models import objective_source
from courses.models import Chapter, ConceptEvidence, Lab, LearningConcept
from courses.reading import minutes_to_read

CHAPTER, LAB, SELF_CHECK = ConceptEvidence.Kind.CHAPTER, ConceptEvidence.Kind.LAB, ConceptEvidence.Kind.SELF_CHECK
LAB_MINUTES, CHECK_MINUTES = 45, 10
STUDY_FACTOR = 1.5  # studying a chapter takes longer than reading it once
PASSED = 0.6  # of a lab, from which on it counts as done


@dataclass(frozen=True, slots=True)
class Part:
    """A chapter, a lab or an objective of a concept. `source` names the evidence that settles it."""

    kind: str
    title: str
    source: str
    place_id: str
    url: str
    minutes: int
    share: float  # 0 not begun to 1 done

    @property
    def is_done(self) -> bool:
        return self.share >= (PASSED if self.kind == LAB else 1)

    @property
    def percent(self) -> int:
        return round(self.share * 100)


@dataclass(frozen=True, slots=True)
class Seen:
    """A concept with what it consists of; `needs` are the prerequisites that are not complete."""

    concept: LearningConcept
    parts: tuple[Part, ...]
    prerequisites: tuple[LearningConcept, ...]

    @property
    def needs(self) -> tuple[LearningConcept, ...]:
        return tuple(each for each in self.prerequisites if not each.is_complete)

    @property
    def next_part(self) -> Part | None:
        return next((part for part in self.parts if not part.is_done), None)

    @property
    def hours(self) -> float:
        """How long it takes altogether: as the learner estimates, else by what it consists of."""
        return self.concept.estimated_hours or round(sum(part.minutes for part in self.parts) / 60, 1)


@dataclass(frozen=True, slots=True)
class Movement:
    """Why a concept moved, in words; `moved` and `percentage` in per cent of the concept."""

    why: str
    at: datetime
    kind: str
    percentage: Decimal | None
    moved: Decimal | None
    said: str
    url: str
    withdrawn_at: datetime | None


def own_concepts(learner: User) -> QuerySet[LearningConcept]:
    rows = LearningConcept.objects.there().filter(user=learner)
    return rows.select_related("course", "topic").order_by("-is_active", "created_at")


def own_concept(learner: User, concept_id: UUID) -> LearningConcept:
    """Raises Http404, also for one that was deleted."""
    return get_object_or_404(own_concepts(learner), pk=concept_id)


def seen_all(concepts: Sequence[LearningConcept]) -> list[Seen]:
    """Concepts of one learner with their parts, in four queries however many they are."""
    places = _places(concepts)
    shares = _shares(concepts)
    needed = {need for concept in concepts for need in concept.prerequisites}
    others = {str(row.pk): row for row in LearningConcept.objects.there().filter(pk__in=needed)} if needed else {}
    return [
        Seen(
            concept,
            tuple(_parts(concept, places, shares.get(concept.pk, {}))),
            tuple(others[need] for need in concept.prerequisites if need in others),
        )
        for concept in concepts
    ]


def seen(concept: LearningConcept) -> Seen:
    return seen_all([concept])[0]


def _places(concepts: Sequence[LearningConcept]) -> dict[tuple[UUID, str], Chapter | Lab]:
    courses = {concept.course_id for concept in concepts if concept.course_id}
    wanted = {place for concept in concepts for place in concept.place_ids}
    if not courses or not wanted:
        return {}
    chapters = Chapter.objects.current().filter(course__in=courses, chapter_id__in=wanted).select_related("course")
    labs = Lab.objects.current().filter(course__in=courses, lab_id__in=wanted).select_related("course")
    found: list[Chapter | Lab] = [*chapters.defer("html", "outline"), *labs.defer("html", "outline", "body")]
    return {(place.course_id, place.place_id): place for place in found}


def _shares(concepts: Sequence[LearningConcept]) -> dict[UUID, dict[str, float]]:
    """How much of each place and objective is there, by concept."""
    rows = ConceptEvidence.objects.filter(concept__in=concepts, withdrawn_at=None, kind__in=[CHAPTER, LAB, SELF_CHECK])
    shares: dict[UUID, dict[str, float]] = {}
    for concept_id, kind, place_id, source, value in rows.values_list("concept_id", "kind", "place_id", "source", "value"):
        of_concept = shares.setdefault(concept_id, {})
        name = source if kind == SELF_CHECK else f"place:{place_id}"
        of_concept[name] = max(of_concept.get(name, 0.0), float(value))
    return shares


def _parts(concept: LearningConcept, places: dict[tuple[UUID, str], Chapter | Lab], shares: dict[str, float]) -> Iterable[Part]:
    for place_id in concept.place_ids:
        place = places.get((concept.course_id, place_id)) if concept.course_id else None
        if place:
            yield _place_part(place, shares)
    page = reverse("concept", args=[concept.pk])
    for number, text in enumerate(concept.learning_objectives, start=1):
        source = objective_source(text)
        yield Part(SELF_CHECK, text, source, "", f"{page}#objective-{number}", CHECK_MINUTES, shares.get(source, 0.0))


def _place_part(place: Chapter | Lab, shares: dict[str, float]) -> Part:
    is_lab = isinstance(place, Lab)
    minutes = LAB_MINUTES if isinstance(place, Lab) else max(10, round(minutes_to_read(place.body) * STUDY_FACTOR / 5) * 5)
    source = f"place:{place.place_id}"
    kind = LAB if is_lab else CHAPTER
    return Part(kind, place.title, source, place.place_id, place.get_absolute_url(), minutes, shares.get(source, 0.0))


def movements(concept: LearningConcept, limit: int = 50) -> list[Movement]:
    """Why it moved, newest first."""
    rows = ConceptEvidence.objects.filter(concept=concept).order_by("-noted_at", "-pk")[:limit]
    places = {place_id: place for (_course, place_id), place in _places([concept]).items()}
    return [_movement(row, places.get(row.place_id), concept) for row in rows]


def _movement(row: ConceptEvidence, place: Chapter | Lab | None, concept: LearningConcept) -> Movement:
    url = place.get_absolute_url() if place else str(row.detail.get("url", ""))
    return Movement(
        why=_why(row, place.title if place else row.place_id, concept),
        at=row.noted_at,
        kind=row.kind,
        percentage=row.percentage,
        moved=row.moved,
        said=row.said,
        url=url if url.startswith("/") else "",
        withdrawn_at=row.withdrawn_at,
    )


def _why(row: ConceptEvidence, title: str, concept: LearningConcept) -> str:
    words = {"title": title, "percent": round(float(row.value) * 100), "text": _aim(row, concept)}
    return _sentence(row) % words


def _aim(row: ConceptEvidence, concept: LearningConcept) -> str:
    found = (text for text in concept.learning_objectives if objective_source(text) == row.source)
    return next(found, str(row.detail.get("text", "")))


def _sentence(row: ConceptEvidence) -> str:
    if row.kind == CHAPTER:
        return _("Read “%(title)s”")
    if row.kind == LAB and row.source.startswith("place:"):
        return _("Marked the lab “%(title)s” as done")
    if row.kind == LAB:
        return _("Passed “%(title)s”, %(percent)d %%") if row.detail.get("passed") else _("Tried “%(title)s”, %(percent)d %%")
    if row.kind == SELF_CHECK:
        return _said(row)
    if row.kind == ConceptEvidence.Kind.BY_HAND:
        return _("Corrected by hand to %(percent)d %%")
    return _("A question that was answered well")


def _said(row: ConceptEvidence) -> str:
    if row.value == 0:
        return _("Said in own words, does not count yet: %(text)s")
    return _("Said in own words: %(text)s") if row.value == 1 else _("Said in own words, counts half: %(text)s")


@dataclass(frozen=True, slots=True)
class Objective:
    """`verdict` is one of `agreeing.Verdict`, or empty; `title` and `url` are the passage that is nearest to `said`."""

    number: int
    text: str
    said: str = ""
    verdict: str = ""
    title: str = ""
    url: str = ""
    is_done: bool = False


def objectives(concept: LearningConcept) -> list[Objective]:
    """With what the learner said of each, and how far it agrees with the course."""
    return objectives_of([concept])[concept.pk]


def objectives_of(concepts: Sequence[LearningConcept]) -> dict[UUID, list[Objective]]:
    """The same of several concepts, in one query."""
    rows = ConceptEvidence.objects.filter(concept__in=concepts, kind=SELF_CHECK, withdrawn_at=None)
    said = {(row.concept_id, row.source): row for row in rows}
    return {
        concept.pk: [
            _objective(number, text, said.get((concept.pk, objective_source(text))))
            for number, text in enumerate(concept.learning_objectives, start=1)
        ]
        for concept in concepts
    }


def _objective(number: int, text: str, row: ConceptEvidence | None) -> Objective:
    if row is None:
        return Objective(number, text)
    found = {name: str(row.detail.get(name) or "") for name in ("verdict", "title", "url")}
    return Objective(number, text, row.said, is_done=row.value == 1, **found)


def needed_by(concept: LearningConcept) -> list[LearningConcept]:
    rows = LearningConcept.objects.there().filter(user_id=concept.user_id, prerequisites__contains=[str(concept.pk)])
    return list(rows.order_by("name"))


def threads_about(concept: LearningConcept) -> list[Conversation]:
    """The learner's threads with the mentor, the one that spoke last first."""
    rows = Conversation.objects.filter(user_id=concept.user_id, concept=concept, kind=Conversation.Kind.MENTOR, deleted_at=None)
    return list(rows.order_by("-updated_at")[:10])
