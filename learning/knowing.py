"""Looking things up in what trainers have verified: by meaning, and by words while no model can be reached.

Behind the door of somebody who runs the course. Refuses nothing: without a likeness the words have to do.
"""

from dataclasses import dataclass

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Least
from pgvector.django import CosineDistance

from courses.models import Course
from learning.models import Knowledge
from learning.searching import QuestionVector


@dataclass(frozen=True, slots=True)
class Known:
    """A verified answer, and how near it is: a cosine, None when only words were compared."""

    entry: Knowledge
    similarity: float | None


def light() -> QuerySet[Knowledge]:
    """Verified answers with their course and without their vectors."""
    return Knowledge.objects.select_related("course").defer("embedding", "question_embedding", "question_words")


def containing(rows: QuerySet[Knowledge], words: str) -> QuerySet[Knowledge]:
    return rows.filter(Q(content__icontains=words) | Q(question__icontains=words))


def nearest(course: Course, words: str, vector: QuestionVector | None, *, limit: int) -> list[Known]:
    """What is live and near the words, the nearest first."""
    rows = light().filter(course=course, is_live=True)
    if vector is None:
        return [Known(entry, None) for entry in containing(rows, words).order_by("-pk")[:limit]]
    values = vector.values
    distance = Least(CosineDistance("question_embedding", values), CosineDistance("embedding", values))
    near = rows.filter(embedding_model=vector.model).annotate(distance=distance).order_by(F("distance").asc(nulls_last=True))
    return [Known(entry, None if entry.distance is None else 1 - entry.distance) for entry in near[:limit]]
