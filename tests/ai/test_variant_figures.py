"""The arithmetic behind prompts that are tried, against published figures and against chance itself."""

import numpy as np
import pytest

from ai.variants.intervals import Sums, mean, mean_difference, share, share_difference, student
from ai.variants.watching import ALPHA, bound, harm


def alone(hits: int, of: int) -> Sums:
    """Answers of as many learners, one each: as independent as can be."""
    return Sums(of, of, hits, of, hits, hits)


def of_learners(counts, totals) -> Sums:
    n, x = np.asarray(counts, float), np.asarray(totals, float)
    return Sums(len(n), n.sum(), x.sum(), (n * n).sum(), (n * x).sum(), (x * x).sum())


@pytest.mark.parametrize(("freedom", "point"), [(4, 2.776), (9, 2.262), (20, 2.086), (60, 2.000), (1e9, 1.960)])
def test_it_knows_students_table(freedom: float, point: float) -> None:
    assert student(freedom) == pytest.approx(point, abs=0.01)


@pytest.mark.parametrize(  # Newcombe 1998, Statistics in Medicine 17, table II, method 10: (a) and (c)
    ("one", "other", "low", "high"), [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090)]
)
def test_it_gives_the_differences_of_newcombe(one, other, low: float, high: float) -> None:
    found = share_difference(alone(*one), alone(*other))
    wide = 1.2 if other[1] < 20 else 1.03  # ours allows for few learners, with Student's t
    assert low - 0.08 * (wide - 1) * 10 <= found.low <= low + 0.002
    assert high - 0.002 <= found.high <= high + 0.08 * (wide - 1) * 10


def test_it_is_less_sure_of_answers_that_come_from_few_learners() -> None:
    many, few = alone(50, 100), of_learners([10] * 10, [10, 0] * 5)
    assert (many.mean, few.mean) == (0.5, 0.5)
    assert few.independent < 12
    assert share(few).high - share(few).low > 2 * (share(many).high - share(many).low)


def test_it_covers_the_truth_as_often_as_it_says() -> None:
    chance = np.random.default_rng(5)
    hits = {"share": 0, "mean": 0, "differences": 0}
    for _ in range(300):
        arms = []
        for _arm in range(2):
            n = 1 + chance.poisson(8, 25)
            arms.append((of_learners(n, chance.binomial(n, chance.beta(3, 7, 25))), of_learners(n, n * chance.normal(4, 1, 25))))
        (one, stars), (other, more) = arms
        hits["share"] += share(one).low <= 0.3 <= share(one).high
        hits["mean"] += mean(stars).low <= 4 <= mean(stars).high
        hits["differences"] += all(
            found.low <= 0 <= found.high for found in [share_difference(one, other), mean_difference(stars, more)]
        )
    assert hits["share"] >= 0.92 * 300
    assert hits["mean"] >= 0.92 * 300
    assert hits["differences"] >= 0.86 * 300


def looked(chance, rates, learners: int = 50, looks: int = 100) -> bool:
    """Whether a variant was ever stopped, looked at after every few answers; learners differ."""
    alike = 6
    own = [chance.beta(rate * alike, (1 - rate) * alike, learners) for rate in rates]
    n, x = np.zeros((2, learners)), np.zeros((2, learners))
    for _look in range(looks):
        for arm in range(2):
            new = chance.poisson(0.4, learners)
            n[arm] += new
            x[arm] += chance.binomial(new, own[arm])
        arms = [of_learners(n[arm][n[arm] > 0], x[arm][n[arm] > 0]) for arm in range(2)]
        if min(arm.n for arm in arms) >= 30 and harm(arms[1], arms[0], is_more_worse=True) >= bound(1):
            return True
    return False


def test_it_seldom_stops_what_does_no_harm_however_often_it_looks() -> None:
    chance = np.random.default_rng(11)
    stopped = sum(looked(chance, (0.15, 0.15)) for _ in range(60))
    assert stopped <= 60 * ALPHA + 3  # two standard deviations


def test_it_finds_harm() -> None:
    chance = np.random.default_rng(12)
    assert sum(looked(chance, (0.1, 0.3)) for _ in range(20)) >= 19
    assert sum(looked(chance, (0.3, 0.1)) for _ in range(8)) == 0  # less is no harm here
