"""Courses with a hand-made index: the texts and vectors are given, so that every score can be worked out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from accounts.door import SYSTEM, acting_as
from courses.models import Chapter, Course
from learning import lexical
from learning.models import ContentChunk

DIMENSIONS = 384


@dataclass(frozen=True)
class Text:
    """A passage to index. `page` is its chapter; its vector is the `vector` given, or goes along `axis`, or there is none."""

    content: str
    page: str = "page"
    title: str = "Page"
    axis: int | None = None
    section: str = ""
    headings: tuple[str, ...] = field(default=())
    vector: np.ndarray | None = None

    def embedding(self) -> np.ndarray | None:
        return towards(self.axis) if self.axis is not None else self.vector


def towards(*axes: int, dimensions: int = DIMENSIONS) -> np.ndarray:
    """A vector of length 1 between the axes, the earlier ones nearer."""
    vector = np.zeros(dimensions, np.float32)
    for place, axis in enumerate(axes):
        vector[axis] = 1 / (place + 1)
    return vector / np.linalg.norm(vector)


def index(course: Course, texts: Sequence[Text], *, generation: int = 1, live: bool = True) -> None:
    """Write a generation of the course and, unless told otherwise, let readers use it."""
    with acting_as(SYSTEM):
        for text in texts:
            named = {"title": text.title, "section": text.section}
            Chapter.objects.get_or_create(course=course, chapter_id=text.page, defaults=named)
        ContentChunk.objects.bulk_create(_chunk(course, text, generation, place) for place, text in enumerate(texts))
        lexical.index_chunks(course.pk, generation)
        if live:
            Course.objects.filter(pk=course.pk).update(index_generation=generation)


def _chunk(course: Course, text: Text, generation: int, place: int) -> ContentChunk:
    embedding = text.embedding()
    return ContentChunk(
        course=course, generation=generation, position=place, chapter_id=text.page, chapter_title=text.title, title=text.title,
        heading_path=list(text.headings or (text.title,)), content=text.content, content_type="chapter", token_count=10,
        content_hash=f"{generation}-{place}", embedding=embedding, embedding_model="" if embedding is None else "hand-made",
    )  # fmt: skip
