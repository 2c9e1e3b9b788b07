"""What a thread can be about: a course of the learner's, or a topic of it. One choice, so that a page needs no script for it."""

from dataclasses import dataclass

from django.db.models import Prefetch

from accounts.ids import uuid_or_none
from accounts.models import User
from courses.models import Course, ModuleTopic

SEPARATOR = ":"


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


def chosen(value: str) -> tuple[Course, ModuleTopic | None] | None:
    """The course and topic of a choice; None for nonsense and for what this person may not know of. Behind their door."""
    course_text, _separator, topic_text = value.partition(SEPARATOR)
    course_id, topic_id = uuid_or_none(course_text), uuid_or_none(topic_text)
    course = Course.objects.filter(pk=course_id, closed_at=None).first() if course_id else None
    if course is None:
        return None
    return course, ModuleTopic.objects.filter(pk=topic_id, course=course).first() if topic_id else None
