"""Which questions of a transcript the course does not answer well, found with the search and the confidence that learners get.

A question ends with its mark, or begins as one and was written down without; it needs two words of meaning, or nobody could
look for it. Refuses to speak for the learner: it quotes, with the time, and names what the course says nearest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any
from uuid import UUID

import numpy as np

from ai.providers.words import stems
from learning import retrieval
from learning.confidence import confidence
from learning.retrieval import Passage
from learning.transcripts.cues import Said

VERSION = "questions/v1"
MOST_ASKED = 60  # questions looked up
MOST_SHOWN = 15
LONGEST = 600  # characters of a question or a reply
SENTENCES_OF_REPLY = 6
FEWEST_WORDS = 2  # of meaning
LOOKED_AT = 8  # passages
BEGINS = re.compile(
    r"^(?:(?:and|so|but|okay|ok|sorry|well),? )*(?:how|why|what|when|where|which|who|can|could|do|does|did|is|are)\b", re.I
)
IS_QUESTION = re.compile(r"\?[\"'”’)\]]*$")


@dataclass(frozen=True, slots=True, eq=False)
class Wondered:
    """A question as it was said, what was said in reply, and how sure the course is of an answer."""

    said: Said
    reply: str
    confidence: float
    passages: tuple[Passage, ...]

    def as_dict(self) -> dict[str, Any]:
        nearest = self.passages[0] if self.passages else None
        return {
            "question": self.said.text[:LONGEST],
            "speaker": self.said.speaker,
            "at": self.said.at,
            "cue": self.said.cue,
            "reply": self.reply,
            "confidence": round(self.confidence, 4),
            "nearest": place_of(nearest) if nearest else None,
        }


def questions(sentences: Sequence[Said]) -> list[int]:
    """Where questions stand that could be looked up; each once."""
    found: dict[frozenset[str], int] = {}
    for number, one in enumerate(sentences):
        meaning = frozenset(stems(one.text))
        if len(meaning) >= FEWEST_WORDS and _asks(one.text):
            found.setdefault(meaning, number)
    return list(found.values())[:MOST_ASKED]


def wondered(
    sentences: Sequence[Said], numbers: Sequence[int], *, course_id: UUID, vectors: "np.ndarray | None", model: str
) -> list[Wondered]:
    """Each of the questions, looked up in the course. Needs the door open; `vectors` are rows of length 1, if there are any."""
    return [
        _one(sentences, number, course_id, None if vectors is None else vectors[row], model) for row, number in enumerate(numbers)
    ]


def place_of(passage: Passage) -> dict[str, Any]:
    """A passage's place as rows keep it."""
    return {
        "chapter_id": passage.chapter_id,
        "lab_id": passage.lab_id,
        "title": passage.title,
        "day": passage.day,
        "heading_path": list(passage.heading_path),
        "anchor": passage.anchor,
    }


def _one(sentences: Sequence[Said], number: int, course_id: UUID, vector: "np.ndarray | None", model: str) -> Wondered:
    text = sentences[number].text[:LONGEST]
    found = retrieval.search(course_id=course_id, question=text, embedding=vector, limit=LOOKED_AT, model=model or None)
    return Wondered(sentences[number], _reply(sentences, number), confidence(text, found), tuple(found))


def _asks(text: str) -> bool:
    return bool(IS_QUESTION.search(text) or (BEGINS.match(text) and text[-1:] not in ".!:"))


def _reply(sentences: Sequence[Said], number: int) -> str:
    """What somebody else said next, until another one speaks or another question is asked; whole sentences of it."""
    asker = sentences[number].speaker
    following = sentences[number + 1 : number + 1 + SENTENCES_OF_REPLY]
    speaker = following[0].speaker if following else ""
    if not asker or not speaker or speaker == asker:
        return ""
    texts = [one.text for one in takewhile(lambda one: one.speaker == speaker and not _asks(one.text), following)]
    while sum(map(len, texts)) > LONGEST:
        texts.pop()
    return " ".join(texts)
