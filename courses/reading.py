"""What a learner sees of a course: its outline with their own progress, and their shelf of courses.

Refuses nothing itself: it runs behind the door, so rows that the reader may not see are not there. Progress is always the
reader's own, whatever else their role may read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from courses.markdown.headings import anchor_for, slug
from courses.models import Chapter, Course, Lab, PlaceProgress

WORDS_PER_MINUTE = 180  # unhurried reading of technical text


@dataclass(frozen=True, slots=True)
class Step:
    """A chapter or lab in the order of the course; `number` counts chapters, 0 for a lab."""

    place_id: str
    title: str
    day: int
    section: str
    position: int
    is_lab: bool
    number: int
    url: str
    is_opened: bool
    is_done: bool

    @property
    def heading(self) -> str:
        name = _("Day %(day)s") % {"day": self.day}
        return f"{name} · {self.section}" if self.section else name


@dataclass(frozen=True, slots=True)
class Day:
    """Neighbouring steps of one day and section; `anchor` is where a citation of that day of the course leads."""

    heading: str
    steps: tuple[Step, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """The steps of a course as one learner sees them; `last_id` is the place opened most recently."""

    steps: tuple[Step, ...]
    last_id: str

    @property
    def days(self) -> tuple[Day, ...]:
        return tuple(_days(self.steps))

    @property
    def total(self) -> int:
        return len(self.steps)

    @property
    def chapter_total(self) -> int:
        return sum(not step.is_lab for step in self.steps)

    @property
    def done_count(self) -> int:
        return sum(step.is_done for step in self.steps)

    @property
    def was_begun(self) -> bool:
        return any(step.is_opened for step in self.steps)

    @property
    def next_step(self) -> Step | None:
        """Where to go on: the place opened last, or the first undone one after it."""
        last = next((index for index, step in enumerate(self.steps) if step.place_id == self.last_id), 0)
        around = self.steps[last:] + self.steps[:last]
        return next((step for step in around if not step.is_done), self.steps[last] if self.steps else None)

    def at(self, place_id: str) -> tuple[Step | None, Step | None, Step | None]:
        """The step with this id, the one before and the one after it."""
        index = next((number for number, step in enumerate(self.steps) if step.place_id == place_id), None)
        if index is None:
            return None, None, None
        before = self.steps[index - 1] if index else None
        after = self.steps[index + 1] if index + 1 < len(self.steps) else None
        return self.steps[index], before, after


@dataclass(frozen=True, slots=True)
class Shelved:
    """A course on a learner's shelf."""

    course: Course
    total: int
    done_count: int
    last_title: str
    last_url: str
    last_opened_at: datetime | None


def outline_of(course: Course, learner: User) -> Outline:
    """The outline of a course with the learner's progress, in three queries."""
    columns = ("title", "day", "section", "position")
    chapters = [(row, False) for row in course.chapters.current().values_list("chapter_id", *columns)]
    labs = [(row, True) for row in course.labs.current().values_list("lab_id", *columns)]
    progress = {row.place_id: row for row in PlaceProgress.objects.filter(learner=learner, course=course)}
    last = max(progress.values(), key=lambda row: row.last_opened_at, default=None)
    rows = sorted(chapters + labs, key=lambda item: (item[0][2], item[0][4], item[1]))
    return Outline(tuple(_steps(course, rows, progress)), last.place_id if last else "")


def _days(steps: tuple[Step, ...]) -> Iterable[Day]:
    """The first part of each day carries its anchor, with the id that the heading `Day 2` has in a lesson."""
    known: set[int] = set()
    for heading, part in groupby(steps, key=lambda step: step.heading):
        found = tuple(part)
        day = found[0].day
        yield Day(heading, found, "" if day in known else anchor_for(slug(_("Day %(day)s") % {"day": day})))
        known.add(day)


def _steps(
    course: Course, rows: list[tuple[tuple[str, str, int, str, int], bool]], progress: dict[str, PlaceProgress]
) -> Iterable[Step]:
    number = 0
    for (place_id, title, day, section, position), is_lab in rows:
        number += not is_lab
        seen = progress.get(place_id)
        yield Step(
            place_id=place_id,
            title=title,
            day=day,
            section=section,
            position=position,
            is_lab=is_lab,
            number=0 if is_lab else number,
            url=reverse("place", args=[course.slug, place_id]),
            is_opened=seen is not None,
            is_done=bool(seen and seen.done_at),
        )


def shelf_of(learner: User) -> list[Shelved]:
    """The open courses this person learns or trains in, the one opened last first."""
    courses = Course.objects.with_place_counts().filter(closed_at=None).order_by("title")
    progress: dict[object, list[PlaceProgress]] = {}
    for row in PlaceProgress.objects.filter(learner=learner).order_by("last_opened_at"):
        progress.setdefault(row.course_id, []).append(row)
    titles = _titles([rows[-1] for rows in progress.values()])
    shelf = [_shelved(course, progress.get(course.pk, []), titles) for course in courses]
    return sorted(shelf, key=lambda item: item.last_opened_at.timestamp() if item.last_opened_at else 0, reverse=True)


def _shelved(course: Course, rows: list[PlaceProgress], titles: dict[tuple[object, str], str]) -> Shelved:
    last = rows[-1] if rows else None
    title = titles.get((course.pk, last.place_id), "") if last else ""
    total = course.chapter_count + course.lab_count  # type: ignore[attr-defined]
    return Shelved(
        course=course,
        total=total,
        done_count=min(sum(row.done_at is not None for row in rows), total),
        last_title=title,
        last_url=reverse("place", args=[course.slug, last.place_id]) if last and title else "",
        last_opened_at=last.last_opened_at if last else None,
    )


def _titles(rows: list[PlaceProgress]) -> dict[tuple[object, str], str]:
    chapters = Q(pk=None)
    labs = Q(pk=None)
    for row in rows:
        chapters |= Q(course_id=row.course_id, chapter_id=row.place_id)
        labs |= Q(course_id=row.course_id, lab_id=row.place_id)
    found = [*Chapter.objects.current().filter(chapters).values_list("course_id", "chapter_id", "title")]
    found += Lab.objects.current().filter(labs).values_list("course_id", "lab_id", "title")
    return {(course_id, place_id): title for course_id, place_id, title in found}


def open_place(course: Course, place_id: str, learner: User) -> None:
    """Note that the learner opened a place, now."""
    PlaceProgress.objects.update_or_create(
        learner=learner, course=course, place_id=place_id, defaults={"last_opened_at": timezone.now()}
    )


def set_done(course: Course, place_id: str, learner: User, *, done: bool) -> None:
    """Note that the learner is done with a place, or not after all. Doing it twice keeps the first time."""
    row, _created = PlaceProgress.objects.get_or_create(learner=learner, course=course, place_id=place_id)
    row.done_at = (row.done_at or timezone.now()) if done else None
    row.save(update_fields=["done_at"])


def minutes_to_read(text: str) -> int:
    """Whole minutes, at least one."""
    return max(1, round(len(text.split()) / WORDS_PER_MINUTE))
