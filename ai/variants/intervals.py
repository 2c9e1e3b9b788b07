"""What a sum of answers says, with its 95 % interval: shares, means, and differences of two.

Learners are drawn, not answers, and answers of one learner are alike: variances are those of a ratio of learners' sums
(Cochran 1977, section 6.3), and a share counts as many answers as would say as much if they were independent (Kish 1965). Pure
arithmetic.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)  # two-sided 95 %


@dataclass(frozen=True, slots=True)
class Sums:
    """Of one measure: `n` answers of so many learners, their total, and the sums over learners of n², n·x and x²."""

    learners: int = 0
    n: float = 0.0
    total: float = 0.0
    nn: float = 0.0
    nx: float = 0.0
    xx: float = 0.0

    @property
    def mean(self) -> float:
        return self.total / self.n if self.n else 0.0

    @property
    def variance(self) -> float:
        """Of the mean; 0 of fewer than two learners."""
        if self.learners < 2:
            return 0.0
        spread = max(0.0, self.xx - 2 * self.mean * self.nx + self.mean**2 * self.nn)
        return self.learners / (self.learners - 1) * spread / self.n**2

    @property
    def independent(self) -> float:
        """How many independent answers a share of these is worth; never more than there are."""
        alone = self.mean * (1 - self.mean)
        return min(self.n, alone / self.variance) if alone > 0 and self.variance > 0 else self.n


@dataclass(frozen=True, slots=True)
class Range:
    """A value with the ends of its interval."""

    value: float
    low: float
    high: float


def wilson(hits: float, of: float, z: float = Z) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927), by default of 95 %; (0, 1) of nothing."""
    if of <= 0:
        return 0.0, 1.0
    share, square = hits / of, z * z
    middle = share + square / (2 * of)
    half = z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    low, high = (middle - half) / (1 + square / of), (middle + half) / (1 + square / of)
    return max(0.0, low), min(1.0, high)


def share(sums: Sums) -> Range:
    low, high = wilson(sums.mean * sums.independent, sums.independent, student(sums.learners - 1))
    return Range(sums.mean, low, high)


def mean(sums: Sums) -> Range:
    half = student(sums.learners - 1) * sqrt(sums.variance)
    return Range(sums.mean, sums.mean - half, sums.mean + half)


def share_difference(one: Sums, other: Sums) -> Range:
    """`one` less `other`, from the two score intervals (Newcombe 1998, method 10)."""
    a, b = share(one), share(other)
    value = a.value - b.value
    low = value - sqrt((a.value - a.low) ** 2 + (b.high - b.value) ** 2)
    return Range(value, low, value + sqrt((a.high - a.value) ** 2 + (b.value - b.low) ** 2))


def mean_difference(one: Sums, other: Sums) -> Range:
    """`one` less `other`, with unequal variances (Welch 1947)."""
    a, b = one.variance, other.variance
    value, error = one.mean - other.mean, sqrt(a + b)
    if not error:
        return Range(value, value, value)
    freedom = (a + b) ** 2 / (a**2 / max(1, one.learners - 1) + b**2 / max(1, other.learners - 1))
    half = student(freedom) * error
    return Range(value, value - half, value + half)


def student(freedom: float) -> float:
    """The 97.5 % point of Student's t, by the expansion of Abramowitz and Stegun 26.7.5; to a hundredth from 4 degrees on."""
    v, z = max(1.0, freedom), Z
    parts = (
        (z**3 + z) / (4 * v),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3),
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92160 * v**4),
    )
    return z + sum(parts)
