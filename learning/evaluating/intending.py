"""How well the kind of help that a question asks for is told."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np

from ai.embedding import default_embedder
from learning.confidence import confidence, standing_out
from learning.intents.head import shipped
from learning.intents.signs import INTENTS, OFF_TOPIC
from learning.intents.telling import Told, judged, tell
from learning.intents.training import Example, apart
from learning.retrieval import search
from learning.searching import QuestionVector


def told_apart(read: Sequence[Example], vectors: "np.ndarray") -> list[Told]:
    """Each by a head that has seen nothing of its author; what is off-topic by its sound alone."""
    rows = apart(read, vectors, default_embedder().name)
    return [judged(row, is_far=None, in_lab=each.in_lab) for each, row in zip(read, rows, strict=True)]


def told_in(course_id: UUID, read: Sequence[Example], vectors: "np.ndarray") -> list[Told]:
    """As the product tells it in this course, behind the caller's door."""
    model = default_embedder().name
    told = []
    for each, vector in zip(read, vectors, strict=True):
        passages = search(course_id=course_id, question=each.text, embedding=vector)
        sure = confidence(each.text, passages)
        asked = QuestionVector(vector, model)
        told.append(tell(each.text, vector=asked, relevance=sure, ahead=standing_out(passages), in_lab=each.in_lab))
    return told


def told_by_sound(read: Sequence[Example], vectors: "np.ndarray") -> list[Told]:
    """By the head of the product, without a course."""
    rows = shipped().probabilities([each.text for each in read], vectors)
    return [judged(row, is_far=None, in_lab=each.in_lab) for each, row in zip(read, rows, strict=True)]


def measure(read: Sequence[Example], told: Sequence[Told]) -> dict[str, Any]:
    """Accuracy, the mean F1 of the intents that occur, each one's F1, each author's macro F1, and what off-topic costs."""
    seen = Counter((each.intent, got.intent) for each, got in zip(read, told, strict=True))
    authors = sorted({each.author for each in read})
    return {
        "accuracy": round(sum(count for (was, got), count in seen.items() if was == got) / len(read), 4),
        "macro_f1": round(_macro(seen), 4),
        "f1": {name: round(_f1(seen, name), 4) for name in INTENTS if _occurs(seen, name)},
        "unsure": round(sum(not each.is_sure for each in told) / len(told), 4),
        "off_topic_recall": _share(seen, was_off=True),
        "false_refusals": _share(seen, was_off=False),
        "by_author": {author: round(_macro(_of(author, read, told)), 4) for author in authors if author},
        **{f"said of {was}": {got: seen[was, got] for got in INTENTS if seen[was, got]} for was in INTENTS},
    }


def _of(author: str, read: Sequence[Example], told: Sequence[Told]) -> Counter[tuple[str, str]]:
    return Counter((each.intent, got.intent) for each, got in zip(read, told, strict=True) if each.author == author)


def _occurs(seen: Counter[tuple[str, str]], name: str) -> bool:
    return any(count for (was, _got), count in seen.items() if was == name)


def _macro(seen: Counter[tuple[str, str]]) -> float:
    scores = [_f1(seen, name) for name in INTENTS if _occurs(seen, name)]
    return sum(scores) / len(scores)


def _f1(seen: Counter[tuple[str, str]], name: str) -> float:
    told = sum(count for (_was, got), count in seen.items() if got == name)
    wanted = sum(count for (was, _got), count in seen.items() if was == name)
    return 2 * seen[name, name] / (told + wanted) if told + wanted else 0.0


def _share(seen: Counter[tuple[str, str]], *, was_off: bool) -> float | None:
    """Of the questions that are off-topic, or of those that are not: the share that is told off-topic."""
    asked = sum(count for (was, _got), count in seen.items() if (was == OFF_TOPIC) == was_off)
    refused = sum(count for (was, got), count in seen.items() if (was == OFF_TOPIC) == was_off and got == OFF_TOPIC)
    return round(refused / asked, 4) if asked else None
