"""The planner: from days, hours and topics to a schedule. Pure; the same input gives the same plan.

Day by day it takes new topics at an even pace, reviews when they are due (those that fade fastest first), and practice exams
towards the end. Never more than three topics a day, never more hours than there are. Topics of one day come from different parts
of the syllabus where that is possible. What cannot be fitted in is said, not hidden.
"""

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from heapq import heappop, heappush, nsmallest

from planning.sm2 import FIRST_EF
from planning.study.days import NONE_OFF, DaysOff, practice_exam_days, study_days
from planning.study.spacing import EXPECTED_GRADE, METHODS, Memory, Review, Spacing

TOPICS_A_DAY = 3
STUDY_HOURS = 1.0  # a new topic: reading and practice together
LEAST_STUDY_HOURS = 0.25  # what it gets at least when time is short
REVIEW_HOURS = 0.25
EXAM_HOURS = 1.5
EXAM_SHARE = 0.75  # of a day at most, so that a review fits beside a practice exam
STUDY_SHARE = 0.6  # of all time that goes to new topics when time is short; the rest is for reviews
NEW_UNTIL = 0.75  # the part of the days over which new topics are spread
LAST_STRETCH = 14  # days of study at most in which free places are filled with what fades
RESTED = 3  # days after which a topic may fill such a place
FIRST_INTERVAL = 1
LOOK_AROUND = 6  # due topics among which one of another part of the syllabus is looked for
CANDIDATES = LOOK_AROUND + TOPICS_A_DAY
TINY = 1e-9  # hours; sums of hours are not exact


@dataclass(frozen=True, slots=True)
class Topic:
    """A syllabus point by its code, and the part of the syllabus that it belongs to."""

    code: str
    part: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a plan has to keep to. `known` is skipped, `urgent` comes first and at once. `first` is day 1 when that is past:
    practice exams stay where the whole plan put them."""

    exam_date: date
    hours_per_day: float
    off: DaysOff = NONE_OFF
    known: frozenset[str] = frozenset()
    urgent: frozenset[str] = frozenset()
    method: str = "sm2"
    first: date | None = None


@dataclass(frozen=True, slots=True)
class PlannedTopic:
    code: str
    is_new: bool
    interval: int
    ef: Decimal


@dataclass(frozen=True, slots=True)
class PlannedDay:
    date: date
    topics: tuple[PlannedTopic, ...]
    hours: float
    has_exam: bool
    is_mixed: bool  # reviews of more than one part of the syllabus


@dataclass(frozen=True, slots=True)
class Lack:
    """What a plan cannot give: topics without a place, hours that are missing, time per topic, reviews that find no place."""

    left_out: tuple[str, ...] = ()
    hours_short: float = 0.0
    study_hours: float = STUDY_HOURS
    full_hours: float = STUDY_HOURS
    reviews_lost: int = 0
    is_for_places: bool = False  # hours would do, but not more than three topics fit a day

    def __bool__(self) -> bool:
        return bool(self.left_out or self.reviews_lost or self.hours_short > TINY)


@dataclass(frozen=True, slots=True)
class Planned:
    days: tuple[PlannedDay, ...]
    lack: Lack


@dataclass
class _Desk:
    """What the planner has before it while it goes through the days."""

    spacing: Spacing
    parts: Mapping[str, str]
    new: deque[str]
    memories: dict[str, Memory]
    urgent: set[str]
    study_hours: float
    review_hours: float
    waiting: list[tuple[int, int, str]] = field(default_factory=list)  # a heap of (day due, day of the last review, code)
    ready: dict[str, tuple[int, int]] = field(default_factory=dict)  # what is due: day of the last review, interval

    def __post_init__(self) -> None:
        for code, memory in self.memories.items():
            self.expect(code, memory)

    def expect(self, code: str, memory: Memory) -> None:
        """Have a topic come again when it is due; an urgent one on the day after its last review."""
        last = memory.last.toordinal()
        heappush(self.waiting, (last + (1 if code in self.urgent else memory.interval), last, code))

    def due(self, on: date) -> list[str]:
        """The most pressing of what is due: urgent ones, then the most overdue for their interval. Days come in order."""
        today = on.toordinal()
        while self.waiting and self.waiting[0][0] <= today:
            _due, last, code = heappop(self.waiting)
            if self.memories[code].last.toordinal() == last:  # else it was reviewed earlier than it was due
                self.ready[code] = (last, max(self.memories[code].interval, 1))
        found = ((code not in self.urgent, (last - today) / interval, code) for code, (last, interval) in self.ready.items())
        return [code for _is_calm, _late, code in nsmallest(CANDIDATES, found)]

    def pull(self, code: str, memory: Memory | None, on: date) -> PlannedTopic:
        """Take a topic for a day: what was planned, and the memory that it is expected to leave."""
        self.urgent.discard(code)
        self.ready.pop(code, None)
        self.memories[code] = self.spacing.after(memory, Review(on, EXPECTED_GRADE))
        self.expect(code, self.memories[code])
        if memory is None:
            return PlannedTopic(code, True, FIRST_INTERVAL, FIRST_EF)
        return PlannedTopic(code, False, max(memory.interval, FIRST_INTERVAL), memory.ef)


@dataclass
class _Day:
    date: date
    hours: float
    room: float
    has_exam: bool
    topics: list[PlannedTopic] = field(default_factory=list)

    def fits(self, hours: float) -> bool:
        return len(self.topics) < TOPICS_A_DAY and self.room + TINY >= hours

    def add(self, topic: PlannedTopic, hours: float) -> None:
        self.topics.append(topic)
        self.room -= hours


def plan(*, topics: Sequence[Topic], memories: Mapping[str, Memory], start: date, wishes: Wishes) -> Planned:
    """The days from `start` to the day before the exam; days without work are left out."""
    days = study_days(start, wishes.exam_date, wishes.off)
    exams = practice_exam_days(study_days(min(wishes.first or start, start), wishes.exam_date, wishes.off)) & set(days)
    wanted = [topic for topic in topics if topic.code not in wishes.known]
    new = interleaved([topic for topic in wanted if topic.code not in memories], wishes.urgent)
    hours = wishes.hours_per_day
    full = min(STUDY_HOURS, hours)
    study = _study_hours(len(new), hours, len(days) - len(exams), full)
    here = {topic.code: memories[topic.code] for topic in wanted if topic.code in memories}
    urgent = {code for code in wishes.urgent if code in here}
    parts = {topic.code: topic.part for topic in topics}
    desk = _Desk(METHODS[wishes.method], parts, deque(new), here, urgent, study, min(REVIEW_HOURS, hours / 2))
    planned = _through(desk, days, exams, hours)
    return Planned(tuple(planned), _lack(desk, days, exams, wishes, len(new), full))


def interleaved(topics: Iterable[Topic], urgent: frozenset[str] = frozenset()) -> list[str]:
    """The codes, taken in turn from each part of the syllabus and in its order there; urgent ones first."""
    parts: dict[str, deque[str]] = {}
    for topic in sorted(topics, key=lambda each: each.code not in urgent):
        parts.setdefault(topic.part, deque()).append(topic.code)
    found: list[str] = []
    while parts:
        found += [queue.popleft() for queue in parts.values()]
        parts = {part: queue for part, queue in parts.items() if queue}
    return sorted(found, key=lambda code: code not in urgent)


def _study_hours(new: int, hours: float, days: int, full: float) -> float:
    """Hours for a new topic: all it should have, or less when there are many for the time."""
    placed = min(new, TOPICS_A_DAY * days)
    if not placed:
        return full
    fair = hours * days * STUDY_SHARE / placed
    return max(min(full, fair), min(LEAST_STUDY_HOURS, hours))


def _through(desk: _Desk, days: Sequence[date], exams: frozenset[date], hours: float) -> list[PlannedDay]:
    stretch = len(days) - min(LAST_STRETCH, len(days) // 5)
    places = _new_places(desk, days, exams, hours)
    found = []
    for number, day in enumerate(days):
        has_exam = day in exams
        today = _Day(day, hours, hours - (min(EXAM_HOURS, hours * EXAM_SHARE) if has_exam else 0.0), has_exam)
        pace = math.ceil(len(desk.new) / places[number]) if places[number] and not has_exam else 0
        _fill(desk, today, pace, is_last=number >= stretch or has_exam)
        if today.topics or has_exam:
            found.append(_settled(desk, today))
    return found


def _new_places(desk: _Desk, days: Sequence[date], exams: frozenset[date], hours: float) -> list[int]:
    """For each day, over how many days from it on new topics are spread: the first part of the plan, or all if needed."""
    a_day = min(TOPICS_A_DAY - 1, int((hours + TINY) / desk.study_hours)) or 1
    needed = math.ceil(len(desk.new) / a_day)
    open_days = [day not in exams for day in days]
    within = max(math.ceil(sum(open_days) * NEW_UNTIL), needed)
    left = min(within, sum(open_days))
    places = []
    for is_open in open_days:
        places.append(max(left, 0))
        left -= is_open
    return places


def _fill(desk: _Desk, today: _Day, pace: int, *, is_last: bool) -> None:
    """Reviews that are due, with room kept for the new topics of the day; then those; then what fades, near the end."""
    due = desk.due(today.date)
    kept = min(pace, TOPICS_A_DAY, int((today.room + TINY) / desk.study_hours))
    while due and len(today.topics) < TOPICS_A_DAY - kept and today.fits(desk.review_hours + kept * desk.study_hours):
        _review(desk, today, due)
    for _number in range(kept):
        if desk.new and today.fits(desk.study_hours):
            today.add(desk.pull(desk.new.popleft(), None, today.date), desk.study_hours)
    while due and today.fits(desk.review_hours):
        _review(desk, today, due)
    if is_last and today.fits(desk.review_hours):
        fading = _fading(desk, today)
        while fading and today.fits(desk.review_hours):
            _review(desk, today, fading)


def _fading(desk: _Desk, today: _Day) -> list[str]:
    """What rested for some days, the least remembered first."""
    rested = [(code, memory) for code, memory in desk.memories.items() if (today.date - memory.last).days >= RESTED]
    return [code for code, memory in sorted(rested, key=lambda pair: (desk.spacing.retention(pair[1], today.date), pair[0]))]


def _review(desk: _Desk, today: _Day, candidates: list[str]) -> None:
    """Take the first candidate, or one soon after it that belongs to a part of the syllabus the day has not yet."""
    there = {desk.parts[topic.code] for topic in today.topics}
    number = next((n for n, code in enumerate(candidates[:LOOK_AROUND]) if desk.parts[code] not in there), 0)
    code = candidates.pop(number)
    today.add(desk.pull(code, desk.memories[code], today.date), desk.review_hours)


def _settled(desk: _Desk, today: _Day) -> PlannedDay:
    reviewed = {desk.parts[topic.code] for topic in today.topics if not topic.is_new}
    spent = min(round(today.hours - today.room, 2), today.hours)
    return PlannedDay(today.date, tuple(today.topics), spent, today.has_exam, len(reviewed) > 1)


def _lack(desk: _Desk, days: Sequence[date], exams: frozenset[date], wishes: Wishes, new: int, full: float) -> Lack:
    left_out = tuple(desk.new)
    lost = sum(
        1 for memory in desk.memories.values() if days and memory.due < wishes.exam_date and memory.last < memory.due <= days[-1]
    )
    missing = len(left_out) * (full + REVIEW_HOURS) + (new - len(left_out)) * (full - desk.study_hours) + lost * desk.review_hours
    enough_hours = wishes.hours_per_day * (len(days) - len(exams)) >= new * full
    return Lack(left_out, round(missing, 1), desk.study_hours, full, lost, bool(left_out) and enough_hours)
