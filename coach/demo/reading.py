"""What the demo's learners have read and tried, spread over the days before `now`.

It refuses to write twice: a page that has progress keeps it, and a learner with attempts gets no further ones.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

from accounts.door import acting_as
from accounts.models import User
from coach.demo.people import ADA, BEN, DemoPerson, People
from courses.models import Course, LabAttempt, Place, PlaceProgress

PLACE_TIME = timedelta(minutes=35)
PLACES_PER_DAY = 3


@dataclass(frozen=True)
class Reader:
    """How far somebody is: so many places done since `days_ago`, and the one after them opened `hours_ago`."""

    person: DemoPerson
    done: int
    days_ago: int
    hours_ago: int


@dataclass(frozen=True)
class Try:
    """One attempt at a lab."""

    person: DemoPerson
    lab_id: str
    days_ago: int
    minutes: int
    score: str
    remark: str

    @property
    def passed(self) -> bool:
        return Decimal(self.score) >= Decimal("0.6")


READERS = (Reader(ADA, done=8, days_ago=4, hours_ago=5), Reader(BEN, done=3, days_ago=2, hours_ago=3))
TRIES = (
    Try(ADA, "lab-1-first-image", 4, 42, "1", "all six steps"),
    Try(ADA, "lab-2-small-and-fast", 3, 25, "0.4", "stopped at step 3"),
    Try(ADA, "lab-2-small-and-fast", 3, 38, "0.9", "the image has 156 MB"),
    Try(ADA, "lab-3-keep-the-database", 1, 30, "0.3", "the note is gone"),
    Try(BEN, "lab-1-first-image", 1, 50, "0.5", "curl gives an empty reply"),
)


def read_along(course: Course, people: People, *, now: datetime) -> int:
    """Save how far each learner has read. Returns the number of pages that got progress."""
    return sum(_read(course, people.account(reader.person), reader, now) for reader in READERS)


def try_labs(course: Course, people: People, *, now: datetime) -> int:
    """Save the attempts of the learners that have none. Returns how many were written."""
    return sum(_try(course, people.account(person), person, now) for person in (ADA, BEN))


def _places(course: Course) -> list[Place]:
    pages = chain(course.chapters.current(), course.labs.current())
    return sorted(pages, key=lambda place: (place.day, place.position))


def _read(course: Course, learner: User, reader: Reader, now: datetime) -> int:
    with acting_as(learner):
        places = _places(course)[: reader.done + 1]
        rows = [_progress(course, learner, place, order, reader, now) for order, place in enumerate(places)]
        return sum(PlaceProgress.objects.get_or_create(**row)[1] for row in rows)


def _progress(course: Course, learner: User, place: Place, order: int, reader: Reader, now: datetime) -> dict[str, Any]:
    day, of_day = divmod(order, PLACES_PER_DAY)
    is_done = order < reader.done
    opened = now - timedelta(days=reader.days_ago - day, hours=3) + of_day * PLACE_TIME
    left = opened + PLACE_TIME if is_done else now - timedelta(hours=reader.hours_ago)
    times = {"opened_at": min(opened, left), "last_opened_at": left, "done_at": left if is_done else None}
    return {"learner": learner, "course": course, "place_id": place.place_id, "defaults": times}  # type: ignore[attr-defined]


def _try(course: Course, learner: User, person: DemoPerson, now: datetime) -> int:
    with acting_as(learner):
        if LabAttempt.objects.filter(course=course, learner=learner).exists():
            return 0
        tries = [_attempt(course, learner, one, now) for one in TRIES if one.person == person]
        return len(LabAttempt.objects.bulk_create(tries))


def _attempt(course: Course, learner: User, one: Try, now: datetime) -> LabAttempt:
    started = now - timedelta(days=one.days_ago, hours=1) + timedelta(minutes=30 - one.minutes)
    return LabAttempt(
        learner=learner,
        course=course,
        lab_id=one.lab_id,
        started_at=started,
        finished_at=started + timedelta(minutes=one.minutes),
        score=Decimal(one.score),
        passed=one.passed,
        details={"remark": one.remark},
    )
