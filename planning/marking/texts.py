"""An answer and its scheme in sentences, words and pieces of words; what of an answer counts. Pure.

What does not count: words addressed to the marker, the question written out again, and saying that there is no answer. Such
parts are left out before anything is compared, so they can neither earn nor cost a mark.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from tokenizers import Tokenizer

from ai.embedding import EmbeddingUnavailable
from ai.embedding.weights import tokenizer_file
from ai.providers.words import WORD, stems

MOST_READ = 12_000  # characters of an answer that are read; some 2,000 words
MOST_SENTENCES = 60  # of an answer; further ones are read together with the last
PIECE = 4  # letters of a piece of a word
COPIED = 0.9  # share of a sentence's pieces that stand in the question
FEWEST = 4  # words of meaning below which nothing is called a copy
UNKNOWN_RANK = 30_000  # of words that the vocabulary does not have whole
COMMON_RANK = 1_200  # words before it say little
LEAST_RARITY = 0.2

BREAK = re.compile(r"(?<=[.!?;:])\s+|\n+|\s+[-–•]\s+")
NOTHING = re.compile(
    r"\W*(?:(?:there (?:is|was) )?(?:no|empty|blank|missing|nothing)\s*(?:submission|response|answer|solution|submitted|text)?"
    r"|i (?:do not|don['’]?t) know(?: \w+){0,6}|no idea|idk|n/?a|none|nothing|pass|skip(?:ped)?)\W*",
    re.IGNORECASE,
)
MARKS = r"(?:marks?|points?|scores?|credits?|grades?)"
TO_THE_MARKER = re.compile(
    rf"\b(?:give|award|grant|assign)\b[^.!?\n]{{0,60}}\b(?:full|maximum|max|all|top|perfect|highest|100|\d+)\b[^.!?\n]{{0,30}}{MARKS}\b"
    rf"|\b(?:deserves?|worth|gets?|earns?|receives?)\b[^.!?\n]{{0,30}}\b(?:full|maximum|all|top|perfect)\b[^.!?\n]{{0,20}}{MARKS}\b"
    r"|\b(?:ignore|disregard|forget|override)\b[^.!?\n]{0,50}\b(?:instructions?|rules?|prompts?|scheme|rubric|above|previous|prior)\b"
    r"|\b(?:mark|grade|score|rate|treat|consider|accept)\b[^.!?\n]{0,30}\b(?:this|my|it|the answer)\b[^.!?\n]{0,40}"
    r"\b(?:as (?:fully )?(?:correct|right|complete|perfect)|full|10/10|100\s?%)"
    r"|\b(?:system prompt|you are (?:now )?(?:an?|the) (?:examiner|marker|grader|teacher|assistant|ai|language model))\b"
    rf"|\b(?:dear|hello|hi|please|attention|note to)\b[^.!?\n]{{0,20}}\b(?:examiner|marker|grader)\b"
    r"|</?(?:system|instructions?|scheme|answer)>",
    re.IGNORECASE,
)
OWN_MARKS = re.compile(rf"^\W*(?:{MARKS}|marks? awarded|total)\s*[:=]\s*\d+(?:\s*/\s*\d+)?\W*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Counted:
    """What of an answer counts, as one text and in sentences, and what was left out."""

    text: str
    sentences: tuple[str, ...]
    is_cut: bool = False
    has_orders: bool = False  # something in it was addressed to the marker
    has_copy: bool = False  # something in it was the question again

    @property
    def is_empty(self) -> bool:
        return not self.sentences

    @cached_property
    def words(self) -> dict[str, str]:
        return terms(self.text)

    @cached_property
    def pieces(self) -> frozenset[str]:
        return pieces(self.text)


def counted(answer: str, question: str) -> Counted:
    """What counts of an answer to a question."""
    whole, own_marks = OWN_MARKS.subn("", plain(answer))
    kept, orders, copies = [], bool(own_marks), False
    asked = pieces(question)
    for sentence in _split(whole[:MOST_READ]):
        if TO_THE_MARKER.search(sentence):
            orders = True
        elif _is_copied(sentence, asked):
            copies = True
        elif not NOTHING.fullmatch(sentence):
            kept.append(sentence)
    return Counted("\n".join(kept), _bounded(kept), len(whole) > MOST_READ, orders, copies)


def plain(text: str) -> str:
    """Without characters that nobody sees and with one form for each that one does."""
    seen = unicodedata.normalize("NFKC", text[: 4 * MOST_READ])
    return "".join(each for each in seen if each in "\n\t" or unicodedata.category(each)[0] != "C").strip()


def sentences(text: str) -> tuple[str, ...]:
    """Sentences, items of lists and halves at a semicolon or colon, each with a word in it."""
    return _bounded(_split(plain(text)[:MOST_READ]))


def terms(text: str) -> dict[str, str]:
    """The words that carry meaning: a rough stem, and how it is first written."""
    found: dict[str, str] = {}
    for word in WORD.findall(text.lower().replace("_", " ")):
        stem = _stem(word)
        if stem:
            found.setdefault(stem, word)
    return found


def pieces(text: str) -> frozenset[str]:
    """All runs of four letters, blanks between words among them: what survives a wrong letter or another ending."""
    joined = f" {' '.join(WORD.findall(text.lower()))} "
    return frozenset(joined[at : at + PIECE] for at in range(len(joined) - PIECE + 1))


def rarity(word: str) -> float:
    """How much a word says: the logarithm of its place in the vocabulary, which goes from common to rare."""
    rank = _vocabulary().get(word, UNKNOWN_RANK)
    return max(LEAST_RARITY, math.log(rank + 200) - math.log(COMMON_RANK))


def is_part_of(text: str, whole: str) -> bool:
    """Whether a text of some length stands, nearly letter for letter, in another."""
    return len(terms(text)) >= 2 * FEWEST and _overlap(pieces(text), pieces(whole)) >= COPIED + 0.05


def _split(text: str) -> list[str]:
    parts = (part.strip(" \t-*•") for part in BREAK.split(text))
    return [part for part in parts if any(each.isalnum() for each in part)]


def _bounded(found: list[str]) -> tuple[str, ...]:
    if len(found) <= MOST_SENTENCES:
        return tuple(found)
    return (*found[: MOST_SENTENCES - 1], " ".join(found[MOST_SENTENCES - 1 :]))


def _is_copied(sentence: str, asked: frozenset[str]) -> bool:
    return len(terms(sentence)) >= FEWEST and _overlap(pieces(sentence), asked) >= COPIED


def _overlap(part: frozenset[str], whole: frozenset[str]) -> float:
    return len(part & whole) / len(part) if part else 0.0


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return next(iter(stems(word)), "")


@lru_cache(maxsize=1)
def _vocabulary() -> Mapping[str, int]:
    """Empty without the model's package: then all words count the same."""
    try:
        return Tokenizer.from_file(str(tokenizer_file())).get_vocab()
    except EmbeddingUnavailable:
        return {}
