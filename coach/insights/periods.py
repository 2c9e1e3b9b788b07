"""Which time the dashboard shows: a week or a month by days, a quarter or a year by weeks.

Days are those of UTC, so that everybody who looks at a course sees the same figures; weeks begin on Monday. What makes no
sense in an address counts as not said.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from learning.insight_functions import EIGHT_WEEKS as DAYS
from learning.insight_functions import FIRST_MONDAY
from learning.insight_models import Span

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
PERIODS = {"7d": (7, DAY), "30d": (30, DAY), "12w": (12, WEEK), "52w": (52, WEEK)}
NAMES = {"7d": _("7 days"), "30d": _("30 days"), "12w": _("12 weeks"), "52w": _("52 weeks")}
BEFORE = {
    "7d": _("the 7 days before"),
    "30d": _("the 30 days before"),
    "12w": _("the 12 weeks before"),
    "52w": _("the 52 weeks before"),
}
DEFAULT = "30d"
EPOCH, EIGHT_WEEKS = date.fromisoformat(FIRST_MONDAY), timedelta(days=DAYS)


@dataclass(frozen=True, slots=True)
class Period:
    """The spans from `start` to today, and as many before them to compare with."""

    key: str
    today: date

    @property
    def span(self) -> str:
        return Span.DAY if self.step == DAY else Span.WEEK

    @property
    def step(self) -> timedelta:
        return PERIODS[self.key][1]

    @property
    def length(self) -> int:
        return PERIODS[self.key][0]

    @property
    def start(self) -> date:
        last = self.today if self.step == DAY else self.today - timedelta(days=self.today.weekday())
        return last - (self.length - 1) * self.step

    @property
    def before(self) -> date:
        """Where the time to compare with begins."""
        return self.start - self.length * self.step

    @property
    def wider(self) -> tuple[str, date]:
        """The next wider span, by which counts are added up faster, and where the first of these begins in the period."""
        name, length = (Span.WEEK, WEEK) if self.step == DAY else (Span.EIGHT_WEEKS, EIGHT_WEEKS)
        return name, self.start + (EPOCH - self.start) % length

    @property
    def dates(self) -> list[date]:
        """The first day of each span, oldest first."""
        start, step = self.start, self.step
        return [start + number * step for number in range(self.length)]

    def number(self, day: date) -> int:
        """Which of the spans `day` falls into, from 0 on."""
        return (day - self.start) // self.step

    @property
    def name(self) -> str:
        return str(NAMES[self.key])

    @property
    def before_name(self) -> str:
        return str(BEFORE[self.key])


def read_period(text: str, now: datetime) -> Period:
    return Period(text if text in PERIODS else DEFAULT, now.astimezone(UTC).date())


def file_name(key: str, course: str, period: Period) -> str:
    """Of a chart's table."""
    return "-".join(filter(None, ["insights", course, key, period.start.isoformat(), period.today.isoformat()])) + ".csv"
