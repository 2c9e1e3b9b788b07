"""Finding a course, a page of it or a file of it for the person at the door. What they may not know of is a 404."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from courses.models import Chapter, Course, CourseAsset, Lab


def open_course(slug: str) -> Course:
    """The course with this slug. Raises Http404 when it is unknown, closed, or not for this person."""
    return get_object_or_404(Course, slug=slug, closed_at=None)


def open_place(course: Course, place_id: str) -> Chapter | Lab:
    """The chapter or lab with this id in the course's present version. Raises Http404."""
    place_id = storable(place_id)
    chapter = course.chapters.current().filter(chapter_id=place_id).first()
    place = chapter or course.labs.current().filter(lab_id=place_id).first()
    if place is None:
        raise Http404(place_id)
    place.course = course
    return place


def removed_place(course: Course, place_id: str) -> Chapter | Lab | None:
    """The chapter or lab with this id that was taken out of the course, if there is one."""
    place_id = storable(place_id)
    chapter = course.chapters.filter(chapter_id=place_id, removed_at__isnull=False).first()
    return chapter or course.labs.filter(lab_id=place_id, removed_at__isnull=False).first()


def asset(course: Course, path: str) -> CourseAsset:
    """A file of the course. Raises Http404."""
    return get_object_or_404(CourseAsset, course=course, path=storable(path))


def storable(text: str) -> str:
    """The text itself. Raises Http404 when it holds what no row can hold."""
    if "\x00" in text:
        raise Http404
    return text
