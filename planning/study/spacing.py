"""What is remembered of a topic, and when it should come again: by SM-2 or by FSRS.

Memory is folded from the reviews themselves, so a plan can change its method, and a grade can be put right, without losing
anything. Days are whole days of the learner's calendar.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from fsrs import Card, Rating, Scheduler, State

from planning.sm2 import FIRST_EF, LEAST_EF, Item, graded

MOST_EF = Decimal("2.5")  # a plan keeps the easiness factor between LEAST_EF and this
RETENTION_WHEN_DUE = 0.9  # what both methods aim at: nine of ten are remembered on the day of the review
EXPECTED_GRADE = 4  # what a plan assumes of reviews that have not happened; with SM-2 it leaves the easiness factor as it is
RATINGS = (Rating.Again, Rating.Again, Rating.Again, Rating.Hard, Rating.Good, Rating.Easy)  # by grade
LEAST_STABILITY = 0.1  # days; keeps a division away from zero


@dataclass(frozen=True, slots=True)
class Review:
    on: date
    grade: int


@dataclass(frozen=True, slots=True)
class Memory:
    """State of one topic after its last review. `stability` (days) and `difficulty` are FSRS's and None with SM-2."""

    last: date
    interval: int
    ef: Decimal = FIRST_EF
    repetitions: int = 0
    stability: float | None = None
    difficulty: float | None = None

    @property
    def due(self) -> date:
        return self.last + timedelta(days=self.interval)


class Spacing(Protocol):
    """A method of spacing reviews."""

    def after(self, memory: Memory | None, review: Review) -> Memory:
        """The memory after a review; None is a topic that was never studied."""

    def retention(self, memory: Memory, on: date) -> float:
        """The share (0 to 1) that is expected to be remembered on a day at or after the last review."""


class Sm2Spacing:
    def after(self, memory: Memory | None, review: Review) -> Memory:
        item = graded(_item(memory), review.grade, most_ef=MOST_EF)
        return Memory(review.on, item.interval, item.ef, item.repetitions)

    def retention(self, memory: Memory, on: date) -> float:
        """Exponential forgetting through 0.9 on the day the review is due."""
        return float(RETENTION_WHEN_DUE ** (max((on - memory.last).days, 0) / max(memory.interval, 1)))


class FsrsSpacing:
    """FSRS 6 with its published parameters, without steps inside a day and without chance."""

    def __init__(self) -> None:
        self.scheduler = Scheduler(
            desired_retention=RETENTION_WHEN_DUE, learning_steps=(), relearning_steps=(), enable_fuzzing=False
        )

    def after(self, memory: Memory | None, review: Review) -> Memory:
        card, _log = self.scheduler.review_card(_card(memory), RATINGS[review.grade], _moment(review.on))
        plain = Sm2Spacing().after(memory, review)
        interval = max((card.due - _moment(review.on)).days, 1)
        return replace(plain, interval=interval, stability=card.stability, difficulty=card.difficulty)

    def retention(self, memory: Memory, on: date) -> float:
        return float(self.scheduler.get_card_retrievability(_card(memory), _moment(max(on, memory.last))))


METHODS: dict[str, Spacing] = {"sm2": Sm2Spacing(), "fsrs": FsrsSpacing()}


def remembered(method: str, reviews: Iterable[Review]) -> Memory | None:
    """The memory that a topic's reviews leave, in the order of their days; None without reviews."""
    memory = None
    for review in sorted(reviews, key=lambda each: each.on):
        memory = METHODS[method].after(memory, review)
    return memory


def _item(memory: Memory | None) -> Item:
    return Item(memory.ef, memory.interval, memory.repetitions) if memory else Item()


def _card(memory: Memory | None) -> Card:
    if memory is None or memory.stability is None:
        return Card(card_id=1)  # without an id the library waits a millisecond to make one
    at = _moment(memory.last)
    stability = max(memory.stability, LEAST_STABILITY)
    return Card(1, State.Review, None, stability, memory.difficulty, at + timedelta(days=memory.interval), at)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


__all__ = ["LEAST_EF", "METHODS", "MOST_EF", "Memory", "Review", "Spacing", "remembered"]
