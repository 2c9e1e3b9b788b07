"""What a thread can be about: a course of the learner's, a topic of it, or a concept. One choice needs no script."""

from dataclasses import dataclass

from django.db.models import Prefetch

from accounts.ids import uuid_or_none
from accounts.models import User
from courses.models import Course, LearningConcept, ModuleTopic
from planning.concepts.seeing import own_concepts

SEPARATOR = ":"
CONCEPT = "concept"


@dataclass(frozen=True, slots=True)
class About:
    """What was chosen. A concept brings the course that it belongs to, if any."""

    course: Course | None
    topic: ModuleTopic | None = None
    concept: LearningConcept | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """`value` names the course, or the course and a topic of it."""

    value: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    course: Course
    whole: Place
    topics: tuple[Place, ...]


def choices(person: User) -> list[Group]:
    """The courses that this person can see, with their topics. Behind their door."""
    topics = Prefetch("topics", ModuleTopic.objects.order_by("position", "name"))
    courses = Course.objects.filter(closed_at=None).order_by("title").prefetch_related(topics)
    return [_group(course) for course in courses]


def _group(course: Course) -> Group:
    topics = tuple(Place(f"{course.pk}{SEPARATOR}{topic.pk}", topic.name) for topic in course.topics.all())
    return Group(course, Place(str(course.pk), course.title), topics)


def concepts(person: User) -> list[Place]:
    """The concepts that this person pursues. Behind their door."""
    return [Place(f"{CONCEPT}{SEPARATOR}{concept.pk}", concept.name) for concept in own_concepts(person).filter(is_active=True)]


def chosen(person: User, value: str) -> About | None:
    """What a choice means; None for nonsense and for what this person may not know of. Behind their door."""
    if value.startswith(CONCEPT + SEPARATOR):
        return about_concept(own_concept_or_none(person, value.removeprefix(CONCEPT + SEPARATOR)))
    course_text, _separator, topic_text = value.partition(SEPARATOR)
    course_id, topic_id = uuid_or_none(course_text), uuid_or_none(topic_text)
    course = Course.objects.filter(pk=course_id, closed_at=None).first() if course_id else None
    if course is None:
        return None
    return About(course, ModuleTopic.objects.filter(pk=topic_id, course=course).first() if topic_id else None)


def own_concept_or_none(person: User, text: str) -> LearningConcept | None:
    """A concept of this person by its id; nonsense counts as none."""
    concept_id = uuid_or_none(text)
    return own_concepts(person).filter(pk=concept_id).first() if concept_id else None


def about_concept(concept: LearningConcept | None) -> About | None:
    if concept is None:
        return None
    course = concept.course if concept.course and concept.course.closed_at is None else None
    return About(course, concept.topic if course else None, concept)
