"""How far what a learner said of an objective agrees with what their course says of it.

Each sentence that was said is held against the sentences and passages of the course about the objective; the nearest one counts,
longer sentences weigh more, and all that was said together weighs as much as its sentences. It sees whether somebody speaks of
the matter as the course does. It does not see whether every detail is right, and never claims to: what is far away counts
less, and nothing is refused for its meaning. Pure but for the embedding it is given. Where the bounds come from, and how often
they err, stands in docs/decisions/0161-an-objective-is-heard-by-meaning.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ai.embedding import Vectors
from learning.transcripts.languages import language_of
from planning.marking.texts import counted, pieces, sentences, terms

AGREES, PARTLY = 0.5, 0.35  # nearness from which on what was said counts in full, and half
COPIED = 0.95  # share of the runs of four letters that stand in one passage of the course

Embed = Callable[[Sequence[str]], Vectors]


class Verdict(StrEnum):
    """What is found, as the evidence keeps it."""

    AGREES = "agrees"
    PARTLY = "partly"
    BESIDE = "beside"
    UNJUDGED = "unjudged"


SHARES = {Verdict.AGREES: 1.0, Verdict.PARTLY: 0.5, Verdict.BESIDE: 0.0, Verdict.UNJUDGED: 1.0}


@dataclass(frozen=True, slots=True)
class Heard:
    """`near` is a mean of cosines; `passage` the place of the nearest one among the passages, None when there was none."""

    verdict: Verdict = Verdict.UNJUDGED
    near: float | None = None
    passage: int | None = None

    @property
    def share(self) -> float:
        """How much of the objective it counts for."""
        return SHARES[self.verdict]


UNJUDGED = Heard()


def is_copied(words: str, passages: Sequence[str]) -> bool:
    """Whether the words are the course's, nearly letter for letter."""
    mine = pieces(words)
    return bool(mine) and any(len(mine & pieces(passage)) >= COPIED * len(mine) for passage in passages)


def agreement(aim: str, words: str, passages: Sequence[str], embed: Embed) -> Heard:
    """What was said of `aim`, held against passages of the course; unjudged where there are none, or in another language."""
    if not passages or _is_foreign(words, " ".join(passages)):
        return UNJUDGED
    answer = counted(words, aim)
    if answer.is_empty:
        return Heard(Verdict.BESIDE, 0.0, 0)
    course = [(sentence, at) for at, passage in enumerate(passages) for sentence in sentences(passage)]
    course += [(passage, at) for at, passage in enumerate(passages)]
    mine = [*answer.sentences, answer.text]
    vectors = embed([*mine, *(text for text, _at in course)])
    cosines = vectors[: len(mine)] @ vectors[len(mine) :].T
    best = cosines.max(axis=1)
    weights = np.array([len(terms(sentence)) + 0.5 for sentence in answer.sentences])
    near = round((float(weights @ best[:-1] / weights.sum()) + float(best[-1])) / 2, 3)
    return Heard(_by_nearness(near), near, course[int(cosines[-1].argmax())][1])


def _by_nearness(near: float) -> Verdict:
    return Verdict.AGREES if near >= AGREES else Verdict.PARTLY if near >= PARTLY else Verdict.BESIDE


def _is_foreign(words: str, passages: str) -> bool:
    one, other = language_of(words), language_of(passages)
    return bool(one and other and one != other)
