"""Texts as a reviewer must see them: what differs between two, what cannot be seen, and only as much as a page can hold.

Pure. Nothing here makes HTML: a template escapes the parts and puts the marks around them.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SHOWN = 6_000  # characters of one text before a reader asks for all of it
COMPARED = 500  # words of each text; the comparison costs their product
KEPT = 12  # equal words that are shown beside a difference
SEEN = {"\n", "\t", "\r"}
JOINERS = {"\u200c", "\u200d"}  # letters of some scripts and faces need them
WORDS = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a comparison: `same`, `gone`, `new` or `skipped`."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Comparison:
    parts: tuple[Part, ...]
    is_whole: bool  # the texts were short enough to be compared to their ends

    @property
    def is_same(self) -> bool:
        return self.is_whole and all(part.kind == "same" for part in self.parts)


def compare(old: str, new: str) -> Comparison:
    """What a reader has to strike from `old` and write to get `new`, word by word."""
    before, after = (WORDS.findall(text[: COMPARED * 20]) for text in (old, new))
    is_whole = all(len(words) <= COMPARED and len(text) <= COMPARED * 20 for words, text in ((before, old), (after, new)))
    before, after = before[:COMPARED], after[:COMPARED]
    parts = [part for code in SequenceMatcher(None, before, after).get_opcodes() for part in _parts(code, before, after)]
    return Comparison(tuple(parts), is_whole)


def _parts(code: tuple[str, int, int, int, int], before: list[str], after: list[str]) -> Iterator[Part]:
    kind, first, last, start, end = code
    if kind == "equal":
        yield from _same(before[first:last])
        return
    if last > first:
        yield Part("gone", "".join(before[first:last]))
    if end > start:
        yield Part("new", "".join(after[start:end]))


def _same(words: list[str]) -> Iterator[Part]:
    """The beginning and the end of a long equal run."""
    if len(words) <= 3 * KEPT:
        yield Part("same", "".join(words))
        return
    yield Part("same", "".join(words[:KEPT]))
    yield Part("skipped", " … ")
    yield Part("same", "".join(words[-KEPT:]))


def unseen(text: str) -> list[tuple[str, str, int]]:
    """Characters that no screen shows or that turn the direction of reading: code point, name, how many."""
    found = Counter({each: text.count(each) for each in _unseen_in(text)})
    return [(f"U+{ord(each):04X}", unicodedata.name(each, ""), count) for each, count in found.most_common(12)]


def marked(text: str) -> str:
    """The text with what cannot be seen in words."""
    return text.translate({ord(each): f"[U+{ord(each):04X}]" for each in _unseen_in(text)})


def shortened(text: str, most: int = SHOWN) -> tuple[str, int]:
    """The beginning of the text, and how many characters are left out."""
    return text[:most], max(len(text) - most, 0)


def _unseen_in(text: str) -> set[str]:
    return {each for each in set(text) - SEEN - JOINERS if unicodedata.category(each) in {"Cf", "Cc", "Co", "Cn"}}
