"""Puts a question, its sources and the conversation so far into the coach's prompt.

The stable part comes first and word for word the same, so that vendors can cache it. Everything that people wrote stands in
blocks whose border nobody can guess, and is called data. A row that an answer leaves behind stores `VERSION`.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from ai.providers.events import Message, Source

VERSION = "coach/v1"
FOLDER = Path(__file__).parent
MOST_QUESTION = 4_000  # characters of the question that a model gets to read
MOST_TURN = 1_200  # characters of each earlier turn
MOST_TURNS = 6


def build(
    *,
    question: str,
    sources: Sequence[Source],
    conversation: Sequence[Message] = (),
    course: str = "",
    version: str = VERSION,
) -> tuple[Message, ...]:
    """The messages for a model. `conversation` is what was said before, oldest first; only its tail is used."""
    fence = secrets.token_hex(12)
    blocks = (
        f"The word of this message is {fence}.",
        *_block(fence, "course", course),
        *(text for source in sources for text in _block(fence, _label(source), _about(source))),
        *_block(fence, "conversation so far", "\n\n".join(_turns(conversation))),
        *_block(fence, "question", question[:MOST_QUESTION]),
        f"Answer the block {fence} question from the sources above, citing them as [n].",
    )
    return Message("system", stable(version)), Message("user", "\n\n".join(blocks))


@lru_cache(maxsize=8)
def stable(version: str) -> str:
    """The text of a prompt file; FileNotFoundError when there is no such version."""
    return (FOLDER / f"{version}.md").read_text(encoding="utf-8").strip()


def _block(fence: str, kind: str, text: str) -> Iterator[str]:
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


def _turns(conversation: Iterable[Message]) -> Iterator[str]:
    for message in list(conversation)[-MOST_TURNS:]:
        who = "Learner" if message.role == "user" else "Coach"
        yield f"{who}: {message.content[:MOST_TURN]}"
