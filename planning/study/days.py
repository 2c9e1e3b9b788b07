"""Which days of a plan are there to study on, and on which of them a practice exam stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

# Practice exams, in days of study counted back from the last one, and from how many such days on there are how many.
EXAMS_BACK = (1, 6, 13, 41, 83)
EXAMS_FROM = ((120, 5), (28, 3), (10, 2), (4, 1))


@dataclass(frozen=True, slots=True)
class DaysOff:
    """Weekdays (0 is Monday) and single dates on which nothing is planned."""

    weekdays: frozenset[int] = frozenset()
    dates: frozenset[date] = frozenset()

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and (day.weekday() in self.weekdays or day in self.dates)


NONE_OFF = DaysOff()


def study_days(start: date, exam_date: date, off: DaysOff) -> list[date]:
    """The days from `start` to the one before the exam that are not off."""
    span = (exam_date - start).days
    return [day for day in (start + timedelta(days=number) for number in range(span)) if day not in off]


def practice_exam_days(days: Sequence[date]) -> frozenset[date]:
    """The days of study that hold a practice exam; never the last day, which is for a light review."""
    count = next((count for least, count in EXAMS_FROM if len(days) >= least), 0)
    return frozenset(days[-1 - back] for back in EXAMS_BACK[:count])
