"""SM-2, the spaced repetition of SuperMemo 2, exactly as published, in decimals.

P. A. Wozniak, Optimization of learning, 1990, chapter 3.2 ("Application of a computer to improve the results obtained in working
with the SuperMemo method"). Three points that implementations differ in are settled here: an interval uses the easiness factor
as it was before the grade, fractions of a day are rounded up, and a grade below 3 starts the repetitions anew and leaves the
easiness factor as it was.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

FIRST_EF = Decimal("2.5")
LEAST_EF = Decimal("1.3")
GRADES = range(6)  # 0 a blackout to 5 perfect
PASSED = 3  # the least grade with which something counts as remembered
FIRST_INTERVALS = (1, 6)  # days after the first and the second repetition


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of something that is learned; `interval` is in days and counts from the last repetition."""

    ef: Decimal = FIRST_EF
    interval: int = 0
    repetitions: int = 0


def graded(item: Item, grade: int, *, most_ef: Decimal | None = None) -> Item:
    """The item after a repetition. `most_ef` bounds the easiness factor, which SM-2 itself does not.

    Raises ValueError for a grade outside 0 to 5.
    """
    if grade not in GRADES:
        raise ValueError(f"A grade is 0 to 5, not {grade}.")
    if grade < PASSED:
        return Item(item.ef, FIRST_INTERVALS[0], 0)
    ef = _next_ef(item.ef, grade)
    return Item(ef if most_ef is None else min(ef, most_ef), _next_interval(item), item.repetitions + 1)


def _next_ef(ef: Decimal, grade: int) -> Decimal:
    short = 5 - grade
    return max(LEAST_EF, ef + Decimal("0.1") - short * (Decimal("0.08") + short * Decimal("0.02")))


def _next_interval(item: Item) -> int:
    if item.repetitions < len(FIRST_INTERVALS):
        return FIRST_INTERVALS[item.repetitions]
    return int((item.interval * item.ef).to_integral_value(rounding=ROUND_CEILING))
