"""Puts a syllabus point and passages of the course into a prompt that asks for an explanation and a question to check it."""

import secrets
from collections.abc import Sequence

from ai.prompts.fencing import fenced, source_block, stable
from ai.providers.events import ChatRequest, Message, Source

VERSION = "explain/v1"
MOST_SAID = 900  # tokens of the answer


def explain_request(*, point: str, level: str, course: str, sources: Sequence[Source], course_id: str) -> ChatRequest:
    """What is asked of a model. `point` is the title with the description."""
    fence = secrets.token_hex(12)
    blocks = (("course", course), *(source_block(source) for source in sources), ("syllabus point", point))
    parts = (
        f"The word of this message is {fence}.",
        *(text for kind, words in blocks for text in fenced(fence, kind, words)),
        f'Explain the block {fence} syllabus point from the sources above, for the level "{level}", as one JSON object.',
    )
    messages = Message("system", stable(VERSION)), Message("user", "\n\n".join(parts))
    return ChatRequest(messages, tuple(sources), point, max_tokens=MOST_SAID, feature="explain", course=course_id)
