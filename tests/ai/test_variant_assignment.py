"""Who gets which prompt: always the same, by weight, and others stay where they are."""

from collections import Counter
from uuid import UUID, uuid5

import pytest

from ai.prompts.files import compared, is_present, present
from ai.variants.assigning import Choice, Prompt, assigned, chosen

HOUSE = UUID(int=1)
LEARNERS = [uuid5(HOUSE, f"learner {n}") for n in range(4000)]


def choice(name: str, weight: int = 1) -> Choice:
    return Choice(uuid5(HOUSE, name), "coach/v1", weight)


A, B, C = choice("a"), choice("b"), choice("c")


def places(*choices: Choice) -> dict[UUID, Choice | None]:
    return {learner: chosen(learner, choices) for learner in LEARNERS}


def test_it_gives_a_learner_the_same_one_whatever_the_order() -> None:
    assert places(A, B, C) == places(C, B, A)


@pytest.mark.parametrize("weights", [(1, 1, 1), (1, 2, 7), (90, 5, 5)], ids=str)
def test_it_divides_learners_by_weight(weights) -> None:
    found = Counter(place.variant_id for place in places(*map(choice, "abc", weights)).values())
    for name, weight in zip("abc", weights, strict=True):
        assert found[choice(name).variant_id] / len(LEARNERS) == pytest.approx(weight / sum(weights), abs=0.025)


def test_it_moves_nobody_else_when_one_stops_or_comes() -> None:
    before, after = places(A, B, C), places(A, B)
    assert all(after[learner] == place for learner, place in before.items() if place != C)
    assert {after[learner] for learner, place in before.items() if place == C} == {A, B}


def test_it_moves_only_those_who_go_to_the_one_that_grew() -> None:
    before, after = places(A, B, C), places(A, B, choice("c", 2))
    moved = [learner for learner in LEARNERS if before[learner].variant_id != after[learner].variant_id]
    assert {after[learner].variant_id for learner in moved} == {C.variant_id}
    assert len(moved) / len(LEARNERS) == pytest.approx(1 / 6, abs=0.025)  # from a third to a half, and no more


def test_it_uses_the_usual_prompt_when_nothing_is_tried_or_its_file_is_gone() -> None:
    assert assigned("coach", HOUSE, []) == Prompt("coach/v1")
    assert assigned("mentor", HOUSE, [[str(HOUSE), "mentor/v999", 1]]) == Prompt("mentor/v1")
    assert assigned("mentor", HOUSE, [[str(HOUSE), "mentor/v2", 1]]) == Prompt("mentor/v2", HOUSE)


def test_it_knows_its_files_and_how_they_differ() -> None:
    assert {"coach/v1", "coach/v2", "mentor/v1", "mentor/v2", "transcript/v1"} <= set(present())
    assert not is_present("../settings")
    lines = list(compared("coach/v1", "coach/v2"))
    assert {line.mark for line in lines} == {"", "+", "-"}
    assert any("check whether they have understood" in line.text for line in lines if line.mark == "+")
