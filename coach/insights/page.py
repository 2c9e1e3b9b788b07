"""The dashboard put together: which courses, which time, the charts and the figures at the head.

Page, CSV and API show the same.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from ai.charts.shapes import Chart
from coach.insights import loop, questions
from coach.insights.figures import Insights, read
from coach.insights.measures import quantile
from coach.insights.periods import NAMES, Period, read_period
from coach.insights.reliability import reliability
from coach.insights.shapes import ENOUGH, Tile, duration, percent, share_versus, versus
from courses.models import Course
from learning.insights import fold_late

STAFF = frozenset({"trainer", "admin"})
CHARTS: dict[str, Callable[[Insights], Chart]] = {
    "questions": questions.questions,
    "confidence": questions.confidence,
    "reliability": reliability,
    "escalations": questions.escalations,
    "ratings": questions.ratings,
    "reply-times": loop.reply_times,
    "live-times": loop.live_times,
    "corrections": loop.corrections,
    "gaps": questions.gaps,
    "queue": loop.queue,
    "variants": loop.variants,
}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What a person wants to see. `all_courses` are those they may choose from."""

    insights: Insights
    all_courses: tuple[Course, ...]
    chosen: Course | None

    @property
    def period(self) -> Period:
        return self.insights.period

    def charts(self) -> list[Chart]:
        return [chart(self.insights) for chart in CHARTS.values()]

    def chart(self, key: str) -> Chart:
        """Raises Http404."""
        if key not in CHARTS:
            raise Http404(key)
        return CHARTS[key](self.insights)

    def tiles(self) -> list[Tile]:
        return tiles(self.insights)


def dashboard(person: User, *, course: str, period: str, now: datetime) -> Dashboard:
    """Behind the person's door. Raises Http404 for learners, and for a course that is not the person's to look at."""
    mine = courses_of(person)
    chosen = next((one for one in mine if one.slug == course), None)
    if course and chosen is None:
        raise Http404(course)
    fold_late()
    shown = [chosen] if chosen else mine
    return Dashboard(read(shown, read_period(period, now)), tuple(mine), chosen)


def courses_of(person: User) -> list[Course]:
    """The courses whose figures a person may see. Raises Http404 for learners."""
    if person.role not in STAFF:
        raise Http404
    return list(Course.objects.run_by(person).order_by("title"))


def periods(chosen: Period) -> list[tuple[str, str, bool]]:
    return [(key, str(name), key == chosen.key) for key, name in NAMES.items()]


def tiles(found: Insights) -> list[Tile]:
    """The five figures that a trainer looks for first."""
    now, before, then = found.now, found.before, found.period.before_name
    helpful = percent(now.helpful_share) if now.rated >= ENOUGH else f"{now.helpful} / {now.rated}" if now.rated else "–"
    return [
        Tile(_("Questions"), str(now.asked), versus(now.asked, before.asked, then), "questions"),
        Tile(
            _("To a trainer"),
            percent(now.escalation_rate),
            share_versus(now.escalation_rate, before.escalation_rate, then, is_enough=before.asked >= ENOUGH),
            "escalations",
        ),
        Tile(
            _("Rated helpful"),
            helpful,
            share_versus(now.helpful_share, before.helpful_share, then, is_enough=min(now.rated, before.rated) >= ENOUGH)
            or _("of those who rated"),
            "ratings",
        ),
        _time_tile(_("Median time to reply"), now.reply_times, before.reply_times, then, "reply-times"),
        _time_tile(_("Median time to knowledge"), now.live_times, before.live_times, then, "live-times"),
    ]


def _time_tile(title: str, now: list[int], before: list[int], then: str, chart: str) -> Tile:
    earlier = quantile(before, 0.5)
    note = _("%(time)s in %(before)s") % {"time": duration(earlier), "before": then} if earlier is not None else ""
    return Tile(title, duration(quantile(now, 0.5)), note, chart)
