"""How often people agree with the marker on a question, from the rulings kept with it. Pure but for the one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from planning.marking.confidence import was_right
from planning.ruling_models import MarkRuling

MOST = 500  # the newest rulings of a question


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of `rulings` decisions: how many kept the proposed marks, how many were within one mark, and how far off they were."""

    rulings: int = 0
    kept: int = 0
    within: int = 0
    mean_change: float = 0.0  # marks; above zero when people give more than was proposed

    @property
    def kept_percent(self) -> int:
        return round(100 * self.kept / self.rulings) if self.rulings else 0

    @property
    def within_percent(self) -> int:
        return round(100 * self.within / self.rulings) if self.rulings else 0


def agreement(question_id: UUID) -> Agreement:
    """Of the rulings that the person at the door may see."""
    return of(list(MarkRuling.objects.filter(question_id=question_id).order_by("-pk")[:MOST]))


def of(rulings: Sequence[MarkRuling]) -> Agreement:
    if not rulings:
        return Agreement()
    changes = [float(row.ruled_marks - row.proposed_marks) for row in rulings]
    right = [was_right(float(row.proposed_marks), float(row.ruled_marks), row.maximum_marks) for row in rulings]
    return Agreement(len(rulings), sum(not change for change in changes), sum(right), sum(changes) / len(changes))
