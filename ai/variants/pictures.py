"""The variants of a feature as charts: one for each measure, with the table behind it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from ai.charts.drawing import Interval, fine_top_of, fixed
from ai.charts.shapes import Cell, Chart, Column, Table
from ai.variants import wording
from ai.variants.intervals import Range
from ai.variants.results import Experiment, Figure, Measure, Outcome


def charts(found: Experiment) -> list[Chart]:
    return [chart(found, measure) for measure in found.measures]


def chart(found: Experiment, measure: Measure) -> Chart:
    """Each variant's interval beside the control's."""
    shown = [(outcome, outcome.figure(measure.key)) for outcome in found.outcomes]
    ends = [wording.scaled(measure, figure.seen.high) for _outcome, figure in shown if figure.seen]
    top = {"share": 100.0, "stars": 5.0}.get(measure.kind) or fine_top_of(ends)
    marks = tuple(_mark(measure, top * part) for part in (0, 0.5, 1))
    intervals = tuple(_interval(outcome, figure, top) for outcome, figure in shown)
    unit = _("%(unit)s, with the range that chance allows (95 %%)") % {"unit": _units()[measure.kind]}
    return Chart(
        f"{found.feature}-{measure.key}",
        str(measure.title),
        unit,
        wording.reading(found, measure),
        Table(_columns(), tuple(tuple(_cells(outcome, figure)) for outcome, figure in shown)),
        intervals=(("", intervals),),
        scale=marks,
    )


def _units() -> dict[str, str]:
    return {"share": _("Share"), "stars": _("Mean"), "dollars": _("Mean in US dollars"), "ms": _("Mean in ms")}


def _mark(measure: Measure, number: float) -> str:
    return wording.amount(measure, number / 100 if measure.kind == "share" else number)


def _interval(outcome: Outcome, figure: Figure, top: float) -> Interval:
    def at(number: float) -> str:
        return fixed(min(100.0, max(0.0, 100 * wording.scaled(figure.measure, number) / top)))

    text = wording.seen(figure)
    if figure.seen is None:
        return Interval(outcome.variant.name, text, "0", "0", "0", False)
    return Interval(outcome.variant.name, text, at(figure.seen.low), at(figure.seen.high), at(figure.seen.value), True)


def _columns() -> tuple[Column, ...]:
    return (
        Column("variant", _("Variant")), Column("version", _("Prompt file")), Column("answers", _("Answers")),
        Column("learners", _("Learners")), Column("value", _("Value")), Column("low", _("from")), Column("high", _("to")),
        Column("difference", _("Beside the control")), Column("difference_low", _("from")), Column("difference_high", _("to")),
        Column("verdict", _("What it says")),
    )  # fmt: skip


def _cells(outcome: Outcome, figure: Figure) -> Iterator[Cell]:
    yield from (outcome.variant.name, outcome.variant.version, figure.answers, figure.learners)
    yield from _ends(figure, figure.seen)
    yield from _ends(figure, figure.difference)
    yield "" if outcome.variant.is_control else wording.verdict(figure)


def _ends(figure: Figure, found: Range | None) -> tuple[float | None, ...]:
    if found is None:
        return None, None, None
    places = wording.PLACES[figure.measure.kind] + 1
    return tuple(round(wording.scaled(figure.measure, number), places) for number in (found.value, found.low, found.high))
