"""Puts a question, its sources and the conversation so far into the coach's prompt.

The stable part comes first and word for word the same, so that vendors can cache it. Everything that people wrote stands in
blocks whose border nobody can guess, and is called data. A row that an answer leaves behind stores `VERSION`.
"""

import secrets
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from ai.providers.events import ChatRequest, Message, Source

VERSION = "coach/v1"
FOLDER = Path(__file__).parent
MOST_QUESTION = 4_000  # characters of the question that a model gets to read
MOST_TURN = 1_200  # characters of each earlier turn
MOST_TURNS = 3
ADVICE = {
    "lab_guidance": "The learner works on a lab: explain the next step, do not solve the lab.",
    "lab_struggle": "The learner is stuck in a lab: name the likely cause first, then one thing to try.",
    "navigation": "The learner looks for a place in the course: name the source that holds it.",
}


def coach_request(
    *,
    question: str,
    sources: Sequence[Source],
    asked: str = "",
    earlier: Sequence[tuple[str, str]] = (),
    course_title: str = "",
    intent: str = "",
    course_id: str = "",
) -> ChatRequest:
    """What the coach asks of a provider. `question` stands alone, `asked` is how the learner put it; `earlier` holds questions
    with their answers, oldest first, of which the last few are used.
    """
    messages = build(question=asked or question, sources=sources, earlier=earlier, course=course_title, intent=intent)
    most = settings.LLM_MAX_TOKENS
    return ChatRequest(messages, tuple(sources), question, max_tokens=most, feature="coach", course=course_id)


def build(
    *,
    question: str,
    sources: Sequence[Source],
    earlier: Sequence[tuple[str, str]] = (),
    course: str = "",
    intent: str = "",
    version: str = VERSION,
) -> tuple[Message, ...]:
    """The messages for a model."""
    fence = secrets.token_hex(12)
    blocks = (
        f"The word of this message is {fence}.",
        *fenced(fence, "course", course),
        *(text for source in sources for text in fenced(fence, _label(source), _about(source))),
        *fenced(fence, "conversation so far", "\n\n".join(_turns(earlier))),
        *fenced(fence, "question", question[:MOST_QUESTION]),
        f"Answer the question in the block {fence} question from the sources above, citing them as [n].",
        *(advice for advice in [ADVICE.get(intent)] if advice),
    )
    return Message("system", stable(version)), Message("user", "\n\n".join(blocks))


@lru_cache(maxsize=8)
def stable(version: str) -> str:
    """The text of a prompt file; FileNotFoundError when there is no such version."""
    return (FOLDER / f"{version}.md").read_text(encoding="utf-8").strip()


def fenced(fence: str, kind: str, text: str) -> Iterator[str]:
    """The block that holds a text as data; nothing for an empty text."""
    if text.strip():
        yield f"=== {fence} {kind}\n{_without(text, fence)}\n=== {fence} end"


def _without(text: str, fence: str) -> str:
    """Nobody can know the fence, so this changes nothing unless the impossible happens."""
    return text.replace(fence, "")


def _label(source: Source) -> str:
    return f"source {source.number}" + (", verified by a trainer" if source.kind == "knowledge" else "")


def _about(source: Source) -> str:
    place = " > ".join(dict.fromkeys((source.title, *source.heading_path)))
    return f"From: {place}\n\n{source.text}"


def _turns(earlier: Sequence[tuple[str, str]]) -> Iterator[str]:
    for question, answer in earlier[-MOST_TURNS:]:
        yield f"Learner: {question[:MOST_TURN]}"
        yield f"Coach: {answer[:MOST_TURN]}"
