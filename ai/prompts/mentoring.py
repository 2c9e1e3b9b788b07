"""Puts a question, its sources, what is remembered and the thread so far into the mentor's prompt.

A row that an answer leaves behind stores the version.
"""

from collections.abc import Sequence

from django.conf import settings

from ai.prompts.fencing import ordered, question_block, source_block
from ai.providers.events import ChatRequest, Source

VERSION = "mentor/v1"
SPEAKERS = {"user": "Learner", "assistant": "Mentor"}


def mentor_request(
    *,
    question: str,
    asked: str,
    sources: Sequence[Source],
    said: Sequence[dict[str, str]] = (),
    summary: str = "",
    remembered: Sequence[str] = (),
    course: str = "",
    topic: str = "",
    pursued: str = "",
    course_id: str = "",
    version: str = VERSION,
) -> ChatRequest:
    """What the mentor asks of a provider. `question` stands alone, `asked` is how the learner put it; `said` holds the thread so
    far as `role` and `content`, oldest first.
    """
    blocks = (
        ("course", course),
        ("topic", topic),
        ("concepts that the learner pursues, with progress and next step", pursued),
        *(source_block(source) for source in sources),
        ("remembered from earlier threads", "\n".join(f"- {words}" for words in remembered)),
        ("summary of the older part of this conversation", summary),
        ("conversation so far", "\n\n".join(_line(each) for each in said)),
        question_block(asked),
    )
    messages = ordered(version, blocks=blocks)
    return ChatRequest(messages, tuple(sources), question, max_tokens=settings.LLM_MAX_TOKENS, feature="mentor", course=course_id)


def _line(each: dict[str, str]) -> str:
    return f"{SPEAKERS[each['role']]}: {each['content']}"
