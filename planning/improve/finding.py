"""What a marked attempt shows to be weak, by assessment objective, with the learner's own words as examples.

Pure: from answers with their marks to the shape that is stored. A point of the mark scheme for which marks were lost is a sign of
weakness in its objective; what kind depends on how much of the point was there. Severity is the share of the objective's marks
lost.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

OBJECTIVES = ("AO1", "AO2", "AO3")
HIGH, MEDIUM = 0.6, 0.3  # share of an objective's marks that is lost, from which on it is severe
EXAMPLES = 3  # of one weakness
POINTS = 5  # syllabus points of one weakness
QUOTE = 160  # characters of an answer in an example
BLANK = gettext_noop("Left unanswered")
CATEGORIES = {  # by objective: what was partly there, and what was not there at all
    "AO1": (gettext_noop("Imprecise knowledge"), gettext_noop("Missing knowledge")),
    "AO2": (gettext_noop("Weak application"), gettext_noop("No application")),
    "AO3": (gettext_noop("Thin evaluation"), gettext_noop("No evaluation")),
}


class Weakness(TypedDict):
    category: str
    examples: list[str]
    severity: str
    syllabus_points: list[str]


Weaknesses = dict[str, list[Weakness]]


@dataclass(frozen=True, slots=True)
class MarkedPoint:
    """A point of a mark scheme in one answer: `text` is what it asks, `quote` the learner's words for it; either may be empty."""

    objective: str
    awarded: Decimal
    maximum: Decimal
    reason: str = ""
    quote: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    awarded: Decimal
    maximum: Decimal

    @property
    def lost(self) -> float:
        return float(1 - self.awarded / self.maximum) if self.maximum else 0.0


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    number: int  # of the question in the attempt, from 1
    answer: str
    points: tuple[MarkedPoint, ...]
    syllabus: tuple[str, ...]  # codes that the question asks about
    objectives: tuple[tuple[str, Share], ...] = ()  # what could be had; a scheme may offer more than that
    is_full: bool = False  # all marks were given, whatever points are left

    @property
    def is_blank(self) -> bool:
        return not self.answer.strip()


def read_points(feedback: Mapping[str, Any] | None) -> tuple[MarkedPoint, ...]:
    """The points of a stored feedback; where it has none, one for each objective. What cannot be read is left out."""
    feedback = feedback or {}
    points = [_point(item, str(item.get("objective", ""))) for item in feedback.get("points") or ()]
    if not points:
        points = [_point(item, name) for name, item in (feedback.get("objectives") or {}).items()]
    return tuple(point for point in points if point and point.objective in OBJECTIVES and point.maximum > 0)


def read_objectives(feedback: Mapping[str, Any] | None) -> tuple[tuple[str, Share], ...]:
    """The sums by objective of a stored feedback."""
    found = ((name, _point(item, name)) for name, item in ((feedback or {}).get("objectives") or {}).items())
    return tuple((name, Share(point.awarded, point.maximum)) for name, point in found if name in OBJECTIVES and point)


def shares(answers: Iterable[MarkedAnswer]) -> dict[str, Share]:
    """Marks by objective; objectives that were not asked for are absent."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for answer in answers:
        for name, share in answer.objectives or _of_points(answer):
            sums[name][0] += share.awarded
            sums[name][1] += share.maximum
    return {name: Share(*sums[name]) for name in OBJECTIVES if name in sums}


def weaknesses(answers: Sequence[MarkedAnswer]) -> Weaknesses:
    """In the stored shape: each of the three objectives has its list, the worst first; empty when nothing was lost."""
    by_objective = shares(answers)
    found: Weaknesses = {name: [] for name in OBJECTIVES}
    for name, share in by_objective.items():
        signs: dict[str, list[tuple[MarkedAnswer, MarkedPoint]]] = defaultdict(list)
        for answer in answers:
            for point in () if answer.is_full else answer.points:
                if point.objective == name and point.awarded < point.maximum:
                    signs[_category(answer, point)].append((answer, point))
        ranked = sorted(signs.items(), key=lambda pair: -_lost(pair[1]))
        found[name] = [_weakness(category, pairs, share) for category, pairs in ranked]
    return found


def _weakness(category: str, pairs: Sequence[tuple[MarkedAnswer, MarkedPoint]], share: Share) -> Weakness:
    worst = sorted(pairs, key=lambda pair: pair[1].awarded - pair[1].maximum)
    lost_by_code: dict[str, Decimal] = defaultdict(Decimal)
    for answer, point in pairs:
        for code in answer.syllabus:
            lost_by_code[code] += point.maximum - point.awarded
    codes = sorted(lost_by_code, key=lambda code: (-lost_by_code[code], code))
    return {
        "category": category,
        "examples": list(dict.fromkeys(_example(answer, point) for answer, point in worst))[:EXAMPLES],
        "severity": "high" if share.lost >= HIGH else "medium" if share.lost >= MEDIUM else "low",
        "syllabus_points": codes[:POINTS],
    }


def _of_points(answer: MarkedAnswer) -> list[tuple[str, Share]]:
    return [(point.objective, Share(point.awarded, point.maximum)) for point in answer.points]


def _example(answer: MarkedAnswer, point: MarkedPoint) -> str:
    words = {"number": answer.number, "quote": _short(point.quote or answer.answer), "reason": _short(point.reason)}
    words["text"] = _short(point.text)
    if answer.is_blank:
        return _("Question %(number)d: no answer") % words
    if point.text.strip():
        return _("Question %(number)d: “%(quote)s” – what it needs: %(text)s") % words
    if not point.reason.strip():
        return _("Question %(number)d: “%(quote)s”") % words
    return _("Question %(number)d: “%(quote)s” – %(reason)s") % words


def _category(answer: MarkedAnswer, point: MarkedPoint) -> str:
    if answer.is_blank:
        return BLANK
    partly, missing = CATEGORIES[point.objective]
    return partly if point.awarded > 0 else missing


def _lost(pairs: Iterable[tuple[MarkedAnswer, MarkedPoint]]) -> Decimal:
    return sum((point.maximum - point.awarded for _answer, point in pairs), start=Decimal(0))


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= QUOTE else f"{plain[: QUOTE - 1].rstrip()}…"


def _point(item: Mapping[str, Any], objective: str) -> MarkedPoint | None:
    try:
        awarded, maximum = Decimal(str(item.get("awarded", 0))), Decimal(str(item.get("maximum", 0)))
    except InvalidOperation:
        return None
    reason, quote, text = (str(item.get(name) or "") for name in ("reason", "quote", "text"))
    return MarkedPoint(objective, awarded, maximum, reason, quote, text)
