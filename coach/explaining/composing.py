"""An explanation out of the course's own sentences, by level: what it is, how and why, or all of it. Pure but for the embedder.

Refuses to write: every word stands in a passage, and where the course says too little there is no explanation.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from ai.providers.extractive import Extent, choose
from ai.providers.rendering import render
from ai.providers.scoring import Scored
from coach.explanation_models import Level
from coach.sessions import steps
from coach.sessions.material import CORE, sentences_of, spoken_of
from coach.sessions.steps import Step
from learning.citing import kept, source
from learning.retrieval import Passage

# What each level asks of the course. The form of the question prefers sentences of the form of its answer.
QUESTIONS = {
    Level.NEW: "What is {title}? {description}",
    Level.SOME: "How does {title} work, what should you do, and why? {description}",
    Level.EXAM: "{title}. {description}",
}
EXTENTS = {Level.NEW: Extent(100, 5, 0.5), Level.SOME: Extent(150, 8, 0.45), Level.EXAM: Extent(260, 14, 0.35)}
KINDS = {  # of questions, the most fitting first; before the exam all of it is asked for
    Level.NEW: ("define", "gap", "predict", "why", "compare"),
    Level.SOME: ("why", "predict", "compare", "define", "gap"),
    Level.EXAM: (),
}
OF_ITSELF = re.compile(r"\b(?:this|the (?:last|next|previous)) (?:chapter|page|lesson|section|lab)\b", re.IGNORECASE)
SIMPLE = 14  # words of a sentence that anybody reads with ease
PER_WORD = 0.008  # what each further word costs a sentence, for somebody new
WITH_CODE = 0.1  # and what code costs it


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sources` are rows as answers keep them; `step` is the question that checks it."""

    text: str
    label: str
    step: Step
    sources: tuple[dict[str, Any], ...] = field(default=())
    model: str = ""

    @property
    def token(self) -> str:
        """Names the question, so that a try is not judged by another one."""
        return sha256(self.step.ask.encode()).hexdigest()[:16]


def composed(title: str, description: str, level: Level, passages: Sequence[Passage]) -> Explanation | None:
    """None when the passages say too little. Call it without a connection: the embedder may be away over a network."""
    question = QUESTIONS[level].format(title=title, description=description)
    scored = [one for one in spoken_of(question, passages) if not OF_ITSELF.search(one.unit.text)]
    if not scored:
        return None
    chosen = choose(_simple_first(scored) if level == Level.NEW else scored, EXTENTS[level])
    step = _question(title, level, chosen, scored)
    if step is None:
        return None
    text = render(chosen, [source(number, passage) for number, passage in enumerate(passages, start=1)])
    return Explanation(text, "course_text", step, rows(passages))


def rows(passages: Sequence[Passage]) -> tuple[dict[str, Any], ...]:
    return tuple(kept(number, passage) for number, passage in enumerate(passages, start=1))


def _simple_first(scored: Sequence[Scored]) -> list[Scored]:
    return sorted((replace(one, score=one.score - _difficulty(one)) for one in scored), key=lambda one: -one.score)


def _difficulty(one: Scored) -> float:
    long = PER_WORD * max(0, one.unit.words - SIMPLE)
    return long + (WITH_CODE if any(part.blocks or "`" in part.text for part in one.unit.parts) else 0.0)


def _question(title: str, level: Level, chosen: Sequence[Scored], scored: Sequence[Scored]) -> Step | None:
    """About what was shown, where a question can be built of it."""
    sentences = sentences_of(chosen) or sentences_of(scored)
    if not sentences:
        return None
    built = {step.kind: step for step in steps.middle(title, sentences)}
    fitting = next((built[kind] for kind in KINDS[level] if kind in built), None)
    return fitting or replace(steps.check(title, sentences[:CORE]), ask=_ask_for_all(title))


def _ask_for_all(title: str) -> str:
    return _("Without looking: explain “%(topic)s” in two or three sentences of your own.") % {"topic": title}
