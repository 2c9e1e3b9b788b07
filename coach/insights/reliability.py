"""The chart of what the confidence is worth: how often answers were right, by how sure the coach was."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ai.charts.drawing import Piece, Plot, bars, line
from ai.charts.shapes import Chart, Column, Table
from coach.confidence_models import ConfidenceMap
from coach.insights.figures import Insights
from coach.insights.questions import TENTHS
from coach.insights.shapes import percent, tenths
from learning.calibration import BINS, ENOUGH


def reliability(found: Insights) -> Chart:
    """For one course, from the verdicts that its confidence was learnt from."""
    course = found.courses[0] if len(found.courses) == 1 else None
    learnt = ConfidenceMap.objects.filter(course=course, is_live=True).first() if course else None
    return Chart(
        "reliability",
        _("What the confidence is worth"),
        _("Right answers in per cent, by confidence; the line is where they should end"),
        _reading(course is not None, learnt),
        _table(learnt),
        (_plot(learnt),) if learnt else (),
        note=_("A verdict is a trainer's reply to the question, or else the learner's rating.") if learnt else "",
        is_wide=True,
    )


def _bins(learnt: ConfidenceMap | None) -> list[tuple[str, int, float, float]]:
    width = 100 // BINS
    rows = learnt.reliability if learnt else []
    return [(f"{width * n}–{width * n + width} %", *row) for n, row in enumerate(rows)]


def _plot(learnt: ConfidenceMap) -> Plot:
    stacks = [
        [Piece("plain", 100 * right, f"{name}: {percent(right)} ({count})")] if count else []
        for name, count, _mean, right in _bins(learnt)
    ]
    even = line([100 * (n + 0.5) / BINS for n in range(BINS)], 100, "verified")
    return Plot(_("Share of right answers"), "100 %", "50 %", TENTHS, bars(stacks, 100), lines=(even,))


def _table(learnt: ConfidenceMap | None) -> Table:
    columns = (
        Column("confidence", _("Confidence")),
        Column("verdicts", _("Answers with a verdict")),
        Column("mean", _("Average confidence, %")),
        Column("right", _("Right, %")),
    )
    told = [
        (name, count, tenths(mean) if count else None, tenths(right) if count else None)
        for name, count, mean, right in _bins(learnt)
    ]
    return Table(columns, tuple(told))


def _reading(is_one: bool, learnt: ConfidenceMap | None) -> str:
    if not is_one:
        return _("Choose one course to see how true its confidence is.")
    if learnt is None:
        return _("There are too few verdicts yet. From %(n)d on, the confidence learns from them.") % {"n": ENOUGH}
    words = _(
        "%(verdicts)d verdicts, %(wrong)d of them bad. The confidence is off by %(error)s on average; Brier score %(brier)s,"
        " where 0 is best and 0.25 is a coin. Under %(threshold)s a question goes to the trainer, so that at most %(wanted)s"
        " of the answers let through should be wrong."
    )
    return words % {
        "verdicts": learnt.verdicts,
        "wrong": learnt.wrong,
        "error": percent(learnt.error),
        "brier": number_format(learnt.brier, 3),
        "threshold": percent(float(learnt.threshold)),
        "wanted": percent(float(learnt.wanted_error)),
    }
