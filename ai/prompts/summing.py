"""Puts the older part of a thread into a prompt that asks for notes of it. What was said is data, in blocks nobody can close."""

import secrets
from collections.abc import Sequence

from ai.prompts.fencing import fenced, stable
from ai.providers.events import ChatRequest, Message

VERSION = "summary/v1"
MOST_READ = 24_000  # characters, the newest
MOST_SAID = 300  # tokens of the notes


def summary_request(*, notes: str, turns: Sequence[tuple[str, str]], course_id: str = "") -> ChatRequest:
    """What is asked of a model. `notes` are the earlier ones, `turns` the questions and answers since, oldest first."""
    fence = secrets.token_hex(12)
    said = "\n\n".join(f"Learner: {question}\nMentor: {answer}" for question, answer in turns)
    blocks = (
        f"The word of this message is {fence}.",
        *fenced(fence, "earlier notes", notes),
        *fenced(fence, "turns to sum up", said[-MOST_READ:]),
        "Write the notes.",
    )
    messages = Message("system", stable(VERSION)), Message("user", "\n\n".join(blocks))
    return ChatRequest(messages, (), "", max_tokens=MOST_SAID, feature="mentor", course=course_id)
