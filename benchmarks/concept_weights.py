"""How much a concept's percentage depends on the weights of its parts: the product's beside others, on concepts made by chance.

`python -m benchmarks.concept_weights` makes concepts of one to six chapters, up to three labs and four objectives, with learners
who have done each part by chance, and reckons each learner's percentage by several weights. It prints how far the percentages lie
from the product's, and how often two learners of one concept change places. Pure arithmetic, the same in every run.
"""

import random
import statistics
import sys
from collections.abc import Iterator
from itertools import combinations

from courses.concept_functions import CHAPTER, LAB, OBJECTIVE

CONCEPTS, LEARNERS = 1000, 8
WEIGHTS = {
    "all alike": (1, 1, 1),
    "doing weighs six times reading": (1, 6, 1),
    "words weigh as labs": (2, 3, 3),
    "reading alone": (1, 0, 0),
}
OURS = (CHAPTER, LAB, OBJECTIVE)
EQUAL = 1e-9

Parts = tuple[list[float], list[float], list[float]]  # shares done: of chapters, labs, objectives


def concepts() -> Iterator[list[Parts]]:
    """Learners of one concept, who differ in how much they do; who is diligent reads, tries and says more."""
    luck = random.Random(7)
    for _concept in range(CONCEPTS):
        sizes = luck.randint(1, 6), luck.randint(0, 3), luck.randint(0, 4)
        yield [_learner(luck, sizes) for _ in range(LEARNERS)]


def _learner(luck: random.Random, sizes: tuple[int, int, int]) -> Parts:
    diligent = luck.random()
    read, lab, said = ([float(luck.random() < diligent) for _ in range(size)] for size in sizes)
    return read, [done and luck.uniform(0.4, 1.0) for done in lab], said


def percent(parts: Parts, weights: tuple[int, int, int]) -> float:
    whole = sum(weight * len(part) for weight, part in zip(weights, parts, strict=True))
    there = sum(weight * sum(part) for weight, part in zip(weights, parts, strict=True))
    return 100 * there / whole if whole else 0.0


def main() -> int:
    made = list(concepts())
    print(f"{CONCEPTS} concepts, {LEARNERS} learners each; chapter, lab, objective of the product: {OURS}")
    for name, weights in WEIGHTS.items():
        pairs = [(percent(each, OURS), percent(each, weights)) for learners in made for each in learners]
        apart = sorted(abs(one - other) for one, other in pairs)
        print(
            f"{name:32} {weights}  apart: mean {statistics.mean(apart):4.1f}, p95 {apart[int(len(apart) * 0.95)]:4.1f} points;"
            f"  change places: {_swapped(made, weights):.1%} of pairs"
        )
    return 0


def _swapped(made: list[list[Parts]], weights: tuple[int, int, int]) -> float:
    """The share of pairs of learners whom both weights tell apart, and the other way round."""
    told = swapped = 0
    for learners in made:
        for one, other in combinations(learners, 2):
            ours, theirs = (percent(one, each) - percent(other, each) for each in (OURS, weights))
            told += abs(ours) > EQUAL and abs(theirs) > EQUAL
            swapped += ours * theirs < -EQUAL
    return swapped / told


if __name__ == "__main__":
    sys.exit(main())
