"""How sure one may be that the course answers a question, from what the search found. Pure: no database, no model.

Four signs, weighed by a logistic regression: how near the nearest passage is in meaning; how much of the question's words stands
in the best passage, rare words counting more; whether both legs of the search name the same passage; how far the best
passage is ahead of the fourth. Without vectors the words alone speak, with weights of their own. It says that the course
speaks of the matter, not that the passage holds the very detail that was asked for: no sign here can know that. How readily
courses answer such a question at all can be added as a leaning. The weights and what they reach on courses that they were not
made with stand in docs/decisions/0041-confidence.md.
"""

import math
import re
from collections.abc import Sequence
from typing import Protocol

from learning.verified import SAME_ALONE

NEARNESS, COVERAGE, AGREEMENT, LEAD, START = 6.6, 3.0, 1.6, 2.3, -4.85
COVERAGE_ALONE, LEAD_ALONE, START_ALONE = 5.5, 2.0, -2.9  # when there are no vectors
RUNNER_UP = 3  # index of the passage that the lead is measured against: the three before it may be of one page
VERIFIED = "knowledge"  # the kind of a passage that a trainer vouches for
LEAST_VERIFIED, VERIFIED_SLOPE, MOST_VERIFIED = 0.6, 1.2, 0.98  # at SAME_ALONE and above it
SPREAD = 0.08  # of the cosines between a question and passages that have nothing to do with it
SAYS_SOMETHING = re.compile(r"[^\W_]")


class Evidence(Protocol):
    """What is needed of a passage; `learning.retrieval.Passage` says what each is."""

    @property
    def score(self) -> float: ...
    @property
    def dense(self) -> float | None: ...
    @property
    def lexical(self) -> float | None: ...
    @property
    def rank_dense(self) -> int | None: ...
    @property
    def rank_lexical(self) -> int | None: ...
    @property
    def coverage(self) -> float: ...
    @property
    def kind(self) -> str: ...
    @property
    def among(self) -> int: ...


def confidence(question: str, passages: Sequence[Evidence], *, leaning: float = 0.0) -> float:
    """0 to 1: the probability that the course answers the question; `passages` as the search returned them, best first.

    Without a `leaning` (`learning.leaning`: log-odds) it says how surely the course speaks of the matter. 0 for a question
    without a letter or digit, and when nothing was found.
    """
    if not passages or not SAYS_SOMETHING.search(question):
        return 0.0
    course = [passage for passage in passages if passage.kind != VERIFIED]
    if len(course) < len(passages):
        return max(_verified(passages[0].score), confidence(question, course, leaning=leaning))
    near = [passage.dense for passage in passages if passage.dense is not None]
    if near:
        lead = _lead([passage.score for passage in passages])
        total = NEARNESS * max(near) + COVERAGE * passages[0].coverage + AGREEMENT * _agreement(passages) + LEAD * lead + START
    else:
        lead = _lead([passage.lexical or 0.0 for passage in passages])
        total = COVERAGE_ALONE * passages[0].coverage + LEAD_ALONE * lead + START_ALONE
    return 1 / (1 + math.exp(-total - leaning))


def standing_out(passages: Sequence[Evidence]) -> float:
    """The cosine of the course's nearest passage, less what the nearest of so many has by chance; 0 without a vector.

    The greatest of n normal values is about sqrt(2 ln n) standard deviations above their mean (Cramér 1946, 28.6).
    """
    course = [passage for passage in passages if passage.kind != VERIFIED and passage.dense is not None]
    if not course:
        return 0.0
    nearest = max(passage.dense or 0.0 for passage in course)
    return nearest - SPREAD * math.sqrt(2 * math.log(max(course[0].among, 1)))


def _verified(surety: float) -> float:
    """A person vouches for the answer; what is left to doubt is whether it was asked for."""
    return min(LEAST_VERIFIED + VERIFIED_SLOPE * max(surety - SAME_ALONE, 0.0), MOST_VERIFIED)


def _agreement(passages: Sequence[Evidence]) -> float:
    """1 when both legs put the same passage first, a half when the best common one is second in a leg, and so on."""
    worse = [max(each.rank_dense, each.rank_lexical) for each in passages if each.rank_dense and each.rank_lexical]
    return 1 / min(worse) if worse else 0.0


def _lead(scores: Sequence[float]) -> float:
    ordered = sorted(scores, reverse=True)
    return ordered[0] - ordered[min(RUNNER_UP, len(ordered) - 1)]
