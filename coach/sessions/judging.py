"""What a learner's try is worth: understood, partly, not yet, or no try at all. The same figures by which answers are marked.

Speaks to the embedder, which may be away: then words decide alone. Refuses to be impressed by the question said again, by
words to the coach, and by “I don't know”.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from ai.embedding import EmbeddingUnavailable, default_embedder
from coach.sessions.steps import Step
from planning.marking.features import Expected, TextVectors, figures, nearest, texts_of, word_figures
from planning.marking.opposites import is_negated
from planning.marking.texts import Counted, counted, rarity, terms
from planning.marking.weighing import BOTH, WORDS, weights_file

UNDERSTOOD, PARTLY = 0.85, 0.7  # of the share of the marks that a try would get
SAME_WORD = 0.8  # likeness of letters from which a word counts as the missing one
MOST_SAID_IN_A_GAP = 20  # words: the gap may be filled in a sentence, not in an essay
WANTS_ANSWER = re.compile(
    r"\b(?:just )?(?:tell|give|show) (?:me )?(?:the )?(?:answer|solution|it)\b|\bwhat(?:'s| is) the (?:answer|solution)\b", re.I
)


class Verdict(StrEnum):
    UNDERSTOOD = "understood"
    PARTLY = "partly"
    NOT_YET = "not_yet"
    NO_TRY = "no_try"
    WANTS_ANSWER = "wants_answer"


@dataclass(frozen=True, slots=True)
class Judged:
    """`missing` is the word that matters most and was not said; `turned` a sentence of the try that says the opposite."""

    verdict: Verdict
    missing: str = ""
    turned: str = ""


def judge(step: Step, said: str) -> Judged:
    """Call it without a connection or a transaction."""
    if WANTS_ANSWER.search(said) and len(said.split()) <= MOST_SAID_IN_A_GAP:
        return Judged(Verdict.WANTS_ANSWER, _missing(step, ""))
    tried = counted(said, step.ask)
    if tried.is_empty:
        return Judged(Verdict.NO_TRY, _missing(step, ""))
    return _gap(step, tried) if step.term else _worth(step, tried)


def _gap(step: Step, tried: Counted) -> Judged:
    words = terms(tried.text)
    wanted = set(terms(step.term))
    near = any(SequenceMatcher(None, stem, other).ratio() >= SAME_WORD for stem in wanted for other in words)
    is_right = (wanted <= set(words) or near) and len(tried.text.split()) <= MOST_SAID_IN_A_GAP
    return Judged(Verdict.UNDERSTOOD if is_right else Verdict.NOT_YET)


def _worth(step: Step, tried: Counted) -> Judged:
    expected = Expected(step.expects, step.ask)
    try:
        vectors = _vectors(expected, tried)
    except EmbeddingUnavailable:
        return _judged(step, tried, weights_file()[WORDS].share_of(word_figures(expected, tried)), "")
    close = nearest(expected, tried, vectors)
    turned = close.sentence if close.is_opposite or _denies(step, close.sentence, close.cosine) else ""
    return _judged(step, tried, weights_file()[BOTH].share_of(figures(expected, tried, vectors)), turned)


def _judged(step: Step, tried: Counted, share: float, turned: str) -> Judged:
    missing = _missing(step, tried.text)
    if turned:
        return Judged(Verdict.NOT_YET, missing, turned)
    verdict = Verdict.UNDERSTOOD if share >= UNDERSTOOD else Verdict.PARTLY if share >= PARTLY else Verdict.NOT_YET
    return Judged(verdict, missing)


def _denies(step: Step, sentence: str, cosine: float) -> bool:
    """A sentence nearly that of the course, but for a “not”."""
    return cosine >= 0.75 and is_negated(sentence) != is_negated(step.shows or step.expects)


def _vectors(expected: Expected, tried: Counted) -> TextVectors:
    texts = texts_of([expected], [tried])
    return dict(zip(texts, default_embedder().embed(texts), strict=True))


def _missing(step: Step, said: str) -> str:
    mine, told = terms(step.expects), terms(f"{said} {step.ask}")
    new = [word for stem, word in mine.items() if stem not in told and not word.isdigit()]
    return max(new, key=rarity, default="")
