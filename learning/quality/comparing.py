"""A run beside the last one before it: question by question, passage by passage. Behind the caller's door."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from learning.models import QualityResult, QualityRun, QualitySet
from learning.quality.measuring import Verdict, verdict

ORDER = {"worse": 0, "better": 1, "new": 2, "same": 3}


@dataclass(frozen=True, slots=True)
class Compared:
    """One question of a run, with the same one in the run before it, if it was asked there with the same expectation."""

    now: QualityResult
    before: QualityResult | None
    verdict: Verdict

    @property
    def passages(self) -> list[dict[str, Any]]:
        """The passages found now, each with its rank before; then those that are no longer among them."""
        old = {_key(one): number for number, one in enumerate(self._old, start=1)}
        here = {_key(one) for one in self.now.passages}
        found = [_row(one, number, old.get(_key(one)), self.now) for number, one in enumerate(self.now.passages, start=1)]
        return found + [_row(one, None, number, self.now) for number, one in enumerate(self._old, 1) if _key(one) not in here]

    @property
    def _old(self) -> list[dict[str, Any]]:
        return self.before.passages if self.before else []


def run_before(run: QualityRun) -> QualityRun | None:
    """The last completed run of the same set before this one."""
    rows = QualityRun.objects.filter(set_id=run.set_id, state=QualityRun.State.COMPLETED, pk__lt=run.pk)
    return rows.order_by("-pk").first()


def compared(run: QualityRun, before: QualityRun | None) -> list[Compared]:
    """The run's questions, what got worse first."""
    earlier = {one.question_id: one for one in QualityResult.objects.filter(run=before)} if before else {}
    rows = [_compared(now, earlier.get(now.question_id)) for now in QualityResult.objects.filter(run=run).order_by("question_id")]
    return sorted(rows, key=lambda row: ORDER[row.verdict.kind])


def tally(rows: Sequence[Compared]) -> dict[str, int]:
    """How many questions got better, worse, stayed the same, or are new."""
    return {kind: sum(row.verdict.kind == kind for row in rows) for kind in ("better", "worse", "same", "new")}


def is_stale(chosen: QualitySet, newest: QualityRun | None) -> bool:
    """Whether the course's index is another one than the newest completed run asked. Its course must be loaded."""
    return newest is not None and newest.generation != chosen.course.index_generation


def _compared(now: QualityResult, before: QualityResult | None) -> Compared:
    judged = verdict(now, before)
    return Compared(now, None if judged.kind == "new" else before, judged)


def _key(passage: dict[str, Any]) -> tuple[Any, ...]:
    """What tells a passage in two indexes: its place and its words; ids are new in each."""
    return passage.get("chapter_id"), passage.get("lab_id"), passage.get("anchor"), passage.get("text")


def _row(passage: dict[str, Any], now: int | None, before: int | None, result: QualityResult) -> dict[str, Any]:
    is_expected = passage.get("chapter_id") in result.expected or passage.get("lab_id") in result.expected
    return {"passage": passage, "now": now, "before": before, "is_expected": is_expected}
