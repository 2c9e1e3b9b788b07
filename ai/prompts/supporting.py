"""Puts the sentences of an answer and its sources into a prompt that asks which of them the sources bear out."""

import secrets
from collections.abc import Sequence

from ai.prompts.fencing import fenced, source_block, stable
from ai.providers.events import ChatRequest, Message, Source

VERSION = "check/v1"
A_SENTENCE = 16  # tokens of its entry in the answer


def check_request(*, sentences: Sequence[str], sources: Sequence[Source], course_id: str) -> ChatRequest:
    """What is asked of a model; it numbers the sentences from 1."""
    fence = secrets.token_hex(12)
    numbered = "\n".join(f"{number}. {' '.join(sentence.split())}" for number, sentence in enumerate(sentences, start=1))
    blocks = (*(source_block(source) for source in sources), ("sentences", numbered))
    parts = (
        f"The word of this message is {fence}.",
        *(text for kind, words in blocks for text in fenced(fence, kind, words)),
        f"Check each sentence of the block {fence} sentences against the sources, as one JSON object.",
    )
    messages = Message("system", stable(VERSION)), Message("user", "\n\n".join(parts))
    return ChatRequest(messages, (), "", max_tokens=A_SENTENCE * (len(sentences) + 2), course=course_id)
