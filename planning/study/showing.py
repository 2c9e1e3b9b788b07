"""A plan as its pages show it: what to do today, a week, a month, what moved, what is missing, how ready one is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from planning.linking import chapter_url, explain_url, practice_url, session_url
from planning.models import StudyPlan
from planning.study import drawing
from planning.study import schedule as days
from planning.study.keeping import GRADES
from planning.study.making import reviews_of
from planning.study.readiness import Readiness, readiness
from planning.study.spacing import Review, remembered
from planning.study.syllabus import SyllabusTopic, plain, topics_of

WEEK = timedelta(days=7)
COMING = 3  # days after today that the first page shows
NEWS_DAYS = 3  # for which the page says what moved
TABLE_ROWS = 12


@dataclass(frozen=True, slots=True)
class ShownTopic:
    """A topic on a day. `grade` is of that day, None while it has none; `next_on` is when it comes again."""

    code: str
    title: str
    is_new: bool
    grade: int | None
    next_on: date | None
    chapter: str
    practice: str
    session: str
    explain: str

    @property
    def grade_words(self) -> str:
        return "" if self.grade is None else str(dict(GRADES)[self.grade])


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day of the schedule, or a free one (`is_free`)."""

    date: date
    topics: tuple[ShownTopic, ...] = ()
    hours: float = 0.0
    has_exam: bool = False
    is_done: bool = False
    is_missed: bool = False
    is_today: bool = False
    is_exam_day: bool = False
    is_outside: bool = False  # of the plan, or of the month shown

    @property
    def is_free(self) -> bool:
        return not self.topics and not self.has_exam

    @property
    def minutes(self) -> int:
        return round(self.hours * 60)

    @property
    def is_graded(self) -> bool:
        return all(topic.grade is not None for topic in self.topics)


@dataclass(frozen=True, slots=True)
class ShownMove:
    code: str
    title: str
    was: date
    to: date | None


class PlanPage:
    """A plan with all that its pages need; reads behind the learner's door, each thing once."""

    def __init__(self, plan: StudyPlan, today: date) -> None:
        self.plan = plan
        self.today = today
        self.entries = {date.fromisoformat(entry["date"]): entry for entry in plan.schedule}

    @cached_property
    def topics(self) -> dict[str, SyllabusTopic]:
        return {topic.code: topic for topic in topics_of(self.plan.subject)}

    @cached_property
    def reviews(self) -> Mapping[str, Sequence[Review]]:
        return reviews_of(self.plan.student_id, self.plan.subject)

    @cached_property
    def now(self) -> ShownDay:
        return self.day(self.today)

    @property
    def coming(self) -> list[ShownDay]:
        later = sorted(day for day in self.entries if day > self.today)[:COMING]
        return [self.day(day) for day in later]

    @property
    def days_left(self) -> int:
        return self.plan.days_left(self.today)

    @property
    def done_count(self) -> int:
        """Topics that were studied, or are known."""
        return len(set(self.reviews) & set(self.topics) | set(self.plan.known) & set(self.topics))

    @property
    def part_done(self) -> int:
        return round(100 * self.done_count / max(len(self.topics), 1))

    def week(self, day: date) -> list[ShownDay]:
        monday = day - timedelta(days=day.weekday())
        return [self.day(monday + timedelta(days=number)) for number in range(7)]

    def month(self, first: date) -> list[list[ShownDay]]:
        """Whole weeks, from Monday, that hold the month beginning on `first`."""
        start = first - timedelta(days=first.weekday())
        weeks = []
        while start < first or start.month == first.month:
            weeks.append([self.day(start + timedelta(days=number), month=first.month) for number in range(7)])
            start += WEEK
        return weeks

    def day(self, day: date, *, month: int | None = None) -> ShownDay:
        entry = self.entries.get(day)
        outside = not self.plan.started_on <= day <= self.plan.exam_date or month not in {None, day.month}
        marks: dict[str, Any] = {
            "is_today": day == self.today, "is_exam_day": day == self.plan.exam_date, "is_outside": outside
        }  # fmt: skip
        if entry is None:
            return ShownDay(day, **marks)
        return ShownDay(
            date=day,
            topics=tuple(self._topic(code, day, entry) for code in entry["topics"]),
            hours=entry["hours_allocated"],
            has_exam="practice_exam" in entry["activities"],
            is_done=entry["completed"],
            is_missed=day < self.today and not entry["completed"],
            **marks,
        )

    def _topic(self, code: str, day: date, entry: days.DaySchedule) -> ShownTopic:
        topic = self.topics.get(code)
        title = topic.title if topic else code
        line = self.reviews.get(code, ())
        graded = next((review.grade for review in line if review.on == day), None)
        memory = remembered(self.plan.method, [review for review in line if review.on <= day]) if graded is not None else None
        subject = self.plan.subject
        return ShownTopic(
            code=code,
            title=title,
            is_new="study" in entry["activities"]
            and not any(review.on < day for review in line)
            and self._first(code, day) == day,
            grade=graded,
            next_on=memory.due if memory else None,
            chapter=chapter_url(subject, topic.place_id) if topic else "",
            practice=practice_url(subject, [code]),
            session=session_url(subject, title, topic.id if topic else None),
            explain=explain_url(subject, topic.id) if topic else "",
        )

    def _first(self, code: str, day: date) -> date | None:
        """The first day that has the topic; for days to come, missed ones do not count."""
        found = (
            each
            for each, entry in self.entries.items()
            if code in entry["topics"] and (entry["completed"] or each >= self.today or day < self.today)
        )
        return min(found, default=None)

    @property
    def next_code(self) -> str:
        """The topic of today to begin with: the first without a grade."""
        return next((topic.code for topic in self.now.topics if topic.grade is None), "")

    @cached_property
    def readiness(self) -> Readiness:
        return readiness(
            topics=plain(list(self.topics.values())),
            known=frozenset(self.plan.known),
            reviews=self.reviews,
            schedule=self.plan.schedule,
            first=self.plan.started_on,
            today=self.today,
            exam_date=self.plan.exam_date,
            method=self.plan.method,
        )

    @property
    def curve(self) -> drawing.Curve:
        return drawing.curve(self.readiness, self.plan.started_on, self.today, self.plan.exam_date)

    @property
    def percents(self) -> dict[str, int]:
        shares = {"today": self.readiness.today, "at_exam": self.readiness.at_exam, "if_stopped": self.readiness.if_stopped}
        return {name: round(100 * share) for name, share in shares.items()}

    @property
    def readiness_table(self) -> list[dict[str, Any]]:
        """Every so many points of the curve, for those who read rather than look."""
        points = self.readiness.curve
        step = max(len(points) // TABLE_ROWS, 1)
        return [{"date": point.date, "percent": round(100 * point.share)} for point in (*points[:-1:step], points[-1])]

    @property
    def exam_url(self) -> str:
        return practice_url(self.plan.subject)

    @property
    def moved(self) -> list[ShownMove]:
        """What the last replanning moved, while that is news."""
        changes = self.plan.changes
        if not changes or (self.today - date.fromisoformat(changes["on"])).days >= NEWS_DAYS:
            return []
        return [
            ShownMove(
                move["topic"],
                self.topics[move["topic"]].title if move["topic"] in self.topics else "",
                date.fromisoformat(move["was"]),
                date.fromisoformat(move["to"]) if move["to"] else None,
            )
            for move in changes["moved"]
        ]

    @property
    def missed_days(self) -> list[date]:
        return [date.fromisoformat(day) for day in self.plan.changes.get("missed", ())] if self.moved else []

    @property
    def left_out(self) -> list[SyllabusTopic]:
        return [self.topics[code] for code in self.plan.lack.get("left_out", ()) if code in self.topics]
