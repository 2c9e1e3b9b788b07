"""Puts a question into a prompt that asks what kind of help it wants, and nothing else."""

import secrets

from ai.prompts.fencing import MOST_QUESTION, fenced, stable
from ai.providers.events import ChatRequest, Message

VERSION = "intent/v1"
MOST_SAID = 30  # tokens of the answer


def intent_request(*, question: str, course: str, place: str, earlier: str, course_id: str) -> ChatRequest:
    """What is asked of a model. `place` is where the learner is, `earlier` the question before this one; either may be empty."""
    fence = secrets.token_hex(12)
    blocks = (
        ("course", course),
        ("where the learner is", place),
        ("question before this one", earlier[:MOST_QUESTION]),
        ("question", question[:MOST_QUESTION]),
    )
    parts = (
        f"The word of this message is {fence}.",
        *(text for kind, words in blocks for text in fenced(fence, kind, words)),
        f"Sort the block {fence} question, as one JSON object.",
    )
    messages = Message("system", stable(VERSION)), Message("user", "\n\n".join(parts))
    return ChatRequest(messages, (), "", max_tokens=MOST_SAID, course=course_id)
