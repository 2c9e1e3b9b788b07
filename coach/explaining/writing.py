"""An explanation by a model, believed only where it can be checked: each paragraph names a passage that was sent, and the answer
to the check question is a sentence of the course, word for word. Refuses everything else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ai.citations import clean
from ai.json_said import json_said
from ai.prompts.explaining import VERSION, explain_request
from ai.providers.completing import complete
from ai.providers.events import Attempt, Source
from coach.explanation_models import Level
from coach.sessions.steps import Step

__all__ = ["VERSION", "Written", "validated", "write"]

PATIENCE = 15.0  # seconds for a model; then the course's own sentences
MOST_WORDS, MOST_CHARACTERS = 380, 4_000
UNCITED = 12  # words that a paragraph may have without naming its source: what announces a list
SHORTEST_QUOTE, LONGEST_QUOTE = 4, 70  # words
LONGEST_QUESTION = 400  # characters
CODE = re.compile(r"^(`{3,}|~{3,})[^\n]*\n.*?^\1", re.MULTILINE | re.DOTALL)
CITED = re.compile(r"\[\d{1,3}\]")


@dataclass(frozen=True, slots=True)
class Written:
    """`step` is None when the model's question cannot be trusted."""

    text: str
    step: Step | None
    model: str = ""


def write(
    *, point: str, level: Level, course: str, course_id: str, sources: Sequence[Source], attempts: list[Attempt]
) -> Written | None:
    """None without a model, and when what it says does not hold. Call it without a connection, a transaction or a loop."""
    request = explain_request(point=point, level=level.value, course=course, sources=sources, course_id=course_id)
    answer = complete(request, attempts=attempts, within=PATIENCE)
    written = validated(answer[0], sources) if answer else None
    return Written(written.text, written.step, answer[1]) if answer and written else None


def validated(answer: str, sources: Sequence[Source]) -> Written | None:
    try:
        found = json_said(answer)
        said = found["explanation"]
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(said, str) or not said.strip() or "\x00" in said:
        return None
    text, used = clean(said.strip(), {source.number for source in sources})
    is_fit = used and len(text) <= MOST_CHARACTERS and len(text.split()) <= MOST_WORDS and _is_cited(text)
    return Written(text, _step(found.get("check"), sources)) if is_fit else None


def _is_cited(text: str) -> bool:
    """Whether each paragraph that says something says where it stands."""
    paragraphs = re.split(r"\n\s*\n", CODE.sub("", text))
    return all(CITED.search(each) or len(each.split()) <= UNCITED for each in paragraphs)


def _step(check: Any, sources: Sequence[Source]) -> Step | None:
    try:
        question, quote = str(check["question"]).strip(), " ".join(str(check["quote"]).split())
        source = next(source for source in sources if source.number == check["source"])
    except (TypeError, KeyError, StopIteration):
        return None
    is_question = question.endswith("?") and question.count("?") == 1 and len(question) <= LONGEST_QUESTION
    is_quote = SHORTEST_QUOTE <= len(quote.split()) <= LONGEST_QUOTE and quote in " ".join(source.text.split())
    if not is_question or not is_quote or "\x00" in question:
        return None
    return Step("model", question, quote, quote, source.number)
