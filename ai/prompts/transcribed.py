"""Puts a transcript into a prompt that asks what is in it. What was said is data, in a block whose border nobody knows."""

import secrets

from ai.prompts.fencing import fenced, stable
from ai.providers.events import ChatRequest, Message

VERSION = "transcript/v1"
MOST_READ = 24_000  # characters: half an hour of talk
MOST_SAID = 900  # tokens of the report
LEFT_OUT = "[…]"


def transcript_request(*, transcript: str, course: str) -> ChatRequest:
    """What is asked of a model. Of a long transcript it gets the beginning and the end."""
    fence = secrets.token_hex(12)
    blocks = (
        f"The word of this message is {fence}.",
        *fenced(fence, "course", course),
        *fenced(fence, "transcript", _shortened(transcript)),
        f"Report on the block {fence} transcript as one JSON object.",
    )
    messages = Message("system", stable(VERSION)), Message("user", "\n\n".join(blocks))
    return ChatRequest(messages, (), "", max_tokens=MOST_SAID, feature="transcript")


def _shortened(text: str) -> str:
    half = MOST_READ // 2
    return text if len(text) <= MOST_READ else f"{text[:half]}\n{LEFT_OUT}\n{text[-half:]}"
