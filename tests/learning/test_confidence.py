"""Confidence: pure arithmetic over what the search found."""

from dataclasses import dataclass

import pytest

from learning.confidence import confidence

THRESHOLD = 0.35


@dataclass(frozen=True)
class Found:
    score: float = 0.0
    dense: float | None = None
    lexical: float | None = None
    rank_dense: int | None = None
    rank_lexical: int | None = None
    coverage: float = 0.0
    kind: str = "course"


NEAR = [
    Found(0.8, 0.7, 1.0, 1, 1, 0.9),
    Found(0.5, 0.5, 0.4, 2, 3, 0.4),
    Found(0.4, 0.4, 0.3, 3, 5, 0.3),
    Found(0.3, 0.35, 0.2, 4, 9, 0.2),
]
FAR = [
    Found(0.45, 0.12, 1.0, None, 1, 0.3),
    Found(0.44, 0.1, 0.95, 40, 2, 0.3),
    Found(0.1, 0.15, None, 1, None),
    Found(0.1, 0.14, None, 2, None),
]
WORDS = [Found(0.4, lexical=1.0, rank_lexical=1, coverage=0.9), Found(0.1, lexical=0.3, rank_lexical=2, coverage=0.3)]
FEW_WORDS = [Found(0.4, lexical=1.0, rank_lexical=1, coverage=0.2), Found(0.4, lexical=0.95, rank_lexical=2, coverage=0.2)]


@pytest.mark.parametrize(("passages", "sure"), [(NEAR, True), (FAR, False), (WORDS, True), (FEW_WORDS, False)])
def test_it_is_above_the_threshold_only_for_evidence(passages: list[Found], sure: bool) -> None:
    value = confidence("Why is my volume empty?", passages)
    assert 0 <= value <= 1
    assert (value >= THRESHOLD) is sure


@pytest.mark.parametrize(("question", "passages"), [("Why?", []), ("", NEAR), (" ?!_ 🦆", NEAR)])
def test_it_is_zero_without_a_question_or_a_passage(question: str, passages: list[Found]) -> None:
    assert confidence(question, passages) == 0


@pytest.mark.parametrize("name", ["dense", "coverage", "score"])
def test_it_grows_with_each_sign(name: str) -> None:
    from dataclasses import replace

    better = [replace(NEAR[0], **{name: getattr(NEAR[0], name) + 0.1}), *NEAR[1:]]
    assert confidence("volume", better) > confidence("volume", NEAR)


def test_it_is_surer_when_both_legs_agree() -> None:
    from dataclasses import replace

    apart = [replace(NEAR[0], rank_lexical=4), *NEAR[1:]]
    assert confidence("volume", NEAR) > confidence("volume", apart)


def test_it_takes_a_single_passage() -> None:
    assert 0 < confidence("volume", NEAR[:1]) < 1
