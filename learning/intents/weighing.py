"""A second opinion on what a question asks for: when a model is worth asking, and how far it is believed. Pure.

A model is asked only where the head is torn between the course and something else, so a question that is clear waits for nobody.
What it says is believed only where the head thinks it possible too, and it cannot do harm with it: it chooses among ways of
helping. It cannot call a question off-topic, unless there is no head to do that and the course does not speak of it either, and
it cannot lead out of a lab, where solutions are kept.
"""

from collections.abc import Mapping

from ai.json_said import json_said
from learning.intents.head import shipped
from learning.intents.signs import CONTENT, GUIDANCE, INTENTS, OFF_TOPIC, STRUGGLE
from learning.intents.telling import BESIDE_LAB, Told
from learning.searching import QuestionVector

RIVAL = 0.25  # probability of anything but the course, from which a question that the head is unsure of is worth a model's word
POSSIBLE = 0.1  # probability below which the head does not believe a model
LAB = frozenset({GUIDANCE, STRUGGLE})
LONGEST = 400  # characters of a model's word that are looked at

Odds = Mapping[str, float]


def odds_of(question: str, vector: QuestionVector | None, *, in_lab: bool) -> Odds | None:
    """The head's probability of each intent; None when there is no head for the vector."""
    head = shipped()
    if vector is None or vector.model != head.embedder:
        return None
    row = head.probabilities([question], vector.values[None])[0]
    lifted = [float(one) * (BESIDE_LAB if in_lab and intent in LAB else 1.0) for intent, one in zip(INTENTS, row, strict=True)]
    return {intent: one / sum(lifted) for intent, one in zip(INTENTS, lifted, strict=True)}


def is_worth_asking(told: Told, odds: Odds | None, *, is_covered: bool) -> bool:
    """Without a head the rules have spoken: they are doubted where one of them fired, or where the course knows nothing of it."""
    if told.is_sure:
        return False
    if odds is None:
        return told.intent != CONTENT or not is_covered
    return any(one >= RIVAL for intent, one in odds.items() if intent != CONTENT)


def read(answer: str) -> str | None:
    """The intent that a model's JSON names; None when it names none."""
    try:
        said = json_said(answer, longest=LONGEST)["intent"]
    except (ValueError, TypeError, KeyError):
        return None
    return said if isinstance(said, str) and said in INTENTS else None


def weighed(told: Told, opinion: str | None, odds: Odds | None, *, is_covered: bool) -> str:
    """The intent after the second opinion; the first one when that is none, or cannot be believed."""
    if opinion is None or (odds is not None and odds[opinion] < POSSIBLE):
        return told.intent
    refuses = opinion == OFF_TOPIC and (is_covered or odds is not None)
    if refuses or (told.intent in LAB and opinion not in LAB):
        return told.intent
    return opinion
