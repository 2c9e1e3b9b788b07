"""How well each statement of the sources answers a question: its words, its meaning, its place. Pure arithmetic.

The words come first, because they cost nothing: only the best few statements are embedded. Without an embedding (its vendor
may be away) the words decide alone.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ai.providers.events import Source
from ai.providers.sentences import Statement, statements

Embed = Callable[[Sequence[str]], np.ndarray]

EMBEDDED = 16  # statements at most; about 1 ms each on two cores
EMBEDDED_WORDS = 40  # of each; the first ones say what it is about
MOST_STATEMENTS = 200  # of all sources together

DENSE, LEXICAL = 0.6, 0.4  # of the strength of a statement
FROM_CONTEXT = 0.5  # worth of a word that stands in the heading or the code of a statement, not in the statement
LATER_SOURCE = 0.02  # taken off for each place further down the list of sources, which come best first
CUE = 0.06  # given for the form of an answer, taken for the form of a question or complaint

WORD = re.compile(r"\w+(?:[.'’]\w+)*")
STOPWORDS = frozenset(
    """a about after all also am an and any anyone are as at be because been before being but by can cannot could course did do does
    doing done each few for from further get give go got had has have having he her here him his how i if in into is it its itself
    just kind know let like long many may me might more most much must my need no not of off on once one only or other our out own
    please same say see she should so some such take tell than that the their them then there these they this those through to too
    under until up upon us use used using very want was way we were what when where which while who whom whose why will with within
    would yes you your don't doesn't i'm it's what's can't isn't there's explain describe list mean means happen happens
    """.split()  # noqa: SIM905 (a list of words reads better as words)
)

ASKS_NUMBER = re.compile(r"\bhow (?:many|much|long|often|far|old)\b|\bwhen\b|\bwhat (?:time|date|day|percent\w*|grade|weight)\b|\bdeadline\b", re.I)
ASKS_STEPS = re.compile(r"\bhow (?:do|can|should|to|would)\b|\bfix\b|\bsolve\b|\berror\b|\bfail\w*\b|\bcan'?t\b|\bresolve\b|\bwhat (?:command|should)\b", re.I)
ASKS_REASON = re.compile(r"\bwhy\b|\bwhat (?:is the )?(?:reason|cause)", re.I)
ASKS_MEANING = re.compile(r"\bwhat (?:is|are|does)\b|\bdefin\w+\b", re.I)

HAS_NUMBER = re.compile(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|once|twice|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b", re.I)
HAS_STEPS = re.compile(
    r"^(?:solution|answer|fix|to (?:fix|solve|resolve|do))\b|^(?:first,? |then,? |next,? |just |simply )?(?:run|use|try|make sure|check|add|"
    r"install|set|open|go|click|create|change|remove|delete|type|copy|replace|write|put|save|select|restart|update|ensure)\b|\byou (?:should|can|need|must)\b",
    re.I,
)
HAS_REASON = re.compile(r"\b(?:because|since|due to|reason|so that|therefore|caused? by|in order to)\b", re.I)
HAS_MEANING = re.compile(r"^(?:an? |the )?[\w`'-]+(?: [\w`'-]+){0,4} (?:is|are|means|refers to|stands for)\b", re.I)
CUES = (
    (ASKS_NUMBER, HAS_NUMBER),
    (ASKS_STEPS, HAS_STEPS),
    (ASKS_REASON, HAS_REASON),
    (ASKS_MEANING, HAS_MEANING),
)
IS_COMPLAINT = re.compile(r"^(?:issue|problem|question|q|error|description)\s*[:#]|\?[\"')\]]*$|\bi (?:could ?n['o’]t|tried|get|got|am getting)\b", re.I)
LEANS_BACK = re.compile(r"^(?:it|its|this|that|these|those|they|then|however|but|so|otherwise|also|in that case|here|there)\b", re.I)


@dataclass(frozen=True, slots=True)
class Unit:
    """What is shown together or not at all: a statement, and the list it announces."""

    source: int  # index in the list of sources
    order: int  # place in its source
    parts: tuple[Statement, ...]

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)

    @property
    def words(self) -> int:
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Scored:
    unit: Unit
    strength: float  # 0 to 1: how much it speaks of the question
    score: float  # the strength with bonuses; only for comparing
    vector: np.ndarray | None = None


def units(sources: Sequence[Source]) -> list[Unit]:
    """The statements of all sources, lists grouped with the words that announce them."""
    found: list[Unit] = []
    for index, source in enumerate(sources):
        parts = statements(source.text)
        at = 0
        while at < len(parts) and len(found) < MOST_STATEMENTS:
            size = 1 + _followers(parts, at)
            found.append(Unit(index, len(found), tuple(parts[at : at + size])))
            at += size
    return found


def _followers(parts: Sequence[Statement], at: int) -> int:
    """How many statements after this one belong to it: the list it announces, or the steps it begins."""
    lead, rest = parts[at], parts[at + 1 :]
    if lead.marker:
        return _while(rest, lambda part: bool(part.marker) and part.paragraph == lead.paragraph and (
            part.indent > lead.indent or (lead.marker != "-" and part.marker != "-")))
    if not lead.is_open or lead.blocks:
        return 0
    if rest and rest[0].marker:
        return _while(rest, lambda part: bool(part.marker))
    return _while(rest, lambda part: part.paragraph == lead.paragraph and len(part.text.split()) <= 12 and part.text[-1:] not in ".!?")


def _while(parts: Sequence[Statement], belongs: Callable[[Statement], bool]) -> int:
    return next((n for n, part in enumerate(parts) if not belongs(part)), len(parts))


def stems(text: str) -> set[str]:
    """The words that carry meaning, cut to a rough stem."""
    return {_stem(word) for word in WORD.findall(text.lower().replace("_", " ")) if word not in STOPWORDS and (len(word) > 1 or word.isdigit())}


def _stem(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    for ending, least, instead in (("ies", 5, "y"), ("ing", 6, ""), ("ed", 5, ""), ("es", 5, ""), ("s", 4, ""), ("ly", 6, "")):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    return word[:-1] if len(word) > 4 and (word.endswith("e") or word[-1] == word[-2]) else word


def score(question: str, sources: Sequence[Source], found: Sequence[Unit], embed: Embed | None) -> list[Scored]:
    """All units, best first."""
    cover = _cover(question, sources, found)
    first = sorted(range(len(found)), key=lambda n: (-cover[n] + LATER_SOURCE * found[n].source, found[n].order))[:EMBEDDED]
    vectors = _vectors(question, sources, [found[n] for n in first], embed)
    scored = []
    for n, unit in enumerate(found):
        vector = vectors.get(unit.order)
        close = cover[n] if not vectors else max(0.0, float(vector @ vectors[-1])) if vector is not None else 0.0
        strength = DENSE * close + LEXICAL * cover[n]
        scored.append(Scored(unit, strength, strength + _bonus(question, unit), vector))
    return sorted(scored, key=lambda one: (-one.score, one.unit.order))


def _cover(question: str, sources: Sequence[Source], found: Sequence[Unit]) -> list[float]:
    """For each unit the share of the question's words it holds, rare words counting more; 0 to 1."""
    wanted = stems(question)
    own = [stems(unit.text) for unit in found]
    near = [stems(" ".join((*_context(sources[unit.source]), *_code(unit)))) for unit in found]
    seen = Counter(word for words in own for word in words & wanted)
    worth = {word: math.log(1 + (len(found) + 1) / (seen[word] + 0.5)) for word in wanted}
    total = sum(worth.values())
    if not total:
        return [0.0] * len(found)
    return [
        sum(worth[word] * (1.0 if word in words else FROM_CONTEXT if word in context else 0.0) for word in wanted) / total
        for words, context in zip(own, near, strict=True)
    ]


def _context(source: Source) -> tuple[str, ...]:
    return (*source.heading_path[-2:], source.title)


def _code(unit: Unit) -> list[str]:
    return [block.text for part in unit.parts for block in part.blocks]


def _vectors(question: str, sources: Sequence[Source], chosen: Sequence[Unit], embed: Embed | None) -> dict[int, np.ndarray]:
    """Vectors by the order of their unit, the question's under -1; empty when there is no embedding to be had."""
    if embed is None or not chosen:
        return {}
    texts = [" ".join(f"{_context(sources[unit.source])[0]}: {unit.text}".split()[:EMBEDDED_WORDS]) for unit in chosen]
    rows = embed([question, *texts])
    return {-1: rows[0], **{unit.order: row for unit, row in zip(chosen, rows[1:], strict=True)}}


def _bonus(question: str, unit: Unit) -> float:
    cues = sum(CUE for asks, has in CUES if asks.search(question) and has.search(unit.text))
    complaint = 2 * CUE if IS_COMPLAINT.search(unit.parts[0].text) else 0.0
    bare = CUE if unit.words < 4 and not _code(unit) else 0.0
    return min(cues, 2 * CUE) - complaint - bare - LATER_SOURCE * unit.source
