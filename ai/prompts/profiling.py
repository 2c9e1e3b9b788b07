"""Puts a pasted profile into a prompt that asks what of it learners may want to know."""

import secrets

from ai.prompts.fencing import fenced, stable
from ai.providers.events import ChatRequest, Message

VERSION = "profile/v1"
MOST_READ = 16_000  # characters
MOST_SAID = 900  # tokens of the answer


def profile_request(*, pasted: str) -> ChatRequest:
    """What is asked of a model."""
    fence = secrets.token_hex(12)
    parts = (
        f"The word of this message is {fence}.",
        *fenced(fence, "profile", pasted[:MOST_READ]),
        f"Copy what learners may know out of the block {fence} profile, as one JSON object.",
    )
    messages = Message("system", stable(VERSION)), Message("user", "\n\n".join(parts))
    return ChatRequest(messages, (), "", max_tokens=MOST_SAID)
