"""Makes a question that leans on the conversation stand alone, so that it can be searched for.

Pure text work: "and on Windows?" after "How do I mount a volume?" becomes both together. Refuses to touch a question that has
enough words of its own, because mixing topics finds the wrong passages.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ai.tongues import ALONE, ENGLISH, Tongue, carried, tongue_of, width, words_of

LEANING = re.compile(
    r"^(and|but|so|then|also|or|what about|how about|why not|how so|ok(ay)?|yes|no)\b"
    r"|\b(it|its|that|this|these|those|they|them|there|former|latter|instead|above)\b"
    r"|\bthe (second|first|last|other|same) (option|way)\b|\bthe \w+ ones?\b",
    re.IGNORECASE,
)
# "What is a layer?" has one word of its own and leans on nothing; "what is the default" and "what is missing" do.
ASKS_MEANING = re.compile(
    r"^\W*(?:what(?:['’]?s| is| are| does)|define|explain|describe) (?:an? )?(?!the\b)\W?[\w.+#/-]+\W?(?: (?:do|mean|for))?\W*$",
    re.IGNORECASE,
)
LACKS_SUBJECT = re.compile(
    r"\b(?:wrong|next|missing|different|new|best|better|left|possible|happening|going|further|again|\w+ly)\W*$", re.IGNORECASE
)
WORD = re.compile(r"[^\W_][\w.+#/-]*")
ENOUGH_WORDS = 9  # a longer question carries its own topic
ENOUGH_MATTER, ENOUGH_SIGNS = 2, 1.5  # words that carry it, and words' worth of characters where these count alone
FUNCTION_WORDS = frozenset(
    """
    a about again also an and any are as at be but by can could did do does explain for from give had has have how i if in is it
    its just me mean means more my not of on one or our please should so some something tell than that the their them then there
    these they thing this those to was way we were what when where which who why will with work works would you your
    d ll m re s t ve
    """.split()
)


@dataclass(frozen=True)
class Turn:
    """A question with its answer, earlier in the same conversation."""

    question: str
    answer: str


def stands_alone(question: str) -> bool:
    """Whether the question can be searched for without what was said before."""
    words = words_of(question, ENOUGH_WORDS * 4)
    tongue = tongue_of(words)
    if tongue is not ENGLISH:
        return _stands_alone_elsewhere(words, tongue)
    if len(question.split()) >= ENOUGH_WORDS:
        return True
    own = len(topic(question))
    return not refers_back(question) and (own > 1 or (own == 1 and _names_its_subject(question)))


def refers_back(question: str) -> bool:
    """Whether it speaks of something that was said before ("the old one"), however many words of its own it has. English."""
    return bool(LEANING.search(question))


def _names_its_subject(question: str) -> bool:
    return bool(ASKS_MEANING.match(question)) and not LACKS_SUBJECT.search(question)


def _stands_alone_elsewhere(words: Sequence[str], tongue: Tongue | None) -> bool:
    """In another language than English, some of which write without spaces."""
    matter = carried(words, tongue)
    if width(words) >= ENOUGH_WORDS:
        return True
    if tongue and words[0] in tongue.joining:
        return False
    return width(matter) >= (ENOUGH_SIGNS if any(ALONE.match(word) for word in matter) else ENOUGH_MATTER)


def topic(question: str) -> list[str]:
    """The words that carry the topic, in order."""
    return [word for word in WORD.findall(question) if word.lower() not in FUNCTION_WORDS]


def standalone(question: str, earlier: Sequence[Turn]) -> str:
    """The question with the topic of the conversation before it; `earlier` comes newest first."""
    if not earlier or stands_alone(question):
        return question
    for turn in earlier:
        words = topic(turn.question)
        if words and stands_alone(turn.question):
            return f"{' '.join(words)} {question}"
    return f"{' '.join(topic(earlier[0].question))} {question}".strip()
