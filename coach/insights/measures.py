"""The arithmetic of the dashboard: quantiles of counted times, two rates compared."""

from collections.abc import Sequence
from math import comb

from learning.insight_functions import FIRST_TIME, PER_DECADE


def slot_start(slot: int) -> float:
    """Seconds at which a slot of time begins; the first one begins at nothing."""
    return FIRST_TIME * 10.0 ** (slot / PER_DECADE) if slot else 0.0


def quantile(counts: Sequence[int], share: float) -> float | None:
    """Seconds under which `share` of the counted times lie; between the ends of its slot evenly. None of nothing.

    A slot ends a third later than it begins, so the answer is right to about a sixth.
    """
    total = sum(counts)
    if total <= 0:
        return None
    wanted, passed = share * total, 0
    for slot, count in enumerate(counts):
        if count > 0 and passed + count >= wanted:
            low, high = slot_start(slot), slot_start(slot + 1)
            return low + (high - low) * (wanted - passed) / count
        passed += count
    return slot_start(len(counts))


def under(counts: Sequence[int], seconds: float) -> float:
    """How many of the counted times are under `seconds`; of the slot in which it falls, its part."""
    found = 0.0
    for slot, count in enumerate(counts):
        low, high = slot_start(slot), slot_start(slot + 1)
        if high <= seconds:
            found += count
        elif low < seconds:
            found += count * (seconds - low) / (high - low)
    return found


def is_fewer(before: int, weeks_before: float, after: int, weeks_after: float) -> float:
    """How likely `after` or fewer would be if the rate had stayed the same: the exact test of two Poisson rates (binomial)."""
    total = before + after
    if not total or weeks_after <= 0 or weeks_before <= 0:
        return 1.0
    share = weeks_after / (weeks_before + weeks_after)
    return sum(comb(total, k) * share**k * (1 - share) ** (total - k) for k in range(after + 1))
