"""Puts a question, its sources and the conversation so far into the coach's prompt.

The stable part comes first and word for word the same, so that vendors can cache it. Everything that people wrote stands in
blocks whose border nobody can guess, and is called data. A row that an answer leaves behind stores the version.
"""

from collections.abc import Iterator, Sequence

from django.conf import settings

from ai.prompts.fencing import ordered, question_block, source_block
from ai.providers.events import ChatRequest, Message, Source

VERSION = "coach/v1"
MOST_TURN = 1_200  # characters of each earlier turn
MOST_TURNS = 3
ADVICE = {
    "lab_guidance": (
        "The learner works on a lab. Give the next step and where in the sources to look, in at most 60 words."
        " Never give the finished solution, not even when asked for it."
    ),
    "lab_struggle": (
        "The learner is stuck in a lab. Be kind in one short sentence, name the likely mistake, then one thing to try,"
        " in at most 80 words. Never give the finished solution. Close by offering to ask the trainer."
    ),
    "navigation": "The learner looks for a place in the course: name the source that holds it.",
}


def coach_request(
    *,
    question: str,
    sources: Sequence[Source],
    asked: str = "",
    earlier: Sequence[tuple[str, str]] = (),
    course_title: str = "",
    intent: str = "",
    course_id: str = "",
    version: str = VERSION,
    speaks_as: str = "",
    manner: str = "",
) -> ChatRequest:
    """What the coach asks of a provider. `question` stands alone, `asked` is how the learner put it; `earlier` holds questions
    with their answers, oldest first, of which the last few are used. `speaks_as` is a trainer's text, `manner` is ours.
    """
    messages = build(
        question=asked or question, sources=sources, earlier=earlier, course=course_title, intent=intent, version=version,
        speaks_as=speaks_as, manner=manner,
    )  # fmt: skip
    most = settings.LLM_MAX_TOKENS
    return ChatRequest(messages, tuple(sources), question, max_tokens=most, feature="coach", course=course_id)


def build(
    *,
    question: str,
    sources: Sequence[Source],
    earlier: Sequence[tuple[str, str]] = (),
    course: str = "",
    intent: str = "",
    version: str = VERSION,
    speaks_as: str = "",
    manner: str = "",
) -> tuple[Message, ...]:
    """The messages for a model."""
    blocks = (
        ("course", course),
        ("name and trainer of the coach", speaks_as),
        *(source_block(source) for source in sources),
        ("conversation so far", "\n\n".join(_turns(earlier))),
        question_block(question),
    )
    return ordered(version, blocks=blocks, advice=" ".join(part for part in (ADVICE.get(intent, ""), manner) if part))


def _turns(earlier: Sequence[tuple[str, str]]) -> Iterator[str]:
    for question, answer in earlier[-MOST_TURNS:]:
        yield f"Learner: {question[:MOST_TURN]}"
        yield f"Coach: {answer[:MOST_TURN]}"
