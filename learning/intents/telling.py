"""Which of the five intents a question has, from its words, its vector, and how much the course speaks of it.

A question is off-topic when it is akin to messages that no course is for, by more than the nearest passage of this course
stands out: neither alone is enough, because a course may be about banks, and what only the course misses is the trainer's. When
the head is not sure the question is taken for one about the course, which is the path that refuses nothing. The figures and their
evidence stand in docs/decisions/0130-what-a-question-asks-for.md and 0167-nearer-than-by-chance.md.
"""

from dataclasses import dataclass, replace

import numpy as np

from ai.followups import stands_alone
from ai.tongues import is_english
from learning.intents import kin
from learning.intents.head import shipped
from learning.intents.signs import CONTENT, GUIDANCE, INTENTS, NAVIGATION, OFF_TOPIC, STRUGGLE, by_rules, is_chat, unquoted
from learning.searching import QuestionVector

SURE = 0.5  # probability below which a question counts as one about the course
CLEARLY_OURS = 0.75  # together, of the intents that only a learner has: then it is not off-topic, whatever the search says
SPOKEN_OF = 0.5  # relevance from which on the course speaks of it
AKIN = -0.15  # lean of `learning.intents.kin`, below which a question is a learner's, however far it is from the course
FAR = 2.0  # what a cosine of the nearest passage counts beside the lean
BESIDE_LAB = 3.0  # times as likely are a lab's intents when the question is asked beside one


@dataclass(frozen=True, slots=True)
class Told:
    """The intent, and whether the head was sure of it."""

    intent: str
    is_sure: bool


def tell(question: str, *, vector: QuestionVector | None, relevance: float, ahead: float, in_lab: bool) -> Told:
    """`relevance` is the confidence of the search, 0 to 1, `ahead` how far the course's nearest passage stands out
    (`learning.confidence.standing_out`); `vector` None when there is no model.

    In another language than the examples' nothing is off-topic: they cannot tell. Beside a lab, a question that does not stand
    alone ("is this right so far?") leans on the lab.
    """
    if is_chat(question):
        return Told(OFF_TOPIC, is_sure=True)
    if vector is None or vector.model != shipped().embedder or not is_english(unquoted(question)):
        return Told(by_rules(question, in_lab=in_lab), is_sure=False)
    is_far = relevance < SPOKEN_OF and _is_off(vector, ahead)
    told = judged(shipped().probabilities([question], vector.values[None])[0], is_far=is_far, in_lab=in_lab)
    leans = in_lab and told.intent == CONTENT and not stands_alone(question)
    return replace(told, intent=GUIDANCE) if leans else told


def judged(probabilities: "np.ndarray", *, is_far: bool | None, in_lab: bool = False) -> Told:
    """The intent from the head's probabilities; off-topic is what `is_far` says, unless it clearly asks for a place or a lab.
    When that is None, without a course, the head alone decides.
    """
    odds = dict(zip(INTENTS, (float(one) for one in probabilities), strict=True))
    if in_lab:
        odds |= {GUIDANCE: odds[GUIDANCE] * BESIDE_LAB, STRUGGLE: odds[STRUGGLE] * BESIDE_LAB}
    whole = sum(odds.values())
    odds = {intent: one / whole for intent, one in odds.items()}
    if is_far is not None:
        if is_far and odds[NAVIGATION] + odds[GUIDANCE] + odds[STRUGGLE] < CLEARLY_OURS:
            return Told(OFF_TOPIC, is_sure=True)
        odds.pop(OFF_TOPIC)
    best = max(odds, key=lambda intent: odds[intent])
    return Told(best, is_sure=True) if odds[best] >= SURE else Told(CONTENT, is_sure=False)


def _is_off(vector: QuestionVector, ahead: float) -> bool:
    """No, for the vectors of an embedder that the examples do not belong to."""
    if kin.shipped().embedder != vector.model:
        return False
    return kin.shipped().lean(vector.values) > max(AKIN, FAR * ahead)
