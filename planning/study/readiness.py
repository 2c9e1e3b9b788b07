"""Predicted readiness: the share of a syllabus that a learner is expected to remember on a day.

The mean over all points of the syllabus of what spacing expects to be remembered of each: nothing of what was never studied, 0.9
of what the learner said they know (as on the day of a review), and for the others forgetting since their last review
(`spacing.retention`). Days to come assume that the plan is kept and that reviews go well (grade 4). It predicts memory, not
marks.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from planning.study.planner import Topic
from planning.study.schedule import Schedule
from planning.study.spacing import EXPECTED_GRADE, METHODS, RETENTION_WHEN_DUE, Memory, Review

POINTS = 60  # of a curve at most; more than a screen can tell apart costs time


@dataclass(frozen=True, slots=True)
class Point:
    date: date
    share: float


@dataclass(frozen=True, slots=True)
class Readiness:
    """The curve from a plan's first day to the exam, and the shares on three days."""

    curve: tuple[Point, ...]
    today: float
    at_exam: float
    if_stopped: float  # on the exam's day, if nothing were reviewed from today on


def readiness(
    *,
    topics: Sequence[Topic],
    known: frozenset[str],
    reviews: Mapping[str, Sequence[Review]],
    schedule: Schedule,
    first: date,
    today: date,
    exam_date: date,
    method: str,
) -> Readiness:
    """Raises ValueError when the exam is not after the first day."""
    if exam_date <= first:
        raise ValueError("A curve needs at least one day.")
    wanted = [topic.code for topic in topics]
    past = {code: _memories(method, reviews.get(code, ())) for code in wanted}
    coming = _coming(method, past, schedule, today)
    days = _sampled(first, today, exam_date)
    curve = tuple(Point(day, _share(method, wanted, known, coming, day)) for day in days)
    at = {point.date: point.share for point in curve}
    return Readiness(curve, at[min(max(today, first), exam_date)], at[exam_date], _share(method, wanted, known, past, exam_date))


def _memories(method: str, reviews: Iterable[Review]) -> list[Memory]:
    """The memory after each review, oldest first."""
    found: list[Memory] = []
    for review in sorted(reviews, key=lambda each: each.on):
        found.append(METHODS[method].after(found[-1] if found else None, review))
    return found


def _coming(method: str, past: Mapping[str, list[Memory]], schedule: Schedule, today: date) -> dict[str, list[Memory]]:
    """The past, and what the plan holds from today on as if it went well."""
    found = {code: list(memories) for code, memories in past.items()}
    for entry in schedule:
        day = date.fromisoformat(entry["date"])
        for code in entry["topics"] if day >= today else ():
            line = found.get(code)
            if line is not None and not (line and line[-1].last >= day):
                line.append(METHODS[method].after(line[-1] if line else None, Review(day, EXPECTED_GRADE)))
    return found


def _share(method: str, codes: Sequence[str], known: frozenset[str], memories: Mapping[str, list[Memory]], day: date) -> float:
    if not codes:
        return 0.0
    return sum(_remembered(method, code in known, memories[code], day) for code in codes) / len(codes)


def _remembered(method: str, is_known: bool, line: Sequence[Memory], day: date) -> float:
    number = bisect_right(line, day, key=lambda memory: memory.last)
    if number:
        return METHODS[method].retention(line[number - 1], day)
    return RETENTION_WHEN_DUE if is_known else 0.0


def _sampled(first: date, today: date, exam_date: date) -> list[date]:
    """Days of the curve, evenly; always with the first, today and the exam's."""
    span = (exam_date - first).days
    step = max(span / POINTS, 1)
    days = {first + timedelta(days=round(number * step)) for number in range(int(span / step) + 1)}
    return sorted({day for day in days if day <= exam_date} | {first, exam_date, min(max(today, first), exam_date)})
