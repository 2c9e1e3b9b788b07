"""How hard a lab is for somebody, as one number between 0 and 1. Pure; the weights are the course's.

Each sign is brought to 0..1 and weighed; the score is the weighed mean of the signs that are known:

    attempts            n / (n + 2)                      tries since the lab was last passed
    average_score       1 - mean                         of those tries that have a score
    recent_failures     min(n / 3, 1)                    of the last seven days
    repeated_questions  min(n / 2, 1)                    asked again beside this lab, or asked as somebody who is stuck
    time_spent          min(minutes / expected - 1, 1)   what goes beyond the time the lab takes; 0 before that

Without a try there is nothing to say about the first three, and without a score nothing about the second: they are left out
and not counted as good. Passing the lab begins everything anew. The score of the whole course is the mean of its labs.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

MANY_FAILURES = 3
MANY_REPEATS = 2
HALFWAY_ATTEMPTS = 2  # tries at which that sign is at one half
ALIKE = 0.5  # share of words (Jaccard) from which two questions are the same one
WORD = re.compile(r"\w{3,}")
EMPTY_WORDS = frozenset(
    "the and for are was you not but how why what when where which who this that with from have has had does did can could"
    " should would its it's there then than into about still any all get got".split()
)


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of somebody at one lab. `time_spent` in minutes; `average_score` is None without a scored try."""

    attempts: int = 0
    average_score: float | None = None
    recent_failures: int = 0
    repeated_questions: int = 0
    time_spent: int = 0
    refused: int = 0  # events that came faster than they may; counted, not weighed

    def as_row(self) -> dict[str, int | float | None]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Weights:
    attempts: float = 0.2
    average_score: float = 0.2
    recent_failures: float = 0.3
    repeated_questions: float = 0.15
    time_spent: float = 0.15
    expected_minutes: int = 45


def score(signs: Signs, weights: Weights) -> float:
    """0 to 1, to three places."""
    known = [(getattr(weights, name), value) for name, value in _parts(signs, weights).items()]
    total = sum(weight for weight, _value in known)
    return round(sum(weight * value for weight, value in known) / total, 3) if total else 0.0


def _parts(signs: Signs, weights: Weights) -> dict[str, float]:
    parts = {
        "repeated_questions": min(signs.repeated_questions / MANY_REPEATS, 1.0),
        "time_spent": min(max(signs.time_spent / weights.expected_minutes - 1, 0.0), 1.0),
    }
    if signs.attempts:
        parts["attempts"] = signs.attempts / (signs.attempts + HALFWAY_ATTEMPTS)
        parts["recent_failures"] = min(signs.recent_failures / MANY_FAILURES, 1.0)
    if signs.attempts and signs.average_score is not None:
        parts["average_score"] = 1 - signs.average_score
    return parts


def together(labs: Sequence[tuple[Signs, float]]) -> tuple[Signs, float]:
    """The signs and the score of a whole course, from those of its labs."""
    if not labs:
        return Signs(), 0.0
    scored = [signs.average_score for signs, _score in labs if signs.average_score is not None]
    signs = Signs(
        attempts=sum(signs.attempts for signs, _score in labs),
        average_score=round(sum(scored) / len(scored), 3) if scored else None,
        recent_failures=sum(signs.recent_failures for signs, _score in labs),
        repeated_questions=sum(signs.repeated_questions for signs, _score in labs),
        time_spent=sum(signs.time_spent for signs, _score in labs),
        refused=sum(signs.refused for signs, _score in labs),
    )
    return signs, round(sum(value for _signs, value in labs) / len(labs), 3)


def repeats(questions: Iterable[tuple[str, bool]]) -> int:
    """How many of these questions, oldest first, ask again what was asked before, or were asked as stuck (the flag)."""
    seen: list[frozenset[str]] = []
    count = 0
    for text, is_stuck in questions:
        words = _words(text)
        count += is_stuck or any(_alike(words, other) for other in seen)
        seen.append(words)
    return count


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.lower())) - EMPTY_WORDS


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other) and len(one & other) / len(one | other) >= ALIKE
