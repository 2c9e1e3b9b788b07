"""Changes the text of one chapter or lab, without an import. What links to other pages and files keeps leading there.

Runs behind the door of somebody who may change the course. Refuses to overwrite a version that the editor has not seen. A page
that is taken out stays for the answers that cite it.
"""

import hashlib
import re
from dataclasses import dataclass
from posixpath import basename, normpath
from urllib.parse import unquote

from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from courses.markdown import render_lesson
from courses.models import Chapter, Course, Lab

ADDRESS = re.compile(r'(?:href|src)="([^"]*)"')
PAGE_SUFFIX = re.compile(r"(?:\.(?:md|markdown|Rmd|qmd|html?))?/?$")
LONGEST_BODY = 500_000  # characters


class PlaceHasMoved(Exception):
    """Somebody else changed the page meanwhile; look at it again."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a page is to hold."""

    title: str
    body: str
    day: int
    section: str


def edit(place: Chapter | Lab, wanted: Text, *, seen: int | None = None) -> bool:
    """Save the text; True when anything is new. Raises PlaceHasMoved when `seen` is not the page's version any more."""
    with transaction.atomic():
        course = Course.objects.select_for_update(no_key=True).get(pk=place.course_id)
        row = type(place)._default_manager.select_for_update().get(pk=place.pk, removed_at=None)
        if seen is not None and row.version != seen:
            raise PlaceHasMoved
        digest = hashlib.sha256(f"{wanted.title}\n\n{wanted.body}".encode()).hexdigest()
        is_new = digest != row.content_hash or (wanted.title, wanted.body) != (row.title, row.body)
        if not is_new and (wanted.day, wanted.section) == (row.day, row.section):
            return False
        _render(course, row, wanted)
        row.title, row.body, row.day, row.section, row.content_hash = (
            *(wanted.title, wanted.body, wanted.day, wanted.section),
            digest,
        )
        row.version += is_new
        row.save(update_fields=[*"title body day section content_hash html outline version updated_at".split()])
        Course.objects.filter(pk=course.pk).update(content_version=F("content_version") + 1, updated_at=timezone.now())
    place.refresh_from_db()
    return True


def take_out(place: Chapter | Lab) -> None:
    """The page leaves the course; its row stays readable for what cites it."""
    with transaction.atomic():
        type(place)._default_manager.filter(pk=place.pk, removed_at=None).update(removed_at=timezone.now())
        Course.objects.filter(pk=place.course_id).update(content_version=F("content_version") + 1, updated_at=timezone.now())


def _render(course: Course, row: Chapter | Lab, wanted: Text) -> None:
    known = _addresses(row)
    files = list(course.assets.values_list("path", flat=True))
    pages = {
        *course.chapters.current().values_list("chapter_id", flat=True),
        *course.labs.current().values_list("lab_id", flat=True),
    }

    def asset_url(target: str) -> str:
        path = _file(target, files)
        return known.get(target) or (reverse("course-file", args=[course.slug, path]) if path else "")

    def page_url(target: str) -> str | None:
        name = basename(PAGE_SUFFIX.sub("", target))
        return known.get(target) or (reverse("place", args=[course.slug, name]) if name in pages else None)

    lesson = render_lesson(wanted.body, asset_url=asset_url, page_url=page_url)
    row.html = lesson.html
    row.outline = [{"id": heading.id, "level": heading.level, "text": heading.text} for heading in lesson.outline]


def _addresses(row: Chapter | Lab) -> dict[str, str]:
    """What each link of the present text was resolved to by its import, read from the page as it is shown."""
    targets: list[str] = []

    def numbered(target: str) -> str:
        targets.append(target)
        return f"/to/{len(targets) - 1}"

    draft = render_lesson(row.body, asset_url=numbered, page_url=numbered).html
    here, there = ADDRESS.findall(draft), ADDRESS.findall(row.html)
    if len(here) != len(there):  # a link that was left out shifts the others
        return {}
    pairs = [(re.match(r"/to/(\d+)", mark), address) for mark, address in zip(here, there, strict=True)]
    return {targets[int(mark[1])]: address.partition("#")[0] for mark, address in pairs if mark}


def _file(target: str, files: list[str]) -> str | None:
    """The file of the course that a path in a text means: the same path, or the only one that ends with it."""
    path = normpath(unquote(target)).lstrip("./")
    if path in files:
        return path
    ending = [each for each in files if each.endswith(f"/{path}") or path.endswith(f"/{each}")]
    return ending[0] if len(ending) == 1 else None
