"""How a transcript feels, without a model: VADER (Hutto and Gilbert 2014) by sentence, and a rule over the sentences. Pure.

A sentence speaks when its compound score is at least SPEAKS from zero. Nothing that speaks, or less than LEAST of all sentences,
is neutral. Otherwise the scores are added up on both sides: mixed when the weaker side has MIXED of the stronger one, else the
stronger side. A question counts for half: it mostly asks about the matter. VADER was made for everyday words; those with another
meaning in technical talk, mere politeness and the slang of numbers are taken out of it: a killed process is no grief, and port
143 is no declaration of love. It reads English only, so there is no judgement of any other language. The figures that speak for
these numbers stand in benchmarks/README.md, and docs/decisions/0079-how-a-transcript-is-read.md says what was refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from learning.transcripts.cues import Said

VERSION = "vader/v1"
SPEAKS = 0.25
LEAST = 0.1  # share of the sentences
MIXED = 0.3  # of the sum of the stronger side
QUESTION = 0.5  # what a question counts
QUOTED = 3  # sentences shown of each side
LONGEST_QUOTE = 400  # characters
TECHNICAL = frozenset(
    """
    abort aborted accept accepted accepts active allow allowed allows alone argument arguments attack attacks block blocked
    blocking cancel cancelled conflict conflicts create created creates creating critical dead default defaults die died
    dies drop dropped drops error errors exit exploit failing failure failures fault faults force forced forces hand healthy
    helper helpers ignore ignored ignores increase isolate isolated isolates isolation kill killed killing kills like likes
    limited matter matters natural original please protected reject rejected rejects restore restored restores restoring
    safe safely secure secured security share shared stop stopped stopping stops support supported supports true unhealthy
    value values warning warnings welcome well yes
    """.split()
)


@dataclass(frozen=True, slots=True)
class Feeling:
    """`sentiment` is None where no one can tell. Quotes come strongest first, each with its place in the transcript."""

    sentiment: str | None
    negative: tuple[dict[str, Any], ...] = ()
    positive: tuple[dict[str, Any], ...] = ()
    sentences: int = 0
    speaking: int = 0


def feel(sentences: Sequence[Said], *, language: str = "en") -> Feeling:
    """The feeling of these sentences; `language` as ISO 639-1, empty when it is not known."""
    if language not in ("", "en"):
        return Feeling(None, sentences=len(sentences))
    scored = [(score(one.text), one) for one in sentences]
    negative = sorted((pair for pair in scored if pair[0] <= -SPEAKS), key=lambda pair: pair[0])
    positive = sorted((pair for pair in scored if pair[0] >= SPEAKS), key=lambda pair: -pair[0])
    return Feeling(
        judge([value for value, _said in scored]),
        tuple(_quote(*pair) for pair in negative[:QUOTED]),
        tuple(_quote(*pair) for pair in positive[:QUOTED]),
        len(scored),
        len(negative) + len(positive),
    )


def judge(scores: Sequence[float]) -> str:
    """The rule: sentence scores to one word."""
    good = sum(value for value in scores if value >= SPEAKS)
    bad = -sum(value for value in scores if value <= -SPEAKS)
    speaking = sum(abs(value) >= SPEAKS for value in scores)
    if not speaking or speaking < LEAST * len(scores):
        return "neutral"
    if min(good, bad) >= MIXED * max(good, bad):
        return "mixed"
    return "positive" if good > bad else "negative"


def score(sentence: str) -> float:
    """VADER's compound score, -1 to 1; half of it for a question."""
    compound = float(_analyser().polarity_scores(sentence)["compound"])
    return QUESTION * compound if sentence.rstrip("\"'”’) ").endswith("?") else compound


@lru_cache(maxsize=1)
def _analyser() -> SentimentIntensityAnalyzer:
    analyser = SentimentIntensityAnalyzer()
    for word in [word for word in analyser.lexicon if word in TECHNICAL or word.isdecimal()]:
        del analyser.lexicon[word]
    return analyser


def _quote(value: float, one: Said) -> dict[str, Any]:
    return {"text": one.text[:LONGEST_QUOTE], "speaker": one.speaker, "at": one.at, "cue": one.cue, "score": round(value, 3)}
