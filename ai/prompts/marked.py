"""Puts a question, its mark scheme and a learner's answer into a prompt that asks for marks with their evidence.

All three are data, each in a block whose border nobody knows. What marks leave behind stores `VERSION`.
"""

import secrets
from collections.abc import Sequence

from ai.prompts.fencing import fenced, stable
from ai.providers.events import ChatRequest, Message

VERSION = "marking/v1"
MOST_ANSWER = 12_000  # characters; some 2,000 words
MOST_SCHEME = 12_000
MOST_SAID = 1_800  # tokens of the report
REPAIR = (
    "That is not the JSON object that was asked for: {problem}. Send the whole object once more, with every point of the mark "
    "scheme exactly once, and nothing else."
)


def marking_request(
    *,
    question: str,
    scheme: Sequence[tuple[int, int, str]],
    model_answers: Sequence[str],
    answer: str,
    maximum: int,
    course: str = "",
) -> ChatRequest:
    """What is asked of a model. `scheme` holds the number, the marks and the text of each point."""
    fence = secrets.token_hex(12)
    points = "\n".join(f"{number}. ({marks} of {maximum}) {text}" for number, marks, text in scheme)
    blocks = (
        f"The word of this message is {fence}.",
        *fenced(fence, "question", question),
        *fenced(fence, "mark scheme", points[:MOST_SCHEME]),
        *(part for text in model_answers for part in fenced(fence, "model answer", text[:MOST_SCHEME])),
        *fenced(fence, "answer", answer[:MOST_ANSWER]),
        f"The question has {maximum} marks. Mark the block {fence} answer and report as one JSON object.",
    )
    messages = Message("system", stable(VERSION)), Message("user", "\n\n".join(blocks))
    return ChatRequest(messages, (), "", max_tokens=MOST_SAID, feature="marking", course=course)


def repair_request(request: ChatRequest, *, said: str, problem: str) -> ChatRequest:
    """The same once more, with what was wrong about the report."""
    more = Message("assistant", said[:MOST_SCHEME] or "{}"), Message("user", REPAIR.format(problem=problem))
    return ChatRequest((*request.messages, *more), (), "", max_tokens=MOST_SAID, feature=request.feature, course=request.course)
