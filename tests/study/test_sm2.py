"""SM-2 against vectors computed another way, and its rules one by one."""

from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.sm2 import FIRST_EF, LEAST_EF, Item, graded

GRADES = st.lists(st.integers(0, 5), min_size=1, max_size=20)
# Worked out on paper from the published formulae: grades, then easiness factor, interval and repetitions after each.
BY_HAND = [
    ([4, 4, 4, 4], [("2.5", 1, 1), ("2.5", 6, 2), ("2.5", 15, 3), ("2.5", 38, 4)]),
    ([5, 3, 4], [("2.6", 1, 1), ("2.46", 6, 2), ("2.46", 15, 3)]),
    ([3, 3, 3], [("2.36", 1, 1), ("2.22", 6, 2), ("2.08", 14, 3)]),
    ([5, 5, 1, 4, 4, 4], [("2.6", 1, 1), ("2.7", 6, 2), ("2.7", 1, 0), ("2.7", 1, 1), ("2.7", 6, 2), ("2.7", 17, 3)]),
    ([0, 2], [("2.5", 1, 0), ("2.5", 1, 0)]),
]


def in_fractions(grades: list[int]) -> list[tuple[Fraction, int, int]]:
    """The same rules in another arithmetic and another order of writing."""
    ef, interval, repetitions, found = Fraction(5, 2), 0, 0, []
    for q in grades:
        if q >= 3:
            interval = [1, 6][repetitions] if repetitions < 2 else ceil(interval * ef)
            repetitions += 1
            ef = max(Fraction(13, 10), ef - Fraction(8, 10) + Fraction(28, 100) * q - Fraction(2, 100) * q * q)
        else:
            interval, repetitions = 1, 0
        found.append((ef, interval, repetitions))
    return found


@pytest.mark.parametrize(("grades", "expected"), BY_HAND)
def test_it_agrees_with_the_paper(grades: list[int], expected: list[tuple[str, int, int]]) -> None:
    item = Item()
    for grade, (ef, interval, repetitions) in zip(grades, expected, strict=True):
        item = graded(item, grade)
        assert (item.ef, item.interval, item.repetitions) == (Decimal(ef), interval, repetitions)


@given(GRADES)
def test_it_agrees_with_another_arithmetic(grades: list[int]) -> None:
    item, found = Item(), []
    for grade in grades:
        item = graded(item, grade)
        found.append((Fraction(item.ef), item.interval, item.repetitions))
    assert found == in_fractions(grades)


@given(GRADES)
def test_it_keeps_the_easiness_within_bounds(grades: list[int]) -> None:
    item = Item()
    for grade in grades:
        item = graded(item, grade, most_ef=FIRST_EF)
        assert LEAST_EF <= item.ef <= FIRST_EF
        assert item.interval >= 1


@pytest.mark.parametrize("grade", [-1, 6])
def test_it_refuses_other_grades(grade: int) -> None:
    with pytest.raises(ValueError, match="0 to 5"):
        graded(Item(), grade)
