"""Reads the kept figures of one course or of several: four short statements, whose cost does not grow with what happened.

It runs behind the trainer's or admin's door and adds no right of its own; learners see no row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.door import planned_once
from coach.insights.periods import Period
from courses.models import Course

GAPS = 10  # places with the most gaps
EFFECTS = 12  # the latest corrections
LONG = 30  # spans; what came before a longer time is added up by the database, without the counted times: most of the bytes

SINGLE = (
    *"asked course_text verified ai_draft not_found confidence_sum escalated helpful not_helpful".split(),
    *"made approved rejected applied".split(),
)
ARRAYS = ("confidences", "reply_times", "live_times")
OF_COURSE = f"""
SELECT date, {", ".join(SINGLE)}, {", ".join(ARRAYS)} FROM course_figures
 WHERE course_id = ANY (%s) AND span = %s AND date >= %s
"""
BEFORE_IN_ALL = f"""
UNION ALL SELECT min(date), {", ".join(f"sum({name})::bigint" for name in SINGLE)}, {", ".join("NULL" for _name in ARRAYS)}
  FROM course_figures WHERE course_id = ANY (%s) AND span = %s AND date >= %s AND date < %s HAVING count(*) > 0
"""
# There are hundreds of places in each span, so they are added up from the wider spans and those before the first of these.
OF_PLACES = """
WITH top AS (
    SELECT course_id, place_id, sum(asked)::int AS asked, sum(not_found)::int AS not_found, sum(unsure)::int AS unsure,
           sum(escalated)::int AS escalated, sum(gaps)::int AS gaps
      FROM (SELECT * FROM place_figures WHERE course_id = ANY (%s) AND span = %s AND date >= %s AND date < %s
            UNION ALL SELECT * FROM place_figures WHERE course_id = ANY (%s) AND span = %s AND date >= %s) AS spans
     GROUP BY 1, 2 HAVING sum(gaps) > 0 ORDER BY sum(gaps) DESC, sum(asked), 2 LIMIT %s)
SELECT top.course_id, top.place_id, coalesce(h.title, l.title, ''), (h.id IS NOT NULL OR l.id IS NOT NULL),
       top.asked, top.not_found, top.unsure, top.escalated, top.gaps
  FROM top
  LEFT JOIN chapters h ON h.course_id = top.course_id AND h.chapter_id = top.place_id AND h.removed_at IS NULL
  LEFT JOIN labs l ON l.course_id = top.course_id AND l.lab_id = top.place_id AND l.removed_at IS NULL
 ORDER BY top.gaps DESC, top.asked, top.place_id
"""
OF_VARIANTS = """
SELECT variant, sum(asked)::int, sum(escalated)::int, sum(helpful)::int, sum(not_helpful)::int FROM variant_figures
 WHERE course_id = ANY (%s) AND span = %s AND date >= %s GROUP BY 1 HAVING sum(asked) > 0 ORDER BY 2 DESC, 1 LIMIT 12
"""
# Of each course the latest ones by the index, and of those what is live; without the limit inside, all of them would be joined.
OF_CORRECTIONS = """
WITH latest AS MATERIALIZED (
    SELECT f.* FROM unnest(%s::uuid[]) AS one(id) CROSS JOIN LATERAL (
        SELECT * FROM correction_effects WHERE course_id = one.id ORDER BY live_at DESC LIMIT %s) AS f)
SELECT k.question, k.verified_by_name, f.course_id, f.live_at, f.counted_from, f.before_asked, f.before_not_found, f.after_asked,
       f.after_not_found, f.after_verified
  FROM latest f CROSS JOIN LATERAL (
        SELECT question, verified_by_name FROM knowledge_base_rag WHERE entry_id = f.entry_id AND is_live LIMIT 1) AS k
 ORDER BY f.live_at DESC LIMIT %s
"""


@dataclass(slots=True)
class Counts:
    """The figures of one span, or of several together."""

    asked: int = 0
    course_text: int = 0
    verified: int = 0
    ai_draft: int = 0
    not_found: int = 0
    confidence_sum: int = 0
    escalated: int = 0
    helpful: int = 0
    not_helpful: int = 0
    made: int = 0  # items that came into the learning queue
    approved: int = 0
    rejected: int = 0
    applied: int = 0
    confidences: list[int] = field(default_factory=list)
    reply_times: list[int] = field(default_factory=list)
    live_times: list[int] = field(default_factory=list)

    @property
    def rated(self) -> int:
        return self.helpful + self.not_helpful

    @property
    def confidence(self) -> float | None:
        """The average, from 0 to 1."""
        return self.confidence_sum / 1000 / self.asked if self.asked else None

    @property
    def escalation_rate(self) -> float | None:
        return min(1.0, self.escalated / self.asked) if self.asked else None

    @property
    def helpful_share(self) -> float | None:
        return self.helpful / self.rated if self.rated else None


@dataclass(frozen=True, slots=True)
class PlaceGaps:
    """A chapter or lab, and what was not answered there."""

    course: Course
    place_id: str
    title: str
    is_there: bool
    asked: int
    not_found: int
    unsure: int
    escalated: int
    gaps: int


@dataclass(frozen=True, slots=True)
class Variant:
    """What became of the answers of one version of the prompt."""

    name: str
    asked: int
    escalated: int
    helpful: int
    not_helpful: int

    @property
    def rated(self) -> int:
        return self.helpful + self.not_helpful


@dataclass(frozen=True, slots=True)
class Correction:
    """How often the question of a verified answer was asked before and after."""

    question: str
    verified_by: str
    course: Course
    live_at: datetime
    counted_from: datetime | None
    before_asked: int
    before_not_found: int
    after_asked: int
    after_not_found: int
    after_verified: int


@dataclass(frozen=True, slots=True)
class Insights:
    """Everything that the dashboard shows of one period."""

    period: Period
    courses: tuple[Course, ...]
    points: tuple[Counts, ...]  # one for each span of the period
    now: Counts
    before: Counts  # the time before, of the same length
    places: tuple[PlaceGaps, ...]
    variants: tuple[Variant, ...]
    corrections: tuple[Correction, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.now.asked or self.before.asked or self.now.made or self.corrections or self.now.reply_times)


def read(courses: Sequence[Course], period: Period) -> Insights:
    """The figures of these courses together."""
    by_id = {course.pk: course for course in courses}
    ids = list(by_id)
    points, before = _points(ids, period)
    latest = _rows(OF_CORRECTIONS, ids, 2 * EFFECTS, EFFECTS)
    return Insights(
        period,
        tuple(courses),
        tuple(points),
        together(points),
        before,
        tuple(PlaceGaps(by_id[course], *rest) for course, *rest in _of_places(ids, period)),
        tuple(Variant(*row) for row in _rows(OF_VARIANTS, ids, period.span, period.start)),
        tuple(Correction(question, by, by_id[course], *rest) for question, by, course, *rest in latest),
    )


def together(found: Sequence[Counts]) -> Counts:
    """The sum of several spans, or of several courses."""
    if len(found) == 1:
        return found[0]
    arrays = {name: [row for one in found if (row := getattr(one, name))] for name in ARRAYS}
    sums: dict[str, Any] = {name: [*map(sum, zip(*rows, strict=True))] for name, rows in arrays.items()}
    return Counts(**{name: sum(map(attrgetter(name), found)) for name in SINGLE}, **sums)


def _points(ids: list[UUID], period: Period) -> tuple[list[Counts], Counts]:
    points: list[list[Counts]] = [[] for _date in period.dates]
    before: list[Counts] = []
    for day, *values in _of_course(ids, period):
        number = period.number(day)
        place = points[min(number, len(points) - 1)] if number >= 0 else before
        place.append(Counts(*[[] if value is None else value for value in values]))
    return [together(each) for each in points], together(before)


def _of_course(ids: list[UUID], period: Period) -> list[tuple[Any, ...]]:
    """A row for each course and span of the period; of the time before likewise, or one in all for a long one."""
    if period.length <= LONG:
        return _rows(OF_COURSE, ids, period.span, period.before)
    now, earlier = (ids, period.span, period.start), (ids, period.span, period.before, period.start)
    return _rows(OF_COURSE + BEFORE_IN_ALL, *now, *earlier)


def _of_places(ids: list[UUID], period: Period) -> list[tuple[Any, ...]]:
    """The places with most gaps."""
    wider, first = period.wider
    return _rows(OF_PLACES, ids, period.span, period.start, first, ids, wider, first, GAPS)


def _rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with planned_once(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
