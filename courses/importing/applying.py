"""Stores a draft as the course's content, in one transaction: all of it or nothing.

Applying the same draft again changes nothing. Only what differs is written, pages that are gone are marked as removed
and stay readable for the answers that cite them, and a page that comes back is the same page again.
"""

import hashlib
from collections.abc import Callable, Mapping

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from courses.importing.comparing import Changes, Row, compare, current_rows, new_course_fields
from courses.importing.drafts import Draft, Page
from courses.importing.paging import Places
from courses.markdown import render_lesson
from courses.models import Chapter, Course, CourseAsset, Lab, ModuleTopic

Progress = Callable[[int, int], None]
TEXT_FIELDS = ("title", "day", "section", "position", "body", "html", "outline", "content_hash")
BATCH = 200


class CourseHasMoved(Exception):
    """The course is not as it was when the changes were worked out; look at them again."""


def apply(course: Course, draft: Draft, changes: Changes, progress: Progress | None = None) -> Changes:
    """Makes the course as the draft says and raises its content version when that changes anything. Runs behind the
    door, as somebody who may change the course. `progress` hears of pages done and all pages.
    """
    with transaction.atomic():
        locked = Course.objects.select_for_update().get(pk=course.pk)
        if compare(locked, draft) != changes:
            raise CourseHasMoved
        rows = current_rows(locked)
        wrote = _store_pages(locked, draft, rows, progress or (lambda _done, _total: None))
        _remove(rows, draft)
        _store_assets(locked, draft)
        _store_topics(locked, draft)
        _store_course(locked, draft, content_changed=wrote or not changes.is_empty)
        course.refresh_from_db()
    return changes


def content_hash(page: Page) -> str:
    """SHA-256 of what the index is made of: the title and the text."""
    return hashlib.sha256(f"{page.title}\n\n{page.body}".encode()).hexdigest()


# Pages


def _store_pages(course: Course, draft: Draft, rows: Mapping[tuple[bool, str], Row], progress: Progress) -> bool:
    """Writes new pages and those that differ; True when the text of any page is new."""
    places, paths = Places(draft), {asset.path for asset in draft.assets}
    new: list[Row] = []
    changed: list[Row] = []
    has_new_text = False
    for position, page in enumerate(draft.pages, 1):
        row = rows.get((page.is_lab, page.place_id))
        target = row or _new_row(course, page)
        values = _values(course, page, position, places, paths)
        if row is None:
            new.append(target)
        elif row.removed_at or any(getattr(row, name) != value for name, value in values.items()):
            changed.append(row)
            has_new_text |= row.content_hash != values["content_hash"]
            row.version += row.content_hash != values["content_hash"]
        for name, value in {**values, "removed_at": None}.items():
            setattr(target, name, value)
        progress(position, len(draft.pages))
    _write(new, changed)
    _join_labs(course, draft)
    return bool(new) or has_new_text


def _new_row(course: Course, page: Page) -> Row:
    return Lab(course=course, lab_id=page.place_id) if page.is_lab else Chapter(course=course, chapter_id=page.place_id)


def _values(course: Course, page: Page, position: int, places: Places, paths: set[str]) -> dict[str, object]:
    """What the row of a page holds, its HTML included."""

    def asset_url(target: str) -> str:
        path = places.file(page.source, target)
        return reverse("course-file", args=[course.slug, path]) if path in paths else ""

    def page_url(target: str) -> str | None:
        name, _hash, anchor = (places.page(page.source, target) or "").partition("#")
        url = reverse("place", args=[course.slug, name]) if name else None
        return f"{url}#{anchor}" if url and anchor else url

    lesson = render_lesson(page.body, asset_url=asset_url, page_url=page_url)
    outline = [{"id": heading.id, "level": heading.level, "text": heading.text} for heading in lesson.outline]
    values = (page.title, page.day, page.section, position, page.body, lesson.html, outline, content_hash(page))
    return dict(zip(TEXT_FIELDS, values, strict=True))


def _write(new: list[Row], changed: list[Row]) -> None:
    now = timezone.now()
    for model in (Chapter, Lab):
        fresh = [row for row in new if isinstance(row, model)]
        model._default_manager.bulk_create(fresh, batch_size=BATCH)  # type: ignore[arg-type]
        known = [row for row in changed if isinstance(row, model)]
        for row in known:
            row.updated_at = now
        fields = [*TEXT_FIELDS, "version", "removed_at", "updated_at"]
        model._default_manager.bulk_update(known, fields, batch_size=BATCH)  # type: ignore[arg-type]


def _join_labs(course: Course, draft: Draft) -> None:
    """Ties each lab to its chapter."""
    chapters = dict(course.chapters.values_list("chapter_id", "pk"))
    wanted = {page.place_id: chapters.get(page.chapter_id) for page in draft.pages if page.is_lab}
    labs = [lab for lab in course.labs.filter(lab_id__in=wanted) if lab.chapter_id != wanted[lab.lab_id]]
    for lab in labs:
        lab.chapter_id = wanted[lab.lab_id]
    Lab.objects.bulk_update(labs, ["chapter"])


def _remove(rows: Mapping[tuple[bool, str], Row], draft: Draft) -> None:
    kept = {(page.is_lab, page.place_id) for page in draft.pages}
    gone = [row for key, row in rows.items() if key not in kept and row.removed_at is None]
    for model in (Chapter, Lab):
        ids = [row.pk for row in gone if isinstance(row, model)]
        model._default_manager.filter(pk__in=ids).update(removed_at=timezone.now())


# The rest of the course


def _store_assets(course: Course, draft: Draft) -> None:
    known = dict(course.assets.values_list("path", "content_hash"))
    fresh = [asset for asset in draft.assets if known.get(asset.path) != asset.content_hash]
    course.assets.filter(path__in=[asset.path for asset in fresh]).delete()
    course.assets.filter(path__in=known.keys() - {asset.path for asset in draft.assets}).delete()
    CourseAsset.objects.bulk_create(
        CourseAsset(
            course=course,
            path=asset.path,
            content_type=asset.content_type,
            content=asset.content,
            content_hash=asset.content_hash,
        )
        for asset in fresh
    )


def _store_topics(course: Course, draft: Draft) -> None:
    """A topic for each section, or for each chapter of a course without sections; old topics stay, others name them."""
    chapters = {row.chapter_id: row for row in course.chapters.current()}
    first: dict[str, Chapter] = {}
    for page in draft.pages:
        if not page.is_lab and page.place_id in chapters:
            first.setdefault((page.section or page.title)[:200], chapters[page.place_id])
    known = set(course.topics.values_list("name", flat=True))
    ModuleTopic.objects.bulk_create(
        ModuleTopic(course=course, chapter=chapter, name=name, position=position)
        for position, (name, chapter) in enumerate(first.items(), 1)
        if name not in known
    )


def _store_course(course: Course, draft: Draft, *, content_changed: bool) -> None:
    fields = new_course_fields(course, draft)
    for name, value in fields.items():
        setattr(course, name, value)
    course.content_version += content_changed
    if fields or content_changed:
        course.save(update_fields=[*fields, "content_version", "updated_at"])
