"""Blocks of data in a prompt: everything that people wrote stands between borders that nobody can guess, and is called data."""

import secrets
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from ai.providers.events import Message, Source

FOLDER = Path(__file__).parent
MOST_QUESTION = 4_000  # characters of the question that a model gets to read
Block = tuple[str, str]  # its kind and its text


@lru_cache(maxsize=16)
def stable(version: str) -> str:
    """The text of a prompt file; FileNotFoundError when there is no such version."""
    return (FOLDER / f"{version}.md").read_text(encoding="utf-8").strip()


def ordered(version: str, *, blocks: Iterable[Block], advice: str = "") -> tuple[Message, ...]:
    """The messages for a model: the stable part first, word for word the same, so that vendors can cache it; then the blocks, of
    which the last is the question.
    """
    fence = secrets.token_hex(12)
    parts = (
        f"The word of this message is {fence}.",
        *(text for kind, words in blocks for text in fenced(fence, kind, words)),
        f"Answer the question in the block {fence} question from the sources above, citing them as [n].",
        *(words for words in [advice] if words),
    )
    return Message("system", stable(version)), Message("user", "\n\n".join(parts))


def source_block(source: Source) -> Block:
    place = " > ".join(dict.fromkeys((source.title, *source.heading_path)))
    label = f"source {source.number}" + (", verified by a trainer" if source.kind == "knowledge" else "")
    return label, f"From: {place}\n\n{source.text}"


def question_block(question: str) -> Block:
    return "question", question[:MOST_QUESTION]


def fenced(fence: str, kind: str, text: str) -> Iterator[str]:
    """The block that holds a text as data; nothing for an empty text."""
    if text.strip():
        yield f"=== {fence} {kind}\n{_without(text, fence)}\n=== {fence} end"


def _without(text: str, fence: str) -> str:
    """Nobody can know the fence, so this changes nothing unless the impossible happens."""
    return text.replace(fence, "")
