"""A plan's schedule as it is stored: a list of days in the shape of the data model.

    {"day": 1, "date": "2026-11-22", "topics": ["9708.1.1"], "interval": 1, "activities": ["study", "practice"],
     "hours_allocated": 1.0, "ef": 2.5, "completed": false}

`day` counts from the plan's first day, 1. `interval` is the shortest of the day's topics, in days, `ef` their mean easiness
factor. A new topic is studied and practised; reviews of several parts of the syllabus are a `mixed_review`. Days before today
are history and are never changed but for `completed`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypedDict

from planning.sm2 import FIRST_EF
from planning.study.planner import FIRST_INTERVAL, PlannedDay


class DaySchedule(TypedDict):
    day: int
    date: str
    topics: list[str]
    interval: int
    activities: list[str]
    hours_allocated: float
    ef: float
    completed: bool


Schedule = list[DaySchedule]
ACTIVITIES = ("study", "practice", "review", "mixed_review", "practice_exam")


@dataclass(frozen=True, slots=True)
class Move:
    """A topic that was due on a day that was missed, and where it stands now; `to` is None when it found no place."""

    topic: str
    was: date
    to: date | None

    def as_json(self) -> dict[str, Any]:
        return {"topic": self.topic, "was": self.was.isoformat(), "to": self.to.isoformat() if self.to else None}


def entries(days: Iterable[PlannedDay], first: date) -> Schedule:
    """Planned days in the stored shape; `first` is the plan's day 1."""
    return [_entry(day, first) for day in days]


def before(schedule: Schedule, day: date) -> Schedule:
    return [entry for entry in schedule if entry["date"] < day.isoformat()]


def since(schedule: Schedule, day: date) -> Schedule:
    return [entry for entry in schedule if entry["date"] >= day.isoformat()]


def on(schedule: Schedule, day: date) -> DaySchedule | None:
    return next((entry for entry in schedule if entry["date"] == day.isoformat()), None)


def missed(schedule: Schedule, since_day: date, today: date) -> Schedule:
    """Days from `since_day` to yesterday that were not done."""
    return [entry for entry in schedule if since_day.isoformat() <= entry["date"] < today.isoformat() and not entry["completed"]]


def moves(days_missed: Schedule, new: Schedule, done: Iterable[tuple[str, date]]) -> list[Move]:
    """Where the topics of missed days stand in the new schedule; those that were `done` on or after their day did not move."""
    places: dict[str, date] = {}
    for entry in new:
        for code in entry["topics"]:
            places.setdefault(code, date.fromisoformat(entry["date"]))
    last_done: dict[str, date] = {}
    for code, day in done:
        last_done[code] = max(day, last_done.get(code, day))
    found: dict[str, Move] = {}
    for entry in days_missed:
        was = date.fromisoformat(entry["date"])
        for code in entry["topics"]:
            if code not in found and last_done.get(code, date.min) < was:
                found[code] = Move(code, was, places.get(code))
    return list(found.values())


def _entry(day: PlannedDay, first: date) -> DaySchedule:
    topics = day.topics
    return {
        "day": (day.date - first).days + 1,
        "date": day.date.isoformat(),
        "topics": [topic.code for topic in topics],
        "interval": min((topic.interval for topic in topics), default=FIRST_INTERVAL),
        "activities": _activities(day),
        "hours_allocated": day.hours,
        "ef": round(float(sum((topic.ef for topic in topics), start=0 * FIRST_EF) / len(topics) if topics else FIRST_EF), 2),
        "completed": False,
    }


def _activities(day: PlannedDay) -> list[str]:
    found = ["study", "practice"] if any(topic.is_new for topic in day.topics) else []
    if any(not topic.is_new for topic in day.topics):
        found.append("mixed_review" if day.is_mixed else "review")
    return [*found, "practice_exam"] if day.has_exam else found


def codes(schedule: Sequence[DaySchedule]) -> set[str]:
    return {code for entry in schedule for code in entry["topics"]}
