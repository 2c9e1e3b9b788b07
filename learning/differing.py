"""Whether a question is another one than the question it resembles. Pure text work, beside what a model makes of the two.

How near two vectors are cannot tell "How do I delete a volume?" from "How do I delete a network?": they differ in the one word
that matters. What tells them apart is where the words differ. Two questions are different when they name other numbers, or words
of which one excludes the other; when one is in the negative, or asks for another thing, in the same words; and when they are the
same sentence but for one place, where the words do not mean the same. Questions that are put differently are left to the model.
It refuses only what it can name: in doubt two questions are not called different.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ai.providers.words import STOPWORDS, stems
from learning.contrasts import KINDS, NUMBERS, OPPOSITES, PHRASES, SAME

WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
PHRASE = re.compile(rf"\b(?:{'|'.join(PHRASES)})\b")
NEGATION = re.compile(r"n['’]t\b|\bcannot\b", re.IGNORECASE)
NEGATIVE = frozenset({"not", "no", "never", "without"})
EMPTY = frozenset("a an the please just my our your".split())
ASKING = frozenset("who when where why which how".split())
DIRECTED = frozenset("from to into before after than over under onto".split())
SAME_FRAME = 0.65  # of the words of both questions that stand in the same order in both
SAME_MATTER = 0.75  # of the words that carry meaning which both have, for a negation to count
NEAR = 0.8  # cosine from which one word in place of another is taken for the same thing said otherwise
LONGEST = 60  # words that are compared


@dataclass(frozen=True, slots=True)
class _Question:
    words: tuple[str, ...]
    carried: frozenset[str]  # stems of the words that carry meaning
    numbers: frozenset[str]
    is_negative: bool


def differs(asked: str, known: str, near: float | None) -> bool:
    """Whether `asked` is certainly another question than `known`; `near` is the cosine of the two, None without a model."""
    one, other = _read(asked), _read(known)
    return (
        _names_other_numbers(one, other)
        or _names_an_opposite(one, other)
        or _says_not(one, other)
        or _turned_round(one, other)
        or _one_place_differs(one, other, near)
    )


def _read(question: str) -> _Question:
    text = PHRASE.sub(lambda found: PHRASES[found[0]], NEGATION.sub(" not ", question.lower()))
    words = tuple(NUMBERS.get(word, word) for word in WORD.findall(text)[:LONGEST] if word not in EMPTY)
    return _Question(
        words,
        frozenset(stems(" ".join(words))),
        frozenset(word for word in words if word.isdigit()),
        not NEGATIVE.isdisjoint(words),
    )


def _names_other_numbers(one: _Question, other: _Question) -> bool:
    """Both name numbers and have none in common; or one names a number more in what is the same sentence otherwise."""
    if one.numbers and other.numbers:
        return one.numbers.isdisjoint(other.numbers)
    return one.numbers != other.numbers and _without(one, one.numbers) == _without(other, other.numbers)


def _without(question: _Question, left_out: frozenset[str]) -> list[str]:
    return [word for word in question.words if word not in left_out]


def _names_an_opposite(one: _Question, other: _Question) -> bool:
    """A word of one that the other lacks excludes a word of the other that this one lacks, in questions of the same matter."""
    only, else_ = set(one.words) - set(other.words), set(other.words) - set(one.words)
    if any(not only.isdisjoint(kind) and not else_.isdisjoint(kind) and _alone(kind, one, other) for kind in KINDS):
        return True
    return _in_one_frame(one, other) and any(not else_.isdisjoint(_opposite(word)) for word in only)


def _alone(kind: frozenset[str], one: _Question, other: _Question) -> bool:
    """Neither question names what the other does of the kind."""
    return kind.isdisjoint(set(one.words) & set(other.words))


def _opposite(word: str) -> frozenset[str]:
    return OPPOSITES.get(word, frozenset())


def _says_not(one: _Question, other: _Question) -> bool:
    return one.is_negative != other.is_negative and _shared(one, other) >= SAME_MATTER


def _shared(one: _Question, other: _Question) -> float:
    every = one.carried | other.carried
    return len(one.carried & other.carried) / len(every) if every else 0.0


def _turned_round(one: _Question, other: _Question) -> bool:
    """The same words in another order, about a direction: "main into a branch", "a branch into main"."""
    if sorted(one.words) != sorted(other.words) or DIRECTED.isdisjoint(one.words):
        return False
    return [word for word in one.words if word not in STOPWORDS] != [word for word in other.words if word not in STOPWORDS]


def _in_one_frame(one: _Question, other: _Question) -> bool:
    return _matcher(one, other).ratio() >= SAME_FRAME


def _matcher(one: _Question, other: _Question) -> "SequenceMatcher[str]":
    return SequenceMatcher(None, one.words, other.words, autojunk=False)


def _one_place_differs(one: _Question, other: _Question, near: float | None) -> bool:
    """The same sentence but for one place, and what stands there in one does not mean what stands there in the other."""
    changes = [step for step in _matcher(one, other).get_opcodes() if step[0] != "equal"]
    if len(changes) != 1 or not _in_one_frame(one, other):
        return False
    _kind, a, b, c, d = changes[0]
    here, there = one.words[a:b], other.words[c:d]
    if len(here) == len(there) == 1 and {*here, *there} <= ASKING:
        return one.carried == other.carried
    if len(here) > 2 or len(there) > 2 or not stems(" ".join(here)) or not stems(" ".join(there)):
        return False
    return not _mean_the_same(here, there) and (near is None or near < NEAR)


def _mean_the_same(here: Sequence[str], there: Sequence[str]) -> bool:
    """By the list, or as forms of the same word."""
    one, other = stems(" ".join(here)), stems(" ".join(there))
    if one & other:
        return True
    return any(word in kind and other_word in kind for kind in SAME for word in here for other_word in there)
