"""What is looked at beside the question's vector: its form, what the search found, and how near single sentences are.

A passage of two hundred words can be near to a question without a sentence that answers it; so the sentences of the first
passages that share most words with the question are compared with it on their own. Pure but for the vectors of those sentences.
"""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from courses.markdown import sentences
from learning.confidence import RUNNER_UP, Evidence

LOOKED_INTO = 3  # passages, the best ones
SENTENCES = 12  # of them that are compared with the question
SHORTEST = 3  # characters of a sentence
FORMS_FROM = 10  # index of the first sign that looks at the question alone
LONGEST = 30  # words of a question; more make no difference
WORD = re.compile(r"[a-z]{3,}")
STEM = 5  # letters by which words are compared

OPENINGS = (
    "who", "when", "where", "what", "which", "how many", "how much", "how long", "how often", "how do|how can|how should", "how",
    "why", "is|are|was", "do|does|did", "can|could|may", "will|would", "if", "what happens", "what time|what day|what date",
)  # fmt: skip
WITHIN = (
    r"\b(i|my|me|we|our)\b", r"\b(you|your)\b", r"\b(students?|participants?)\b", r"\bif\b", r"\b(or|and)\b", r"\d",
    r"\bthis (course|class)\b", r"\bthe (course|class)\b", r"\b(policy|policies)\b",
)  # fmt: skip
FORMS = tuple(re.compile(rf"(?:{words})\b") for words in OPENINGS), tuple(re.compile(pattern) for pattern in WITHIN)

Floats = NDArray[np.float64]
Embed = Callable[[Sequence[str]], "np.ndarray"]  # texts to rows of length 1


class Passage(Evidence, Protocol):
    """What is needed of a passage; `learning.retrieval.Passage` says what each is."""

    @property
    def content(self) -> str: ...


def signs(question: str, vector: "np.ndarray", passages: Sequence[Passage], embed: Embed) -> Floats:
    """One row. `vector` is the question's, `passages` are the course's, best first, at least one with a vector."""
    candidates = _sentences(question, passages[:LOOKED_INTO])
    near = np.sort(embed(candidates) @ vector)[::-1] if candidates else np.zeros(1)
    return np.array([*_found(passages), near[0], near[:3].mean(), near[0] - near[:5].mean(), *_form(question)])


def _found(passages: Sequence[Passage]) -> list[float]:
    near = np.sort([each.dense for each in passages if each.dense is not None])[::-1]
    scores = np.sort([each.score for each in passages])[::-1]
    covered = [each.coverage for each in passages]
    lead, ahead = (row[0] - row[min(RUNNER_UP, len(row) - 1)] for row in (near, scores))
    return [near[0], near[:3].mean(), lead, covered[0], max(covered), scores[0], ahead]


def _sentences(question: str, passages: Sequence[Passage]) -> list[str]:
    """Those that share most words with the question, short ones before long ones."""
    found = [each.strip() for one in passages for line in one.content.split("\n") for each in sentences(line)]
    asked = _stems(question)
    shared = {each: len(asked & _stems(each)) / (STEM + len(each.split())) ** 0.5 for each in found if len(each) >= SHORTEST}
    return sorted(shared, key=lambda each: -shared[each])[:SENTENCES]


def _form(question: str) -> list[float]:
    text = question.strip().lower()
    openings, within = FORMS
    told = [float(bool(form.match(text))) for form in openings] + [float(bool(form.search(text))) for form in within]
    return [*told, min(len(text.split()), LONGEST) / 10]


def _stems(text: str) -> set[str]:
    return {word[:STEM] for word in WORD.findall(text.lower())}
