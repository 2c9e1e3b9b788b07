"""Answers without a model: the sentences of the sources that answer the question, in their own words, each cited.

It composes, it never writes: every word of an answer stands in a source, and when none speaks of the question it says so and
names the nearest place. What a trainer verified is given whole. It is the default of a machine without a model and the last
resort of every other.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from ai.citations import clean
from ai.pricing import count_tokens
from ai.providers.events import ChatRequest, Event, Finished, Kind, ProviderError, Source, TextDelta, Usage
from ai.providers.guiding import GUIDANCE, STRUGGLE, console, guide
from ai.providers.remembering import Remembering
from ai.providers.rendering import render
from ai.providers.scoring import Embed, Scored, score, units

logger = logging.getLogger("aicoach.providers")

MOST_QUESTION = 1_000  # characters; what asks more than that has asked it by then
MOST_WORDS = 120  # of an answer, code not counted
MOST_UNITS = 8
MOST_SOURCES = 3
ANSWERS = 0.32  # strength of the best statement below which nothing answers
NEAR = 0.22  # strength below which not even a nearest place is named
ENOUGH = 0.62  # share of the best score that a further statement needs
ELSEWHERE = 0.8  # and what its score counts when it stands in another source
NEXT, BEFORE = 0.82, 0.7  # share of its score that a statement lends to the one after it, and to the one before,
APART = 0.8  # times this when they stand in different paragraphs
SAME = 0.86  # cosine above which two statements say the same
PLACE = 80  # characters of each name in a place
LAB_HELP = {GUIDANCE: guide, STRUGGLE: console}
REPEATS = 0.15  # taken off at full likeness to what is chosen already


@dataclass(frozen=True, slots=True)
class Extent:
    """How much is shown. `enough` is the share of the best score that a further statement needs."""

    words: int = MOST_WORDS
    units: int = MOST_UNITS
    enough: float = ENOUGH


@dataclass(frozen=True, slots=True)
class Composed:
    text: str
    is_answered: bool


def compose(
    question: str, sources: Sequence[Source], embed: Embed | None, *, is_covered: bool = True, intent: str = ""
) -> Composed:
    """The answer as Markdown with markers. `sources` come best first; `embed` gives rows of length 1, None for words alone.

    Without `is_covered` the search did not find what was asked for, and no sentence, however near, counts as an answer.
    An answer that a trainer verified is given whole, in the trainer's words: the search says that it is one to this question.
    """
    verified = next((source for source in sources if source.kind == "knowledge"), None)
    if verified and is_covered:
        return Composed(_whole(verified), is_answered=True)
    scored = score(question[:MOST_QUESTION], sources, units(sources), embed)
    if intent in LAB_HELP and is_covered and scored and sources[0].is_lab:
        return Composed(LAB_HELP[intent](scored, sources, least=NEAR), is_answered=True)
    best = max(scored, key=lambda one: one.strength, default=None)
    if best is None or best.strength < ANSWERS or not is_covered:
        return Composed(_unanswered(sources, best), is_answered=False)
    return Composed(render(choose(scored), sources), is_answered=True)


def choose(scored: Sequence[Scored], extent: Extent = Extent()) -> list[Scored]:
    """The statements to show, by maximal marginal relevance (Carbonell and Goldstein 1998), in the order chosen.

    A statement lends worth to its neighbours, so that an explanation is shown as one piece and not as its best splinters.
    """
    chosen, rest = [scored[0]], list(scored[1:])
    words = scored[0].unit.words
    while rest and len(chosen) < extent.units:
        worth, best = max(((_worth(one, chosen), one) for one in rest), key=lambda pair: (pair[0], -pair[1].unit.order))
        if worth < scored[0].score * extent.enough:
            break
        rest.remove(best)
        if words + best.unit.words <= extent.words:
            chosen.append(best)
            words += best.unit.words
    return chosen


def _worth(one: Scored, chosen: Sequence[Scored]) -> float:
    used = {other.unit.source for other in chosen}
    like = max(_likeness(one, other) for other in chosen)
    if like > SAME or (one.unit.source not in used and len(used) >= MOST_SOURCES):
        return -1.0
    own = one.score * (1.0 if one.unit.source == chosen[0].unit.source else ELSEWHERE) - REPEATS * like
    return max(own if one.strength >= ANSWERS else 0.0, *(_lent(one, other) for other in chosen))


def _lent(one: Scored, other: Scored) -> float:
    """What a chosen statement makes its neighbour worth."""
    distance = one.unit.order - other.unit.order
    if one.unit.source != other.unit.source or distance not in (1, -1) or not one.may_accompany:
        return 0.0
    if distance == -1 and other.leans_back:
        return other.score
    together = one.unit.parts[0].paragraph == other.unit.parts[0].paragraph
    return other.score * (NEXT if distance == 1 else BEFORE) * (1.0 if together else APART)


def _likeness(one: Scored, other: Scored) -> float:
    if one.unit.text == other.unit.text:
        return 1.0
    if one.vector is None or other.vector is None:
        return 0.0
    return float(one.vector @ other.vector)


def _unanswered(sources: Sequence[Source], best: Scored | None) -> str:
    parts = [_("The course does not seem to answer this.")]
    if best is not None and best.strength >= NEAR:
        source = sources[best.unit.source]
        place = " › ".join(Truncator(part).chars(PLACE) for part in dict.fromkeys((source.title, *source.heading_path)))
        parts.append(_("The nearest place is **%(place)s**.") % {"place": _no_markup(place)} + f" [{source.number}]")
    parts.append(_("Your trainer can answer it: ask them, and your question goes along."))
    return " ".join(parts)


def _whole(source: Source) -> str:
    """The trainer's answer, with our citation and none that the text brings along."""
    text, _numbers = clean(source.text.strip(), ())
    marker = f"[{source.number}]"
    return f"{text}\n\n{marker}" if text.endswith(("`", "|", "~")) or "\n" in text else f"{text} {marker}"


def _no_markup(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>" else c for c in text)


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of a few words, as a model would send it."""
    words = text.split(" ")
    for at in range(0, len(words), 4):
        yield " ".join(words[at : at + 4]) + (" " if at + 4 < len(words) else "")


@dataclass(frozen=True, slots=True)
class Extractive:
    """`embed` is the embedding of the installation unless one is given."""

    embed: Embed | None = None
    name: str = "extractive"
    model: str = "sentences-v1"
    identity: str = ""

    def cost(self, usage: Usage) -> Decimal:
        return Decimal(0)

    async def look(self) -> None:
        """It is always there."""

    async def stream(self, request: ChatRequest) -> AsyncGenerator[Event, None]:
        composed = await asyncio.to_thread(self._compose, request)
        if request.so_far and not composed.is_answered:
            raise ProviderError(Kind.UNANSWERED)
        for piece in pieces(_after(request.so_far) + composed.text):
            yield TextDelta(piece)
            await asyncio.sleep(0)
        read = sum(count_tokens(source.text) for source in request.sources) + count_tokens(request.question)
        yield Usage(read, count_tokens(composed.text))
        yield Finished("stop" if composed.is_answered else "unanswered", self.name, self.model)

    def _compose(self, request: ChatRequest) -> Composed:
        """With the embedding of the installation; by words alone when it is away, for this is the last resort."""
        try:
            return _composed(request, self.embed or _installed_embedding())
        except Exception as error:
            logger.warning("extractive.without_embedding error=%s", type(error).__name__)
            return _composed(request, None)


def _composed(request: ChatRequest, embed: Embed | None) -> Composed:
    return compose(request.question, request.sources, embed, is_covered=request.is_covered, intent=request.intent)


def _installed_embedding() -> Embed:
    # Loading the embedding is the installation's matter; composing stays pure.
    from ai.embedding import default_embedder  # noqa: PLC0415

    return _remembering(default_embedder().embed)


@lru_cache(maxsize=2)
def _remembering(embed: Embed) -> Remembering:
    return Remembering(embed)


def _after(so_far: str) -> str:
    """What closes a text that broke off, so that a new paragraph can follow."""
    if not so_far:
        return ""
    is_in_code = sum(line.lstrip().startswith("```") for line in so_far.splitlines()) % 2
    return "\n```\n\n" if is_in_code else "\n\n"
