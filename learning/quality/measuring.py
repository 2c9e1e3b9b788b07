"""What one question finds, set beside what its trainer expects, and the figures of many. Pure: no database, no model."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

WORDS = re.compile(r"\w+")
SHORTEST = 3  # letters of a word that counts; digits always do
TOP = 5  # pages among which the expected one is a hit
FITS = 0.6  # share of the expected answer's words from which an answer counts as right
FALL = 0.1  # of confidence, or of the share of words, that counts as a change


class Outcome(Protocol):
    """What is needed of a result; `learning.models.QualityResult` says what each is."""

    @property
    def question(self) -> str: ...
    @property
    def expected(self) -> Any: ...
    @property
    def expected_answer(self) -> str: ...
    @property
    def rank(self) -> int | None: ...
    @property
    def fit(self) -> float | None: ...
    @property
    def confidence(self) -> float: ...
    @property
    def is_answered(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kind` is better, worse, same, or new when there is nothing to compare with; `why` names what moved."""

    kind: str
    why: tuple[str, ...] = ()


def fit(expected: str, answer: str) -> float | None:
    """The share of the expected answer's words that stand in the answer; None when no answer is expected."""
    wanted = words(expected)
    return len(wanted & words(answer)) / len(wanted) if wanted else None


def words(text: str) -> set[str]:
    return {word for word in WORDS.findall(text.casefold()) if len(word) >= SHORTEST or word.isdigit()}


def is_right(one: Outcome) -> bool:
    """The place is among the first pages, and the answer holds what it should, as far as each is expected."""
    is_placed = not one.expected or (one.rank is not None and one.rank <= TOP)
    return is_placed and (one.fit is None or one.fit >= FITS)


def verdict(now: Outcome, before: Outcome | None) -> Verdict:
    """Better or worse by what moved first: the place's rank, the answer's words, whether there is one, the confidence."""
    if before is None or _asked(now) != _asked(before):
        return Verdict("new")
    moved = [(name, change) for name, change in _changes(now, before) if change]
    if not moved:
        return Verdict("same")
    return Verdict("better" if moved[0][1] > 0 else "worse", tuple(name for name, _change in moved))


def figures(results: Sequence[Outcome]) -> dict[str, float | int | None]:
    """Shares and means over the questions; None where no question asks for it."""
    placed = [one.rank for one in results if one.expected]
    fits = [one.fit for one in results if one.fit is not None]
    return {
        "questions": len(results),
        "right": sum(map(is_right, results)),
        "hit@1": _mean(rank == 1 for rank in placed),
        f"hit@{TOP}": _mean(rank is not None and rank <= TOP for rank in placed),
        "mrr": _mean(1 / rank if rank else 0.0 for rank in placed),
        "fit": _mean(fits),
        "answered": _mean(one.is_answered for one in results),
        "confidence": _mean(one.confidence for one in results),
    }


def _asked(one: Outcome) -> tuple[str, tuple[str, ...], str]:
    return one.question, tuple(one.expected), one.expected_answer


def _changes(now: Outcome, before: Outcome) -> Iterable[tuple[str, float]]:
    if now.expected:
        yield "rank", _nearness(now.rank) - _nearness(before.rank)
    yield "fit", _beyond((now.fit or 0.0) - (before.fit or 0.0))
    yield "answered", now.is_answered - before.is_answered
    yield "confidence", _beyond(now.confidence - before.confidence)


def _nearness(rank: int | None) -> float:
    return 1 / rank if rank else 0.0


def _beyond(change: float) -> float:
    return change if abs(change) >= FALL else 0.0


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return round(sum(found) / len(found), 4) if found else None
