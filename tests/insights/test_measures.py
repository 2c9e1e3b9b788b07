"""The arithmetic, against figures from the literature and against sorting."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from ai.charts.drawing import line, ticks, top_of
from ai.variants.intervals import wilson
from coach.insights.effects import effects
from coach.insights.figures import Correction
from coach.insights.measures import is_fewer, quantile, slot_start, under
from coach.insights.periods import read_period


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718), (29, 29, 0.8830, 1.0)],
)
def test_it_gives_the_wilson_interval_of_newcombe_1998(hits: int, of: int, low: float, high: float) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=5e-5)


def test_it_finds_quantiles_within_a_sixth() -> None:
    chance = random.Random(4)
    times = sorted(chance.lognormvariate(8, 1.5) for _one in range(5000))
    counts = [sum(slot_start(n) <= time < slot_start(n + 1) for time in times) for n in range(48)]
    for share in (0.1, 0.5, 0.9):
        assert quantile(counts, share) == pytest.approx(times[int(share * len(times))], rel=1 / 6)
    assert under(counts, 3600) == pytest.approx(sum(time < 3600 for time in times), rel=0.05)
    assert quantile([0] * 48, 0.5) is None


def test_it_compares_rates_exactly() -> None:
    assert is_fewer(10, 8, 0, 8) == pytest.approx(0.5**10)
    assert is_fewer(0, 8, 0, 8) == 1.0
    assert is_fewer(5, 8, 5, 8) > 0.5


@pytest.mark.parametrize(
    ("before", "after", "days", "verdict"),
    [
        (12, 1, 56, "asked less since"),
        (12, 0, 3, "too early to say"),
        (2, 1, 56, "too early to say"),
        (6, 5, 56, "no clear change"),
    ],
)
def test_it_is_honest_about_little_data(before: int, after: int, days: int, verdict: str) -> None:
    live = datetime(2026, 9, 1, tzinfo=UTC)
    one = Correction("Why?", "Tess", "containers", live, live - timedelta(weeks=8), before, 0, after, 0, 0)
    assert effects([one], live.date() + timedelta(days=days))[0].verdict == verdict


@pytest.mark.parametrize(("days", "words"), [(-1, "6 in a day"), (0, "6 in a day"), (2, "6 in 3 days"), (27, "6 in 4 weeks")])
def test_it_says_of_a_short_span_how_many_days_it_was(days: int, words: str) -> None:
    live = datetime(2026, 9, 1, tzinfo=UTC)
    one = Correction("Why?", "Tess", "containers", live, live - timedelta(weeks=8), 1, 0, 6, 0, 0)
    told = effects([one], live.date() + timedelta(days=days))[0]
    assert (told.before_words, told.after_words) == ("1 in 8 weeks", words)


@pytest.mark.parametrize(("key", "start", "before"), [
    ("7d", "2026-11-16", "2026-11-09"), ("12w", "2026-08-31", "2026-06-08"), ("52w", "2025-11-24", "2024-11-25"),
    ("?", "2026-10-24", "2026-09-24"),
])  # fmt: skip
def test_it_reads_the_time(key: str, start: str, before: str) -> None:
    period = read_period(key, datetime(2026, 11, 22, 23, 59, tzinfo=UTC))
    assert (period.start.isoformat(), period.before.isoformat()) == (start, before)
    assert period.number(date(2026, 11, 22)) == period.length - 1
    assert period.dates[-1] <= date(2026, 11, 22)


def test_it_draws_axes_and_lines() -> None:
    assert [top_of(values) for values in ([0], [3], [11], [70], [130])] == [2, 4, 12, 80, 160]
    assert line([1, None, 2, 4], 4, "plain").path == "M12.5 75h0M62.5 50h0L87.5 0"
    assert [tick.text for tick in ticks([str(n) for n in range(30)])] == ["0", "10", "19", "29"]
