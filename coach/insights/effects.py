"""What a correction did to the question it answers: rates before and after, and a verdict that says when it is too early."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coach.insights.figures import Correction
from coach.insights.measures import is_fewer
from learning.repeats import WINDOW

DAYS = 7  # of a week
WEEK = DAYS * 24 * 3600  # seconds
SOONEST = 1.0  # weeks that an answer must be live before anything is said
LEAST = 5  # questions on both sides together
UNLIKELY = 0.05


@dataclass(frozen=True, slots=True)
class Effect:
    """One correction, judged."""

    of: Correction
    weeks_before: float
    weeks_after: float
    likely: float  # that so few would be asked afterwards, had nothing changed

    @property
    def rate_before(self) -> float | None:
        return self.of.before_asked / self.weeks_before if self.weeks_before else None

    @property
    def rate_after(self) -> float | None:
        return self.of.after_asked / self.weeks_after if self.weeks_after >= SOONEST else None

    @property
    def is_told(self) -> bool:
        """Whether there is enough to go by."""
        return self.weeks_after >= SOONEST and self.of.before_asked + self.of.after_asked >= LEAST

    @property
    def is_fewer(self) -> bool:
        return self.is_told and self.likely < UNLIKELY

    @property
    def before_words(self) -> str:
        return _words(self.of.before_asked, self.weeks_before)

    @property
    def after_words(self) -> str:
        return _words(self.of.after_asked, self.weeks_after)

    @property
    def verdict(self) -> str:
        if self.of.counted_from is None:
            return _("not counted yet")
        if not self.is_told:
            return _("too early to say")
        return _("asked less since") if self.is_fewer else _("no clear change")


def effects(corrections: Sequence[Correction], today: date) -> list[Effect]:
    now = datetime.combine(today, time.max, UTC)
    return [_judged(one, now) for one in corrections]


def _judged(one: Correction, now: datetime) -> Effect:
    since = one.counted_from or one.live_at
    before = (one.live_at - since).total_seconds() / WEEK
    after = min(now - one.live_at, WINDOW).total_seconds() / WEEK
    likely = is_fewer(one.before_asked, before, one.after_asked, after)
    return Effect(one, round(before, 1), round(max(after, 0.0), 1), likely)


def _words(asked: int, weeks: float) -> str:
    """`6 in 8 weeks`; of a span under a week in days, one at least."""
    if weeks < 1:
        days = max(round(weeks * DAYS), 1)
        return ngettext("%(n)d in a day", "%(n)d in %(days)d days", days) % {"n": asked, "days": days}
    return _("%(n)d in %(weeks)s weeks") % {"n": asked, "weeks": number_format(weeks, 1 if weeks % 1 else 0)}
