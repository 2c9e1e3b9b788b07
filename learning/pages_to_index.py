"""What of a course is indexed: its chapters, its labs, and one overview of the whole; cut into rows with their hashes.

Reads nothing but the course's current pages; `rows_of` is pure, so the same pages always give the same rows.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.utils.translation import gettext as _

from courses.models import Chapter, Course, Lab
from learning.chunking import LIMIT, Piece, chunk
from learning.models import ContentChunk

CHUNKER_VERSION = 2  # raise it when the same page may be cut differently; a full update then makes all rows anew
LISTED_PAGES = 60  # an overview that lists more titles than this answers nothing and meets every question

Type = ContentChunk.ContentType
Place = tuple[str, str, str | None, int]  # kind, chapter, lab, position: unique in a generation


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the course as it is read into the index."""

    content_type: str
    chapter_id: str
    chapter_title: str
    lab_id: str | None
    title: str
    day: int
    version: int
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A chunk before it has a vector. `text` is what the model reads, `content_hash` its SHA-256."""

    page: Page
    piece: Piece
    text: str
    content_hash: str

    @property
    def place(self) -> Place:
        return self.page.content_type, self.page.chapter_id, self.page.lab_id, self.piece.position


def pages_of(course_id: UUID) -> list[Page]:
    """The course's overview, chapters and labs as they are now."""
    course = Course.objects.get(pk=course_id)
    chapters = list(Chapter.objects.filter(course=course).current())
    labs = list(Lab.objects.filter(course=course).current().select_related("chapter"))
    return [_overview(course, [*chapters, *labs]), *map(_chapter, chapters), *map(_lab, labs)]


def rows_of(pages: Iterable[Page], *, count_tokens: Callable[[str], int], limit: int = LIMIT) -> Iterator[Row]:
    """The rows of each page in order."""
    for page in pages:
        for piece in chunk(page.text.replace("\x00", ""), title=page.title, count_tokens=count_tokens, limit=limit):
            text = piece.embedded_text
            yield Row(page, piece, text, hashlib.sha256(text.encode()).hexdigest())


def _chapter(chapter: Chapter) -> Page:
    return Page(Type.CHAPTER, chapter.chapter_id, chapter.title, None, chapter.title, chapter.day, chapter.version, chapter.body)


def _lab(lab: Lab) -> Page:
    chapter_id, title = (lab.chapter.chapter_id, lab.chapter.title) if lab.chapter else ("", "")
    return Page(Type.LAB, chapter_id, title, lab.lab_id, lab.title, lab.day, lab.version, lab.body)


def _overview(course: Course, places: Sequence[Chapter | Lab]) -> Page:
    """What the course is about and, unless it is too long to help, what is taught on which day."""
    parts = [course.description]
    if len(places) <= LISTED_PAGES:
        ordered = sorted(places, key=lambda place: (place.day, place.position))
        parts += [_day(day, list(group)) for day, group in groupby(ordered, key=lambda place: place.day)]
    text = "\n\n".join(part for part in parts if part)
    return Page(Type.OVERVIEW, "", course.title, None, course.title, 0, course.content_version, text)


def _day(day: int, places: Sequence[Chapter | Lab]) -> str:
    lines = [f"## {_('Day %(day)s') % {'day': day}}", "", *(f"- {place.title}" for place in places)]
    return "\n".join(lines)
