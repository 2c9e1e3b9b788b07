"""How the variants of a feature do: each measure with its interval, and its difference to the control's in the same time.

A share or a mean is told only once it stands on enough learners and answers; before, it says how many there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ai.models import PromptVariant
from ai.variants import intervals
from ai.variants.intervals import Range, Sums
from ai.variants.measuring import READINGS, sums

ENOUGH_ANSWERS, ENOUGH_LEARNERS = 30, 10  # of a measure, in each of two that are compared
Verdict = Literal["", "better", "worse", "even"]


@dataclass(frozen=True, slots=True)
class Measure:
    """`kind` is share, stars, dollars or ms."""

    key: str
    title: "str | Promise"
    kind: str
    is_more_better: bool


MEASURES = (
    Measure("rating", _("Rating, 1 to 5"), "stars", True),
    Measure("helpful", _("Rated helpful"), "share", True),
    Measure("escalated", _("Went to a trainer"), "share", False),
    Measure("failed", _("No model answered"), "share", False),
    Measure("cost", _("Cost of an answer"), "dollars", False),
    Measure("ms", _("Time to the whole answer"), "ms", False),
)
WATCHED = ("escalated", "helpful", "failed")  # what stops a variant by itself


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure of one variant. `seen` is None while there is not enough; `difference` is to the control."""

    measure: Measure
    answers: int
    learners: int
    seen: Range | None
    difference: Range | None = None

    @property
    def verdict(self) -> Verdict:
        """What the interval of the difference says; nothing while it is not known."""
        found = self.difference
        if found is None:
            return ""
        if found.low <= 0 <= found.high:
            return "even"
        return "better" if (found.value > 0) == self.measure.is_more_better else "worse"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One variant with its figures."""

    variant: PromptVariant
    share: float  # of the learners, while it is active
    answers: int
    learners: int
    figures: tuple[Figure, ...]

    def figure(self, key: str) -> Figure:
        return next(figure for figure in self.figures if figure.measure.key == key)


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything that is tried for one feature; the control first."""

    feature: str
    title: str
    measures: tuple[Measure, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def control(self) -> Outcome | None:
        return next((outcome for outcome in self.outcomes if outcome.variant.is_control), None)


def experiment(feature: str) -> Experiment:
    """Behind an admin's or the system's door."""
    rows = list(PromptVariant.objects.filter(feature=feature).order_by("-is_control", "-is_active", "pk"))
    measures = tuple(each for each in MEASURES if each.key != "rating" or _has_rating(feature))
    control = next((row for row in rows if row.is_control), None)
    total = sum(row.weight for row in rows if row.is_active)
    outcomes = tuple(_outcome(row, control, measures, total) for row in rows)
    return Experiment(feature, str(PromptVariant.Feature(feature).label), measures, outcomes)


def experiments() -> list[Experiment]:
    """Those of all features in which something is or was tried."""
    return [found for feature in PromptVariant.Feature.values if (found := experiment(feature)).outcomes]


def active_weight(feature: str) -> int:
    """Of all variants that get learners together."""
    return sum(PromptVariant.objects.filter(feature=feature, is_active=True).values_list("weight", flat=True))


def is_enough(found: Sums) -> bool:
    return found.n >= ENOUGH_ANSWERS and found.learners >= ENOUGH_LEARNERS


def together_since(one: PromptVariant, other: PromptVariant) -> datetime:
    """From when on two were tried beside each other: only then do their learners meet the same course and the same models."""
    return max(one.started_at, other.started_at)


def _has_rating(feature: str) -> bool:
    return feature in READINGS and READINGS[feature].has_rating


def _outcome(row: PromptVariant, control: PromptVariant | None, measures: Sequence[Measure], total: int) -> Outcome:
    own, none = sums(row.feature, row.pk, row.started_at), Sums()
    beside: tuple[dict[str, Sums], dict[str, Sums]] = ({}, {})
    if control and row.pk != control.pk:
        since = together_since(row, control)
        beside = (sums(row.feature, row.pk, since), sums(row.feature, control.pk, since))
    figures = tuple(_figure(each, own.get(each.key, none), *(side.get(each.key, none) for side in beside)) for each in measures)
    answers = own.get("failed", none)
    share = row.weight / total if row.is_active and total else 0.0
    return Outcome(row, share, int(answers.n), answers.learners, figures)


def _figure(measure: Measure, own: Sums, here: Sums, there: Sums) -> Figure:
    is_share = measure.kind == "share"
    seen = (intervals.share if is_share else intervals.mean)(own) if is_enough(own) else None
    compare = intervals.share_difference if is_share else intervals.mean_difference
    difference = compare(here, there) if is_enough(here) and is_enough(there) else None
    return Figure(measure, int(own.n), own.learners, seen, difference)
