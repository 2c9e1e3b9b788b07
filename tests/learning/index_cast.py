"""A small course to index, and an embedder that counts what it is asked for."""

import threading
from collections.abc import Sequence
from hashlib import sha256

import numpy as np
from django.db import connection

from accounts.door import SYSTEM, acting_as
from ai.embedding import EmbeddingUnavailable, Vectors
from courses.models import Chapter, Course, Lab
from learning.models import ContentChunk, ContentUpdate


class CountingEmbedder:
    """Vectors made of the text's hash, a record of every text, and whether a connection was held meanwhile."""

    dimensions = 8
    max_tokens = 256

    def __init__(self, name: str = "counting", *, failures: int = 0) -> None:
        self.name = name
        self.texts: list[str] = []
        self.failures = failures
        self.held_connection = False
        self.pause = threading.Event()
        self.pause.set()

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.failures:
            self.failures -= 1
            raise EmbeddingUnavailable("away")
        self.pause.wait(20)
        self.held_connection |= connection.connection is not None
        self.texts += texts
        rows = [np.frombuffer(sha256(text.encode()).digest()[:8], np.uint8) for text in texts]
        vectors = np.array(rows, np.float32).reshape(-1, self.dimensions) + 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    def count_tokens(self, text: str) -> int:
        return len(text.split())


def fill(course: Course, chapters: int = 3) -> None:
    with acting_as(SYSTEM):
        for number in range(chapters):
            text = "\n\n".join(f"## Part {part}\n\n" + f"word{number}x{part} " * 200 for part in range(3))
            Chapter.objects.create(course=course, chapter_id=f"c{number}", title=f"Chapter {number}", body=text, position=number)
        Lab.objects.create(course=course, lab_id="lab", title="A lab", body="Build an image.", day=2)


def change(course: Course, chapter_id: str, text: str) -> None:
    with acting_as(SYSTEM):
        Chapter.objects.filter(course=course, chapter_id=chapter_id).update(body=text)


def live(course: Course) -> list[ContentChunk]:
    with acting_as(SYSTEM):
        course.refresh_from_db()
        return list(ContentChunk.objects.filter(course=course, generation=course.index_generation))


def state(update: ContentUpdate) -> ContentUpdate:
    with acting_as(SYSTEM):
        update.refresh_from_db()
    return update


def expire(update: ContentUpdate) -> None:
    """Let the lease be over."""
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE ai_coach_content_updates SET leased_until = now() - interval '1 second' WHERE id = %s", [update.pk]
        )
