"""The demo's course, from its folder of Markdown into the tables and the index. Refuses nothing: doing it again changes nothing."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from accounts.door import SYSTEM, acting_as
from courses.importing import Changes, Draft, apply, compare, read
from courses.models import Course


def folder() -> Path:
    """Where the demo course's Markdown lies."""
    return Path(settings.BASE_DIR) / "courses" / "demo"


@dataclass(frozen=True)
class Brought:
    """The course, and what bringing it in has changed."""

    course: Course
    changes: Changes


def bring_course() -> Brought:
    """Import the demo course; raises BadCourse when its folder is damaged."""
    draft = read(folder())
    with acting_as(SYSTEM):
        course = _course(draft)
        return Brought(course, apply(course, draft, compare(course, draft)))


def _course(draft: Draft) -> Course:
    said = {"title": draft.title, "description": draft.description}
    return Course.objects.get_or_create(slug=draft.slug, defaults=said)[0]
