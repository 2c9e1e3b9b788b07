"""Figures of variants in words: how much, from where to where, and what it says."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ai.variants.intervals import Range
from ai.variants.results import ENOUGH_ANSWERS, ENOUGH_LEARNERS, Experiment, Figure, Measure

PLACES = {"share": 1, "stars": 2, "dollars": 4, "ms": 0}


def scaled(measure: Measure, number: float) -> float:
    """The number as it is shown: shares in per cent."""
    return 100 * number if measure.kind == "share" else number


def amount(measure: Measure, number: float, *, is_difference: bool = False) -> str:
    """`12.3 %` (as a difference `12.3 points`), `4.25`, `$0.0031` or `850 ms`."""
    shown = number_format(abs(scaled(measure, number)), PLACES[measure.kind], force_grouping=True)
    percent = _("%(n)s points") if is_difference else _("%(n)s %%")
    words = {"share": percent, "stars": "%(n)s", "dollars": "$%(n)s", "ms": _("%(n)s ms")}[measure.kind] % {"n": shown}
    return f"−{words}" if number < 0 else words


def spread(measure: Measure, found: Range, *, is_difference: bool = False) -> str:
    """The value with its interval."""
    value, low, high = (amount(measure, end, is_difference=is_difference) for end in (found.value, found.low, found.high))
    return _("%(value)s (%(low)s to %(high)s)") % {"value": value, "low": low, "high": high}


def seen(figure: Figure) -> str:
    """The figure, or how much of it there is so far."""
    return spread(figure.measure, figure.seen) if figure.seen else too_few(figure)


def too_few(figure: Figure) -> str:
    answers = ngettext("%(n)d answer", "%(n)d answers", figure.answers) % {"n": figure.answers}
    learners = ngettext("%(n)d learner", "%(n)d learners", figure.learners) % {"n": figure.learners}
    return _("%(answers)s of %(learners)s: not enough data yet") % {"answers": answers, "learners": learners}


def minimum() -> str:
    words = {"answers": ENOUGH_ANSWERS, "learners": ENOUGH_LEARNERS}
    return _("A figure takes %(answers)d answers of %(learners)d learners; a comparison takes them of both.") % words


def verdict(figure: Figure) -> str:
    return {
        "": _("not enough data yet"),
        "even": _("no difference beyond chance"),
        "better": _("better than the control"),
        "worse": _("worse than the control"),
    }[figure.verdict]


def reading(found: Experiment, measure: Measure) -> str:
    """What a measure says of all variants, in a sentence or two."""
    control = found.control
    told = [(outcome.variant.name, outcome.figure(measure.key)) for outcome in found.outcomes if outcome is not control]
    known = [(name, figure) for name, figure in told if figure.difference]
    if not told:
        return _("Only the control is tried: there is nothing to compare.")
    if not known:
        return _("Not enough data yet.") + " " + minimum()
    return " ".join(_sentence(name, figure) for name, figure in known)


def _sentence(name: str, figure: Figure) -> str:
    by = spread(figure.measure, figure.difference, is_difference=True) if figure.difference else "–"
    words = {"name": name, "verdict": verdict(figure), "by": by}
    return _("“%(name)s”: %(verdict)s, %(by)s.") % words
