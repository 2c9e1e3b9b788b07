"""Puts a learner's try in a coaching session into a prompt that asks for a verdict and the coach's next words."""

import secrets
from collections.abc import Mapping, Sequence

from ai.prompts.fencing import MOST_QUESTION, fenced, source_block, stable
from ai.providers.events import ChatRequest, Message, Source

VERSION = "session/v1"
MOST_SAID = 400  # tokens of the answer
MOST_TURNS = 6
MOST_TURN = 800  # characters of each


def session_request(
    *,
    topic: str,
    asked: str,
    expected: str,
    said: str,
    comes_next: Mapping[str, str],
    transcript: Sequence[tuple[str, str]],
    sources: Sequence[Source],
    course_id: str,
) -> ChatRequest:
    """What is asked of a model. `comes_next` has the coach's next words for each verdict; `transcript` is (role, words)."""
    fence = secrets.token_hex(12)
    turns = "\n".join(f"{role}: {words[:MOST_TURN]}" for role, words in transcript[-MOST_TURNS:])
    blocks = (
        ("topic", topic),
        *(source_block(source) for source in sources),
        ("conversation so far", turns),
        ("what the learner is asked", asked),
        ("what a good answer would say", expected),
        *((f"what comes next when {verdict}", words) for verdict, words in comes_next.items()),
        ("the learner's last words", said[:MOST_QUESTION]),
    )
    parts = (
        f"The word of this message is {fence}.",
        *(text for kind, words in blocks for text in fenced(fence, kind, words)),
        f"Judge the block {fence} the learner's last words, and say the next thing, as one JSON object.",
    )
    messages = Message("system", stable(VERSION)), Message("user", "\n\n".join(parts))
    return ChatRequest(messages, tuple(sources), "", max_tokens=MOST_SAID, feature="session", course=course_id)
