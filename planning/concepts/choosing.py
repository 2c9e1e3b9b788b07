"""What a concept can be made from: the topics and chapters of a learner's courses, with the labs that belong to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from accounts.ids import uuid_or_none
from courses.models import Chapter, Course, Lab, ModuleTopic
from planning.concepts.adding import Wanted
from planning.concepts.refusing import Refused

TOPIC, CHAPTER = "topic", "chapter"


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class CourseChoices:
    """A course with the topics and the chapters that can become a concept, and all its places for a form."""

    course: Course
    topics: tuple[Choice, ...]
    chapters: tuple[Choice, ...]
    places: tuple[Choice, ...]  # chapters and labs in the order of the course; the value is the place's id


def choices() -> list[CourseChoices]:
    """Of every open course that the acting person can see, in four queries."""
    chapters = Prefetch("chapters", Chapter.objects.current().only("chapter_id", "title", "day", "position", "course_id"))
    labs = Prefetch("labs", Lab.objects.current().only("lab_id", "title", "day", "position", "course_id"))
    courses = Course.objects.filter(closed_at=None).order_by("title").prefetch_related(chapters, labs, "topics")
    return [_of_course(course) for course in courses]


def _of_course(course: Course) -> CourseChoices:
    chapters, labs = list(course.chapters.all()), list(course.labs.all())
    places: list[Chapter | Lab] = sorted([*chapters, *labs], key=lambda place: (place.day, place.position))
    return CourseChoices(
        course,
        tuple(Choice(f"{TOPIC}:{topic.pk}", topic.name) for topic in course.topics.all()),
        tuple(Choice(f"{CHAPTER}:{chapter.pk}", chapter.title) for chapter in chapters),
        tuple(Choice(place.place_id, _lab(place) if isinstance(place, Lab) else place.title) for place in places),
    )


def _lab(place: Lab) -> str:
    return _("Lab: %(title)s") % {"title": place.title}


def from_choice(value: str) -> Wanted:
    """The concept that a topic or a chapter makes. Raises Refused for nonsense and for what this person may not know of."""
    kind, _separator, text = value.partition(":")
    row_id = uuid_or_none(text)
    if row_id and kind == TOPIC:
        topic = ModuleTopic.objects.filter(pk=row_id, course__closed_at=None).select_related("course", "chapter").first()
        if topic:
            return Wanted(name=topic.name, course=topic.course, topic=topic, places=_with_labs(topic.chapter))
    if row_id and kind == CHAPTER:
        chapter = Chapter.objects.current().filter(pk=row_id, course__closed_at=None).select_related("course").first()
        if chapter:
            return Wanted(name=chapter.title, course=chapter.course, places=_with_labs(chapter))
    raise Refused("about", _("Choose a topic or a chapter of your course."))


def _with_labs(chapter: Chapter | None) -> Sequence[str]:
    """A chapter and its labs; a lab that names no chapter belongs to the last one before it."""
    if chapter is None or chapter.removed_at:
        return ()
    labs = Lab.objects.current().filter(course_id=chapter.course_id, day=chapter.day)
    after = Chapter.objects.current().filter(course_id=chapter.course_id, day=chapter.day, position__gt=chapter.position)
    end = after.order_by("position").values_list("position", flat=True).first()
    own = [lab.lab_id for lab in labs if lab.chapter_id == chapter.pk or (lab.chapter_id is None and _between(lab, chapter, end))]
    return [chapter.chapter_id, *own]


def _between(lab: Lab, chapter: Chapter, end: int | None) -> bool:
    return lab.position > chapter.position and (end is None or lab.position < end)
