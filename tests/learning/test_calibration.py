"""A confidence that means what it says: pure arithmetic, and the sentences of a model that nothing bears out."""

import numpy as np
import pytest

from learning.calibration import PLAIN, Map, bins, brier, calibration_error, crossed, fitted, threshold_for
from learning.support import unsupported


def said_too_much(count: int = 400) -> tuple[list[float], list[bool]]:
    """Confidences far above the truth: of those at p only p squared are right."""
    rng = np.random.default_rng(7)
    sure = rng.uniform(0.2, 0.95, count)
    return list(sure), list(rng.uniform(size=count) < sure**2)


def test_it_learns_what_figures_are_worth() -> None:
    sure, right = said_too_much()
    before, after = (calibration_error(bins(each, right)) for each in (sure, crossed(sure, right)))
    assert before is not None
    assert after is not None
    assert before > 0.15
    assert after <= 0.06
    assert (brier(crossed(sure, right), right) or 1) < (brier(sure, right) or 0)


def test_it_keeps_the_order_even_when_verdicts_turn_it_round() -> None:
    sure = [n / 100 for n in range(1, 100)]
    learnt = fitted(sure, [one < 0.5 for one in sure])
    told = [learnt(one) for one in sure]
    assert told == sorted(told)
    assert learnt(0.0) == 0


@pytest.mark.parametrize("right", [[True] * 60, [False] * 60, [True, False] * 5], ids=["all good", "all bad", "too few"])
def test_it_changes_nothing_without_enough_verdicts_of_both_kinds(right: list[bool]) -> None:
    assert fitted([0.7] * len(right), right) == PLAIN
    assert PLAIN(0.7) == 0.7


def test_it_counts_bins_as_published() -> None:
    found = bins([0.05, 0.95, 1.0], [False, True, False])
    assert [one.count for one in found] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert calibration_error(found) == pytest.approx((1 * 0.05 + 2 * abs(0.975 - 0.5)) / 3)
    assert calibration_error([]) is None
    assert brier([], []) is None


@pytest.mark.parametrize(("error", "threshold"), [(0.5, 0.4), (0.1, 0.9), (0.05, 0.95), (0.001, 1.0)])
def test_it_finds_the_threshold_that_a_wish_asks_for(error: float, threshold: float) -> None:
    sure = [0.4, 0.95, 0.9]
    assert threshold_for(error, sure) == threshold


def test_it_bends_by_log_odds() -> None:
    assert Map(1.0, 1.0)(0.5) == pytest.approx(0.731, abs=0.001)


VOLUME = {1: "Volumes A volume keeps data when its container is removed.", 2: "Networks Containers find each other by name."}


@pytest.mark.parametrize(
    ("answer", "bare"),
    [
        ("A volume keeps the data after the container is removed [1].", []),
        ("A volume keeps data. [1] Kubernetes schedules pods across nodes. [1]", ["Kubernetes schedules pods across nodes."]),
        ("Containers find each other by name [1].", ["Containers find each other by name."]),
        ("Containers on a network find each other by name.", []),
        ("Paris became capital under Clovis centuries ago.", ["Paris became capital under Clovis centuries ago."]),
        ("The course does not seem to answer this. Your trainer can answer it: ask them, and your question goes along.", []),
        ("```\nterraform apply --auto-approve everything\n```\nShall I explain quantum chromodynamics?", []),
    ],
    ids=[
        "borne out",
        "one is not",
        "by another source than cited",
        "cites nothing",
        "nowhere",
        "said to the reader",
        "code and questions",
    ],
)
def test_it_marks_what_nothing_bears_out(answer: str, bare: list[str]) -> None:
    found, share = unsupported(answer, VOLUME, question="What does a volume do?")
    assert found == bare
    assert (share == 1) == (not bare)
