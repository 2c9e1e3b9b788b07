"""What a model reports of a transcript, believed only where it can be checked.

Summary and sentiment are the model's judgement, of a known shape and length; people and terms must stand in the transcript.
Anything else is no report, and the caller reads the transcript without a model.
"""

from dataclasses import dataclass
from typing import Any

from ai.json_said import json_said
from ai.prompts.transcribed import transcript_request
from ai.providers.completing import complete
from ai.providers.events import Attempt
from learning.transcripts.files import clean
from learning.transcripts.naming import MOST_PEOPLE, MOST_TERMS, found_in

SENTIMENTS = frozenset({"positive", "neutral", "negative", "mixed"})
LONGEST_SUMMARY, LONGEST_REASON, LONGEST_NAME = 2_000, 400, 80  # characters


@dataclass(frozen=True, slots=True)
class Report:
    summary: str
    sentiment: str
    reason: str
    people: tuple[str, ...]
    terms: tuple[str, ...]
    model: str


def report_on(transcript: str, *, course: str, attempts: list[Attempt]) -> Report | None:
    """The model's report; None without a model, and when it cannot be believed. Speaks over the network."""
    answer = complete(transcript_request(transcript=transcript, course=course), attempts=attempts)
    return validated(answer[0], transcript, answer[1]) if answer else None


def validated(answer: str, transcript: str, model: str) -> Report | None:
    """The report in a model's answer, or None."""
    try:
        found = json_said(answer)
        summary, reason = _words(found["summary"], LONGEST_SUMMARY), _words(found.get("reason", ""), LONGEST_REASON)
        people, terms = _names(found.get("people", [])), _names(found.get("terms", []))
        sentiment = found["sentiment"]
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    if not summary or not isinstance(sentiment, str) or sentiment not in SENTIMENTS:
        return None
    kept_people, kept_terms = found_in(people, transcript)[:MOST_PEOPLE], found_in(terms, transcript)[:MOST_TERMS]
    return Report(summary, sentiment, reason, tuple(kept_people), tuple(kept_terms), model)


def _words(value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value))
    return clean(value)[:longest]


def _names(values: Any) -> list[str]:
    if not isinstance(values, list) or len(values) > 200:
        raise TypeError(type(values))
    return [_words(value, LONGEST_NAME) for value in values]
