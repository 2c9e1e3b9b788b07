"""Whether a question is another one than the question it resembles. Pure text work, beside what a model makes of the two.

How near two vectors are cannot tell "How do I delete a volume?" from "How do I delete a network?": they differ in the one word
that matters. What tells them apart is where the words differ. Two questions are different when they name other numbers, or words
of which one excludes the other; when one is in the negative, or asks for another thing, in the same words; when two words have
changed places; and when they are the same sentence but for a place or two, where the words do not mean the same. Questions that
are put differently are left to the model.

The lists of opposites and of words that mean the same are English, and so is the ear of the model that comes with the product.
In another language, therefore, another word in a place always counts, questions without a word of matter in common are different
whatever the vectors say, and what is put differently is at most alike.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from typing import TypeAlias

from ai.providers.words import stems
from ai.tongues import ENGLISH, HIRAGANA, JAPANESE_NEGATION, Tongue, are_forms, carried, tongue_of, width, words_of
from learning.contrasts import KINDS, NUMBERS, OPPOSITES, PHRASES, SAME

PHRASE = re.compile(rf"\b(?:{'|'.join(PHRASES)})\b", re.IGNORECASE)
NEGATION = re.compile(r"n['’]t\b|\bcannot\b", re.IGNORECASE)
SAME_FRAME = 0.65  # of the words of both questions that stand in the same order in both
SAME_FRAME_ELSEWHERE = 0.5  # in other languages, where little words are left out and characters may count alone
SAME_MATTER = 0.75  # of the words that carry meaning which both have, for a negation to count
NEAR = 0.9  # cosine from which one word in place of another is taken for the same thing said otherwise
LONGEST = 60  # words that are compared
WIDEST = 2  # words in one place; characters, of a language that writes without spaces, twice as many
PLACES = 2  # in which the same sentence may differ

_Place: TypeAlias = tuple[Sequence[str], Sequence[str]]


class Likeness(IntEnum):
    """What may be said of two questions whose vectors are near to each other."""

    OTHER = 0
    ALIKE = 1  # perhaps the same: the reader should be told
    SAME = 2


@dataclass(frozen=True, slots=True)
class _Question:
    words: tuple[str, ...]
    tongue: Tongue | None
    carried: frozenset[str]  # the words that carry meaning; in English their stems
    numbers: frozenset[str]  # and letters that stand for something: "vitamin C"
    is_negative: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    one: _Question
    other: _Question
    near: float | None

    @property
    def is_english(self) -> bool:
        return self.one.tongue is ENGLISH and self.other.tongue is ENGLISH

    @property
    def matcher(self) -> "SequenceMatcher[str]":
        return SequenceMatcher(None, self.one.words, self.other.words, autojunk=False)

    @property
    def is_in_one_frame(self) -> bool:
        return self.matcher.ratio() >= (SAME_FRAME if self.is_english else SAME_FRAME_ELSEWHERE)


def likeness(asked: str, known: str, near: float | None) -> Likeness:
    """What `asked` is to `known`; `near` is the cosine of the two, None without a model."""
    one = _read(asked)
    pair = _Pair(one, _read(known, one.words), near)
    if _names_other_numbers(pair) or _says_not(pair) or _turned_round(pair) or _shares_nothing(pair):
        return Likeness.OTHER
    if pair.is_english and _names_an_opposite(pair):
        return Likeness.OTHER
    return _by_places(pair)


def _read(question: str, like: Sequence[str] = ()) -> _Question:
    """With the forms of the words in `like`, where the language is not English: there stems see to it."""
    text = PHRASE.sub(lambda found: PHRASES[found[0].lower()], NEGATION.sub(" not ", question))
    every = words_of(text, LONGEST)
    tongue = tongue_of(every)
    if tongue is ENGLISH:
        every = [NUMBERS.get(word, word) for word in every]
    else:
        every = [next((each for each in like if are_forms(word, each)), word) for word in every]
    words = tuple(word for word in every if tongue is None or word not in tongue.empty)
    return _Question(
        words,
        tongue,
        frozenset(_carried(words, tongue)),
        frozenset(word for word in words if word.isdigit() or _is_letter(word)),
        bool(tongue and not tongue.negative.isdisjoint(words)) or bool(JAPANESE_NEGATION.search(text)),
    )


def _carried(words: Sequence[str], tongue: Tongue | None) -> Iterable[str]:
    if tongue is ENGLISH:
        return _stems(words)
    return carried(words, tongue)


def _stems(words: Sequence[str]) -> set[str]:
    """Of English words; a letter that is a name ("the A string") is one of them."""
    return stems(" ".join(words)) | {word for word in words if _is_letter(word)}


def _is_letter(word: str) -> bool:
    return len(word) == 1 and word.isupper()


def _names_other_numbers(pair: _Pair) -> bool:
    """Both name numbers and have none in common; or one names a number more in what is the same sentence otherwise."""
    one, other = pair.one, pair.other
    if one.numbers and other.numbers:
        return one.numbers.isdisjoint(other.numbers)
    return one.numbers != other.numbers and _without(one, one.numbers) == _without(other, other.numbers)


def _without(question: _Question, left_out: frozenset[str]) -> list[str]:
    return [word for word in question.words if word not in left_out]


def _names_an_opposite(pair: _Pair) -> bool:
    """A word of one that the other lacks excludes a word of the other that this one lacks, in questions of the same matter."""
    here, there = set(pair.one.words), set(pair.other.words)
    only, else_ = here - there, there - here
    if any(not only.isdisjoint(kind) and not else_.isdisjoint(kind) and kind.isdisjoint(here & there) for kind in KINDS):
        return True
    return pair.is_in_one_frame and any(not else_.isdisjoint(OPPOSITES.get(word, frozenset())) for word in only)


def _says_not(pair: _Pair) -> bool:
    return pair.one.is_negative != pair.other.is_negative and _shared(pair) >= SAME_MATTER


def _shared(pair: _Pair) -> float:
    """Of the words that carry meaning in either, how many both have."""
    one, other = pair.one.carried, pair.other.carried
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def _shares_nothing(pair: _Pair) -> bool:
    """In a language that the model does not know nearness alone is no sign; a single character in common is none either."""
    one, other = pair.one.carried, pair.other.carried
    return not pair.is_english and bool(one and other) and width(one & other) < 1


def _turned_round(pair: _Pair) -> bool:
    """Two words that carry meaning have changed places, and a word stands between them: "main into a branch"."""
    one, other = pair.one.words, pair.other.words
    moved = [at for at, (here, there) in enumerate(zip(one, other, strict=False)) if here != there]
    if len(one) != len(other) or len(moved) != 2 or moved[1] - moved[0] < 2:
        return False
    first, last = moved
    return (one[first], one[last]) == (other[last], other[first])


def _by_places(pair: _Pair) -> Likeness:
    """By what stands in the places where the sentences differ, if they are the same sentence otherwise."""
    loose = Likeness.SAME if pair.is_english or _shared(pair) >= SAME_MATTER else Likeness.ALIKE
    steps = [step for step in pair.matcher.get_opcodes() if step[0] != "equal"]
    if len(steps) > PLACES or not pair.is_in_one_frame:
        return loose
    places = [(pair.one.words[a:b], pair.other.words[c:d]) for _kind, a, b, c, d in steps]
    judge = _in_english if pair.is_english else _elsewhere
    return loose if _is_moved(places) else min([loose, *(judge(place, pair, len(places)) for place in places)])


def _is_moved(places: Sequence[_Place]) -> bool:
    """Whether what stands in one place of the one stands in another of the other."""
    here, there = (sorted(word for place in places for word in place[side]) for side in (0, 1))
    return here == there


def _in_english(place: _Place, pair: _Pair, _places: int) -> Likeness:
    here, there = place
    if len(here) == len(there) == 1 and {*here, *there} <= ENGLISH.asking:
        return Likeness.OTHER if pair.one.carried == pair.other.carried else Likeness.SAME
    one, other = _stems(here), _stems(there)
    if one & other or not (one or other) or max(len(here), len(there)) > WIDEST:
        return Likeness.SAME
    if not one or not other:
        return Likeness.ALIKE  # "the exam", "the oral exam"
    if _mean_the_same(here, there):
        return Likeness.SAME
    return Likeness.OTHER if pair.near is None or pair.near < NEAR else Likeness.ALIKE


def _elsewhere(place: _Place, pair: _Pair, places: int) -> Likeness:
    """In another language than English; "before" and "after" count there as well."""
    here, there = place
    if not here or not there or max(width(here), width(there)) > WIDEST or _asks_in_other_words(place, pair):
        return Likeness.ALIKE
    if _mean_the_same(here, there) or all(HIRAGANA.fullmatch(word) for word in (*here, *there)):
        return Likeness.SAME
    return Likeness.OTHER if places == 1 else Likeness.ALIKE


def _asks_in_other_words(place: _Place, pair: _Pair) -> bool:
    """Both ask, one of them in more words: "when", "on which day"."""
    here, there = (_asks(words, question) for words, question in zip(place, (pair.one, pair.other), strict=True))
    return here and there and len(place[0]) != len(place[1])


def _asks(words: Sequence[str], question: _Question) -> bool:
    return question.tongue is not None and not question.tongue.asking.isdisjoint(words)


def _mean_the_same(here: Sequence[str], there: Sequence[str]) -> bool:
    """By the list."""
    return any(word in kind and other in kind for kind in SAME for word in here for other in there)
