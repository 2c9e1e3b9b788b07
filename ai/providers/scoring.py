"""How well each statement of the sources answers a question: its words, its meaning, its place. Pure arithmetic.

The words come first, because they cost nothing: only the best few statements are embedded. Without an embedding (its vendor
may be away) the words decide alone.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ai.providers.cues import CUE, IS_COMPLAINT, IS_QUESTION, LEANS_BACK, NO_ANSWER, bonus, misplaced
from ai.providers.events import Source
from ai.providers.sentences import Statement, statements
from ai.providers.words import stems

Embed = Callable[[Sequence[str]], np.ndarray]

EMBEDDED = 9  # statements at most; about 2 ms each on two cores
EMBEDDED_WORDS = 28  # of each; the first ones say what it is about
MOST_STATEMENTS = 200  # of all sources together

DENSE, LEXICAL = 0.6, 0.4  # of the strength of a statement
NAME, LABEL = 4, 8  # words below which a line, or one that ends with a colon, says nothing by itself
FROM_CONTEXT = 0.5  # worth of a word that stands in the heading or the code of a statement, not in the statement
OPENING = 0.03  # given to the first statement of a passage, which often says what it is about
RANK = 0.1  # given to the first source, half of it to the second and so on: the search knew more than a single sentence does


@dataclass(frozen=True, slots=True)
class Unit:
    """What is shown together or not at all: a statement, and the list it announces."""

    source: int  # index in the list of sources
    order: int  # place in its source
    parts: tuple[Statement, ...]
    opens: bool = False  # first of its passage

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)

    @property
    def words(self) -> int:
        return len(self.text.split())

    @property
    def is_bare(self) -> bool:
        """A mere heading: a few words that say nothing by themselves."""
        lead = self.parts[0]
        return len(self.parts) == 1 and not lead.blocks and self.words < (LABEL if lead.is_open else NAME)


@dataclass(frozen=True, slots=True)
class Scored:
    unit: Unit
    strength: float  # 0 to 1: how much it speaks of the question
    score: float  # the strength with bonuses; only for comparing
    vector: np.ndarray | None = None

    @property
    def leans_back(self) -> bool:
        """Whether it cannot be understood without the statement before it."""
        return bool(LEANS_BACK.search(self.unit.parts[0].text))

    @property
    def may_accompany(self) -> bool:
        """Whether it may be shown for its neighbour's sake alone."""
        first = self.unit.parts[0]
        return not (first.is_aim or self.unit.is_bare or IS_QUESTION.search(first.text) or IS_COMPLAINT.search(first.text))


def units(sources: Sequence[Source]) -> list[Unit]:
    """The statements of all sources, lists grouped with the words that announce them."""
    found: list[Unit] = []
    for index, source in enumerate(sources):
        parts = statements(source.text, source.heading_path[-1] if source.heading_path else "")
        at = 0
        while at < len(parts) and len(found) < MOST_STATEMENTS:
            size = 1 + _followers(parts, at)
            found.append(Unit(index, len(found), tuple(parts[at : at + size]), opens=at == 0))
            at += size
    return found


def _followers(parts: Sequence[Statement], at: int) -> int:
    """How many statements after this one belong to it: the list it announces, or the steps it begins."""
    lead, rest = parts[at], parts[at + 1 :]
    if lead.marker:
        return _while(
            rest,
            lambda part: (
                bool(part.marker)
                and part.paragraph == lead.paragraph
                and (part.indent > lead.indent or (lead.marker != "-" and part.marker != "-"))
            ),
        )
    if not lead.is_open or lead.blocks:
        return 0
    if rest and rest[0].marker:
        return _while(rest, lambda part: bool(part.marker))
    return _while(
        rest, lambda part: part.paragraph == lead.paragraph and len(part.text.split()) <= 12 and part.text[-1:] not in ".!?"
    )


def _while(parts: Sequence[Statement], belongs: Callable[[Statement], bool]) -> int:
    return next((n for n, part in enumerate(parts) if not belongs(part)), len(parts))


def score(question: str, sources: Sequence[Source], found: Sequence[Unit], embed: Embed | None) -> list[Scored]:
    """All units, best first."""
    cover = _cover(question, sources, found)
    bonuses = [_bonus(question, unit, sources[unit.source]) for unit in found]
    by_words = sorted(range(len(found)), key=lambda n: (-LEXICAL * cover[n] - bonuses[n], n))
    vectors = _vectors(question, sources, [found[n] for n in _spread(by_words, found)], embed)
    scored = []
    for n, unit in enumerate(found):
        vector = vectors.get(unit.order)
        close = cover[n] if not vectors else max(0.0, float(vector @ vectors[-1])) if vector is not None else 0.0
        strength = DENSE * close + LEXICAL * cover[n]
        scored.append(Scored(unit, strength, strength + bonuses[n], vector))
    return sorted(scored, key=lambda one: (-one.score, one.unit.order))


def _spread(by_words: Sequence[int], found: Sequence[Unit]) -> list[int]:
    """Those to embed: the best of each source, for its words may differ from the question's, then the best of all."""
    firsts = {found[n].source: n for n in reversed(by_words)}
    return list(dict.fromkeys([*sorted(firsts.values(), key=by_words.index), *by_words]))[:EMBEDDED]


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


def _heading(source: Source) -> str:
    return source.heading_path[-1] if source.heading_path else source.title


def _code(unit: Unit) -> list[str]:
    return [block.text for part in unit.parts for block in part.blocks]


def _vectors(question: str, sources: Sequence[Source], chosen: Sequence[Unit], embed: Embed | None) -> dict[int, np.ndarray]:
    """Vectors by the order of their unit, the question's under -1; empty when there is no embedding to be had."""
    if embed is None or not chosen:
        return {}
    texts = [" ".join(f"{_heading(sources[unit.source])}: {unit.text}".split()[:EMBEDDED_WORDS]) for unit in chosen]
    rows = embed([question, *texts])
    return {-1: rows[0], **{unit.order: row for unit, row in zip(chosen, rows[1:], strict=True)}}


def _bonus(question: str, unit: Unit, source: Source) -> float:
    lead = unit.parts[0]
    aim = NO_ANSWER if lead.is_aim or unit.is_bare else 0.0
    lone = CUE if len(unit.parts) == 1 and lead.marker not in ("", "-", "1.", "1)") else 0.0
    opening = (-CUE if LEANS_BACK.search(lead.text) else OPENING) if unit.opens else 0.0
    aside = misplaced(question, " ".join(source.heading_path))
    return bonus(question, lead.text) + opening + RANK / (1 + unit.source) - aim - lone - aside
