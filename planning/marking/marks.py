"""What goes to a marker and what comes back, whoever marks. Marks are whole; shares are 0 to 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from planning.marking.confidence import REVIEW_BELOW, Ruled

OBJECTIVES = ("AO1", "AO2", "AO3")
GIVEN, PARTLY, MISSING = "given", "partly", "missing"


@dataclass(frozen=True, slots=True)
class Point:
    """Something that earns marks, and other ways to say it."""

    key: str
    text: str
    marks: int = 1
    objective: str = "AO1"
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """An answer to mark: the question as it was answered, and what is known of it."""

    question: str
    answer: str
    maximum: int
    points: tuple[Point, ...] = ()
    references: tuple[str, ...] = ()  # model answers
    history: tuple[Ruled, ...] = ()


@dataclass(frozen=True, slots=True)
class PointMark:
    """What a point earned and why. The quote stands in the answer, word for word."""

    point: Point
    awarded: int
    reason: str
    quote: str = ""

    @property
    def verdict(self) -> str:
        if self.awarded >= self.point.marks:
            return GIVEN
        return PARTLY if self.awarded else MISSING

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.point.key,
            "objective": self.point.objective,
            "text": self.point.text,
            "awarded": str(self.awarded),
            "maximum": str(self.point.marks),
            "verdict": self.verdict,
            "reason": self.reason,
            "quote": self.quote,
        }


@dataclass(frozen=True, slots=True)
class Mark:
    """The marks that are proposed. `share` is what they were rounded from, `promised` the confidence before rulings moved it."""

    awarded: int
    maximum: int
    share: float
    confidence: int
    marker: str
    summary: str
    points: tuple[PointMark, ...] = ()
    notes: tuple[str, ...] = ()  # what a reviewer should know
    promised: int = 0

    @property
    def needs_review(self) -> bool:
        return self.confidence < REVIEW_BELOW

    def as_feedback(self) -> dict[str, Any]:
        """The form in which it is kept with the answer."""
        return {
            "marker": self.marker,
            "summary": self.summary,
            "objectives": self.objectives(),
            "points": [each.as_dict() for each in self.points],
            "notes": list(self.notes),
            "proposed": str(self.awarded),
            "promised": self.promised,
        }

    def objectives(self) -> dict[str, dict[str, str]]:
        """Marks per assessment objective; where a scheme offers more than can be had, the maximum is what can be had."""
        awarded = by_objective(self.points, lambda each: each.awarded)
        offered = by_objective(self.points, lambda each: each.point.marks)
        return {
            name: {"awarded": str(awarded[name]), "maximum": str(min(offered[name], self.maximum))}
            for name in OBJECTIVES
            if offered[name]
        }


def by_objective(points: Sequence[PointMark], count: Any) -> dict[str, int]:
    return {name: sum(count(each) for each in points if each.point.objective == name) for name in OBJECTIVES}
