"""One question of a session, with what it expects and what helps; and questions built from sentences of the course. Pure.

Every kind is a plain rule over the form of a sentence: a definition becomes “what is”, a condition “what happens if”, a reason
“why”, two terms a comparison, a word that comes again a gap. A sentence that fits no rule is left alone, rather than asked
about badly.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from ai.providers.cues import BOLD, LEANS_BACK
from ai.providers.sentences import CODE_SPAN, plain
from planning.marking.texts import rarity, terms

OPENING, CHECK, SCHEME = "opening", "check", "scheme"
SHORTEST, LONGEST = 7, 34  # words of a sentence that is asked about
MOST_MIDDLE = 3  # questions between the opening and the check
GAPS = 3  # words left out of a sentence that is given as the last hint
GAP = "____"
IF = re.compile(r"^(?P<word>If|When|Once|Unless) (?P<cause>[^,]{8,120}), (?:then )?(?P<effect>.{12,})$")
IF_LATER = re.compile(r"^(?P<effect>[^,]{12,}?) (?P<word>if|when|unless) (?P<cause>[^,]{8,})[.]$")
BECAUSE = re.compile(r"^(?P<fact>.{12,}?),? because (?P<reason>.{8,})$")
SO_THAT = re.compile(r"^(?P<fact>.{12,}?),? so that (?P<reason>.{8,})$")
IS_A = re.compile(r"^(?P<subject>(?:An?|The) [\w`*'-]+(?: [\w`*'-]+){0,2}) (?:is|are) (?P<meaning>(?:an?|the|what|how) .{12,})$")
POINTS_BACK = re.compile(r"^The [\w'-]+$")  # “the price”: of what was said before
LEANS = re.compile(r"\b(?:they|them|it|this|these|those)\b", re.IGNORECASE)  # a part of a sentence that leans on another
OF_ANOTHER = re.compile(r"\b(?:its|their|the (?:first|second|other|former|latter))\b", re.IGNORECASE)  # leans, as a cause alone
TERM = re.compile(r"^(?!(?:by|in|on|at|of|to|for|with|inside|outside|every|each|no)\b)[\w .'-]{3,40}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a source; `source` is its number, from 1."""

    text: str
    source: int


@dataclass(frozen=True, slots=True)
class Step:
    """One question. `expects` holds what a good answer says; `shows` is the sentence of the source that says it."""

    kind: str
    ask: str
    expects: str
    shows: str = ""
    source: int = 0
    term: str = ""  # the word of a gap

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


def opening(topic: str, core: Sequence[Sentence]) -> Step:
    """Asks what the learner knows already; right or wrong, it only tells where to begin."""
    ask = _("Let us find out where it hangs. In your own words, and as far as you know it: what is this about, “%(topic)s”?")
    return Step(OPENING, ask % {"topic": topic}, _joined(core), *_first(core))


def check(topic: str, core: Sequence[Sentence]) -> Step:
    """The last question: all of it, without help."""
    ask = _("Last one, without looking: explain “%(topic)s” as you would to somebody who starts tomorrow.")
    return Step(CHECK, ask % {"topic": topic}, _joined(core), *_first(core))


def from_scheme(question: str, points: Sequence[str], near: Sentence) -> Step:
    """An exam question about the topic. Its mark scheme decides and is never shown: the sentence of the course is."""
    ask = _("An examiner would ask: %(question)s") % {"question": question}
    return Step(SCHEME, ask, "\n".join(points), near.text, near.source)


def middle(topic: str, sentences: Sequence[Sentence]) -> list[Step]:
    """Up to three questions of different kinds, from the sentences that say most about the topic."""
    found: list[Step] = []
    for steps in (_define(sentences), _predict(sentences), _why(sentences), _compare(sentences), _gap(topic, sentences)):
        used = {step.shows for step in found}
        found += [step for step in [next((step for step in steps if step.shows not in used), None)] if step]
    return found[:MOST_MIDDLE]


def usable(texts: Iterable[tuple[str, int]]) -> list[Sentence]:
    """Whole sentences that can be understood by themselves."""
    return [
        Sentence(text, source)
        for text, source in texts
        if SHORTEST <= len(text.split()) <= LONGEST and text[:1].isupper() and text.endswith(".") and not LEANS_BACK.match(text)
    ]


def with_gaps(text: str, *, most: int = GAPS) -> str:
    """The sentence without the words that say most."""
    words = sorted(terms(text).values(), key=rarity, reverse=True)[:most]
    for word in words:
        text = re.sub(rf"\b{re.escape(word)}\b", GAP, text, flags=re.IGNORECASE)
    return text


def _define(sentences: Sequence[Sentence]) -> Iterator[Step]:
    for each in sentences:
        match = IS_A.match(each.text)
        if match and not POINTS_BACK.match(match["subject"]):
            subject = match["subject"][0].lower() + match["subject"][1:]
            yield Step("define", _("What is %(subject)s?") % {"subject": subject}, match["meaning"], each.text, each.source)


def _predict(sentences: Sequence[Sentence]) -> Iterator[Step]:
    for each in sentences:
        match = IF.match(each.text) or IF_LATER.match(each.text)
        cause = match["cause"] if match else ""
        if match and not any(pattern.search(cause) for pattern in (CODE_SPAN, LEANS, OF_ANOTHER)):
            ask = _("What do you expect to happen %(word)s %(cause)s? Say it before you look it up.")
            words = {"word": match["word"].lower(), "cause": cause}
            yield Step("predict", ask % words, match["effect"], each.text, each.source)


def _why(sentences: Sequence[Sentence]) -> Iterator[Step]:
    for each in sentences:
        if match := BECAUSE.match(each.text):
            ask = _("Why is this so: “%(fact)s”?")
        else:
            match, ask = SO_THAT.match(each.text), _("What is this for: “%(fact)s”?")
        if not match or LEANS.search(match["fact"]):
            continue
        yield Step("why", ask % {"fact": match["fact"]}, match["reason"], each.text, each.source)


def _compare(sentences: Sequence[Sentence]) -> Iterator[Step]:
    """Two terms that the course sets in bold, each in a sentence of its own."""
    named = [(term, each) for each in sentences for term in BOLD.findall(each.text) if TERM.match(term)]
    for (first, one), (second, other) in pairwise(named):
        if one.text != other.text and not set(terms(first)) & set(terms(second)):
            ask = _("What is the difference between “%(first)s” and “%(second)s”?") % {"first": first, "second": second}
            yield Step("compare", ask, f"{one.text}\n{other.text}", one.text, one.source)


def _gap(topic: str, sentences: Sequence[Sentence]) -> Iterator[Step]:
    """A word that the passages use more than once and the topic does not name."""
    spread = Counter(stem for each in sentences for stem in terms(each.text))
    for each in sentences:
        words = [word for stem, word in terms(each.text).items() if spread[stem] > 1 and stem not in terms(topic)]
        word = max(words, key=rarity, default="")
        shown = re.sub(rf"(\*\*)?\b{re.escape(word)}\b(\*\*)?", GAP, each.text, flags=re.IGNORECASE) if word else ""
        if shown.count(GAP) == 1 and not shown.startswith(GAP) and not LEANS.search(shown):
            yield Step("gap", _("Which word is missing? “%(text)s”") % {"text": shown}, word, each.text, each.source, term=word)


def _joined(core: Sequence[Sentence]) -> str:
    return "\n".join(plain(each.text) for each in core)


def _first(core: Sequence[Sentence]) -> tuple[str, int]:
    return (core[0].text, core[0].source) if core else ("", 0)
