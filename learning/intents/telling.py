"""Which of the five intents a question has, from its words, its vector, and how much the course speaks of it.

A question is off-topic when it sounds so and the course does not speak of it: neither alone is enough, because a course may be
about banks. When the head is not sure the question is taken for one about the course, which is the path that refuses nothing.
The figures and their evidence stand in docs/decisions/0130-what-a-question-asks-for.md.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from ai.followups import stands_alone
from learning.intents.head import shipped
from learning.intents.signs import CONTENT, GUIDANCE, INTENTS, NAVIGATION, OFF_TOPIC, STRUGGLE, by_rules, is_chat
from learning.searching import QuestionVector

SURE = 0.5  # probability below which a question counts as one about the course
CLEARLY_OURS = 0.75  # together, of the intents that only a learner has: then it is not off-topic, whatever the search says
SOUND = 0.5  # what the sound of a question counts beside the course's word on it, in log-odds
SOUNDS_OFF = 0.45  # probability of being off-topic, from which a question sounds so; what only the course misses is the trainer's
OFF = -0.7  # of the two together, below which a question is off-topic
BESIDE_LAB = 3.0  # times as likely are a lab's intents when the question is asked beside one
LEAST, MOST = 1e-4, 1 - 1e-4


@dataclass(frozen=True, slots=True)
class Told:
    """The intent, and whether the head was sure of it."""

    intent: str
    is_sure: bool


def tell(question: str, *, vector: QuestionVector | None, relevance: float, in_lab: bool) -> Told:
    """`relevance` is the confidence of the search, 0 to 1; `vector` None when there is no model.

    Beside a lab, a question that does not stand alone ("is this right so far?") leans on the lab.
    """
    if is_chat(question):
        return Told(OFF_TOPIC, is_sure=True)
    if vector is None or vector.model != shipped().embedder:
        return Told(by_rules(question, in_lab=in_lab), is_sure=False)
    told = judged(shipped().probabilities([question], vector.values[None])[0], relevance=relevance, in_lab=in_lab)
    leans = in_lab and told.intent == CONTENT and not stands_alone(question)
    return replace(told, intent=GUIDANCE) if leans else told


def judged(probabilities: "np.ndarray", *, relevance: float | None, in_lab: bool = False) -> Told:
    """The intent from the head's probabilities; without a `relevance` the sound alone decides what is off-topic."""
    odds = dict(zip(INTENTS, (float(one) for one in probabilities), strict=True))
    if in_lab:
        odds |= {GUIDANCE: odds[GUIDANCE] * BESIDE_LAB, STRUGGLE: odds[STRUGGLE] * BESIDE_LAB}
    whole = sum(odds.values())
    odds = {intent: one / whole for intent, one in odds.items()}
    if relevance is not None:
        if _is_off_topic(odds, relevance):
            return Told(OFF_TOPIC, is_sure=True)
        odds.pop(OFF_TOPIC)
    best = max(odds, key=lambda intent: odds[intent])
    return Told(best, is_sure=True) if odds[best] >= SURE else Told(CONTENT, is_sure=False)


def _is_off_topic(odds: dict[str, float], relevance: float) -> bool:
    if odds[NAVIGATION] + odds[GUIDANCE] + odds[STRUGGLE] >= CLEARLY_OURS:
        return False
    if odds[OFF_TOPIC] < SOUNDS_OFF:
        return False
    return _log_odds(relevance) - SOUND * _log_odds(odds[OFF_TOPIC]) < OFF


def _log_odds(probability: float) -> float:
    held = min(max(probability, LEAST), MOST)
    return math.log(held / (1 - held))
