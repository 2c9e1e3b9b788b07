"""Which sentences of a model's answer nothing in its sources bears out. Pure text work: words, not meaning.

A sentence is borne out when most of the words that carry its meaning stand in what it cites, or, when it cites nothing, in the
sources as a whole. Words of the question do not count against it. Code, questions and what only speaks to the reader are passed
over.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ai.providers.words import stems
from courses.markdown import sentences

CITED = re.compile(r"\s*\[(\d{1,3})\]")
CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
MARKS = re.compile(r"^[\s>*+\-#\d.)|]+|[*_`|]")
TO_READER = re.compile(
    r"\b(?:i am|i'm|i can|i could|your (?:trainer|teacher)|let me|you asked|hope"
    r"|the (?:course|sources?) (?:do|does)(?: not|n'?t) (?:seem to )?(?:answer|say|cover|mention))\b",
    re.IGNORECASE,
)
BORNE_OUT = 0.5  # share of a sentence's own words
FEW = 3  # words that carry meaning, below which a sentence claims too little to be checked


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence that says something which can be checked, without its citations, and whether its sources' words bear it out."""

    text: str
    is_borne_out: bool


def claims(answer: str, sources: Mapping[int, str], *, question: str) -> list[Claim]:
    """In order. `sources` are texts, with their headings, by the number that the answer cites."""
    asked, everything = stems(question), stems(" ".join(sources.values()))
    words = {number: stems(text) for number, text in sources.items()}
    found = []
    for sentence in _sentences(answer):
        own = stems(CITED.sub(" ", sentence)) - asked
        if len(own) < FEW or sentence.rstrip().endswith("?") or TO_READER.search(sentence):
            continue
        cited = [words[int(number)] for number in CITED.findall(sentence) if int(number) in words]
        told = set().union(*cited) if cited else everything
        text = " ".join(CITED.sub("", MARKS.sub("", sentence)).split())
        found.append(Claim(text, is_borne_out=len(own & told) >= BORNE_OUT * len(own)))
    return found


def unsupported(answer: str, sources: Mapping[int, str], *, question: str) -> tuple[list[str], float]:
    """The sentences that nothing bears out, in order, and the share of the checked ones that something does; 1 of none."""
    return judged(claims(answer, sources, question=question), {})


def judged(found: list[Claim], verdicts: Mapping[int, float]) -> tuple[list[str], float]:
    """The same with a model's `verdicts` by the number of the claim, from 0 for no to 1 for yes. They can only take away."""
    weights = [min(float(claim.is_borne_out), verdicts.get(number, 1.0)) for number, claim in enumerate(found, start=1)]
    bare = [claim.text for claim, weight in zip(found, weights, strict=True) if weight == 0]
    return bare, sum(weights) / len(weights) if weights else 1.0


def _sentences(answer: str) -> list[str]:
    lines = CODE.sub(" ", answer).split("\n")
    return [sentence for line in lines if line.strip() for sentence in _with_markers(sentences(line))]


def _with_markers(found: tuple[str, ...]) -> list[str]:
    """A citation after the full stop belongs to the sentence before it."""
    joined: list[str] = []
    for sentence in found:
        marks = re.match(r"(?:\s*\[\d{1,3}\])+", sentence)
        if marks and joined:
            joined[-1] += marks[0]
        rest = sentence[marks.end() :] if marks and joined else sentence
        if rest.strip():
            joined.append(rest)
    return joined
