"""The demo's course, from its folder of Markdown into the tables and the index. Doing it again changes nothing."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from accounts.door import SYSTEM, acting_as
from courses.importing import Changes, Draft, apply, compare, read
from courses.models import Course
from learning.indexing import complete_update, request_update
from learning.models import ContentUpdate


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


def index_course(brought: Brought) -> ContentUpdate | None:
    """Bring the index in step, in this process; None when it is already."""
    course = brought.course
    if course.index_generation and brought.changes.is_empty:
        return None
    with acting_as(SYSTEM):
        update = request_update(
            course, update_type=ContentUpdate.Type.INCREMENTAL, triggered_by=ContentUpdate.Trigger.AUTOMATIC, wake=False
        )
    return complete_update(update.pk)


def _course(draft: Draft) -> Course:
    said = {"title": draft.title, "description": draft.description}
    return Course.objects.get_or_create(slug=draft.slug, defaults=said)[0]
