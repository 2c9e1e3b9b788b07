"""The measuring half of `benchmarks.retrieval`: runs in a process whose settings point at the scratch database."""

import functools
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, connections  # noqa: E402 (after setup)
from pgvector import Vector  # noqa: E402
from pgvector.psycopg import register_vector  # noqa: E402
from psycopg.types.json import Jsonb  # noqa: E402

from accounts.door import SYSTEM, acting_as  # noqa: E402
from accounts.models import User  # noqa: E402
from ai.embedding import default_embedder  # noqa: E402
from courses.models import Chapter, Course, Enrolment  # noqa: E402
from learning import lexical, retrieval  # noqa: E402

CHUNKS, PER_CHAPTER, DIMENSIONS = 5_000, 5, 384
WORDS, FILLER = 120, 40  # of a passage in the searched course, and in the others
VOCABULARY, STOP = 20_000, 50  # words there are; the most frequent ones, which no question holds
QUESTIONS, QUESTION_WORDS, K = 300, 8, 10
MOST = {"p50": 8.0, "p95": 20.0, "ratio": 1.5, "embedding p50": 5.0}  # ms, and times the bare statement
COPY = """
COPY ai_coach_content_chunks (course_id, chapter_id, chapter_title, title, content, content_type, token_count, embedding,
     content_hash, generation, position, day, content_version, chunker_version, heading_path, anchor, embedding_model)
FROM STDIN (FORMAT BINARY)
"""
TYPES = ("uuid", "varchar", "varchar", "varchar", "text", "varchar", "int4", "vector",
         "varchar", "int4", "int4", "int4", "int4", "int4", "jsonb", "text", "varchar")  # fmt: skip

Vectors = np.ndarray
random = np.random.default_rng(7)


def main(courses: int) -> int:
    words = np.array(["".join(random.choice(list("bcdfghjklmnprstvwz"), size)) for size in random.integers(4, 11, VOCABULARY)])
    share = 1 / np.arange(1, VOCABULARY + 1)
    made, vectors = _fill(courses, words, share / share.sum())
    questions = _questions(words, share)
    learner = _learner(made[-1])
    _show("table", f"{courses * CHUNKS:,} passages, searched course {CHUNKS:,}, {_size()}")
    failed = _measure(learner, made[-1], vectors, questions)
    failed += _embedding()
    print("FAILED: " + ", ".join(failed) if failed else "all within bounds")
    return 1 if failed else 0


def _measure(learner: User, course: Course, vectors: Vectors, questions: Sequence[tuple[str, Vectors]]) -> list[str]:
    """The same statements behind the door and without policies, question by question in turn, so that noise meets both."""
    behind: list[float] = []
    bare: list[float] = []
    with acting_as(learner), connections["owner"].cursor() as owner, connection.cursor() as app:
        started = _server_cpu(app)
        for number, (question, embedding) in enumerate(questions):
            sql, values = retrieval.statement(course_id=course.pk, question=question, embedding=embedding)
            pair = [_timed(functools.partial(cursor.execute, sql, values)) for cursor in (owner, app)]
            if number >= 20:  # the first ones fill the caches
                bare.append(pair[0])
                behind.append(pair[1])
        cpu = (_server_cpu(app) - started) / len(questions)
        recall = [_recall(course.pk, vectors, embedding) for _question, embedding in questions]
    ratio = float(np.median(behind) / np.median(bare))
    p50, p95 = np.percentile(behind, 50), np.percentile(behind, 95)
    _show("bare SQL", f"p50 {np.percentile(bare, 50):6.2f}  p95 {np.percentile(bare, 95):6.2f} ms")
    _show("behind the door", f"p50 {p50:6.2f}  p95 {p95:6.2f} ms  (at most {MOST['p50']:.0f} and {MOST['p95']:.0f})")
    _show("server's CPU", f"    {cpu:6.2f} ms for each search; far below p50 means that the machine was busy elsewhere")
    _show("policies cost", f"{ratio:.2f} times the bare statement  (at most {MOST['ratio']})")
    _show(f"recall@{K}", f"{np.mean(recall):.4f} against an exact scan  (exactly 1)")
    checks = {"p50": p50 <= MOST["p50"], "p95": p95 <= MOST["p95"], "ratio": ratio <= MOST["ratio"], "recall": min(recall) == 1}
    return [name for name, passed in checks.items() if not passed]


def _server_cpu(cursor: Any) -> float:
    """Milliseconds that the connection's server process has had so far; NaN where the system does not tell."""
    cursor.execute("SELECT pg_backend_pid()")
    try:
        return int(Path(f"/proc/{cursor.fetchone()[0]}/schedstat").read_text().split()[0]) / 1e6
    except OSError:
        return float("nan")


def _recall(course_id: UUID, vectors: Vectors, embedding: Vectors) -> float:
    found = retrieval.search(course_id=course_id, question="", embedding=embedding, limit=K)
    best = np.sort(vectors @ embedding)[-K:]
    return float(np.mean([passage.dense is not None and passage.dense >= best[0] - 1e-6 for passage in found])) * len(found) / K


def _embedding() -> list[str]:
    embedder = default_embedder()
    embedder.embed(["warm up"])
    asked = [f"why does step {number} of my build fail with an error that I do not understand" for number in range(100)]
    times = [_timed(lambda text=text: embedder.embed([text])) for text in asked]
    p50 = float(np.median(times))
    _show("query embedding", f"p50 {p50:6.2f}  p95 {np.percentile(times, 95):6.2f} ms  (at most {MOST['embedding p50']:.0f})")
    return [] if p50 <= MOST["embedding p50"] else ["embedding"]


def _fill(courses: int, words: Vectors, share: Vectors) -> tuple[list[Course], Vectors]:
    """The courses, and the vectors of the last one, which is searched."""
    made = []
    for number in range(courses):
        vectors = random.standard_normal((CHUNKS, DIMENSIONS)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        size = WORDS if number == courses - 1 else FILLER
        texts = words[random.choice(len(words), (CHUNKS, size), p=share)]
        with acting_as(SYSTEM):
            course = Course.objects.create(slug=f"course-{number}", title=f"Course {number}", index_generation=1)
            Chapter.objects.bulk_create(_chapter(course, each) for each in range(CHUNKS // PER_CHAPTER))
        _copy(course.pk, texts, vectors)
        made.append(course)
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")
    with acting_as(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")
        took = [_timed(lambda course=course: lexical.index_chunks(course.pk, 1)) for course in made]
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    _show("weighing the words", f"{took[-1]:6.0f} ms for {CHUNKS:,} passages")
    return made, vectors


def _chapter(course: Course, number: int) -> Chapter:
    return Chapter(course=course, chapter_id=f"chapter-{number}", title=f"Chapter {number}", position=number)


def _copy(course_id: UUID, texts: Vectors, vectors: Vectors) -> None:
    owner = connections["owner"]
    owner.ensure_connection()
    raw = owner.connection
    register_vector(raw)
    with raw.cursor() as cursor, cursor.copy(COPY) as copy:
        copy.set_types(TYPES)
        for number, (text, vector) in enumerate(zip(texts, vectors, strict=True)):
            chapter, title = f"chapter-{number // PER_CHAPTER}", f"Chapter {number // PER_CHAPTER}"
            copy.write_row((
                course_id, chapter, title, title, " ".join(text), "chapter", 200, Vector(vector), str(number),
                1, number, 1, 1, 1, Jsonb([title, " ".join(text[:3])]), "", "benchmark",
            ))  # fmt: skip


def _questions(words: Vectors, share: Vectors) -> list[tuple[str, Vectors]]:
    rare = share[STOP:] / share[STOP:].sum()
    texts = words[STOP:][random.choice(len(words) - STOP, (QUESTIONS, QUESTION_WORDS), p=rare)]
    vectors = random.standard_normal((QUESTIONS, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return [(" ".join(text), vector) for text, vector in zip(texts, vectors, strict=True)]


def _learner(course: Course) -> User:
    with acting_as(SYSTEM):
        learner = User.objects.create_user("ada@example.com", None, name="Ada")
        Enrolment.objects.create(learner=learner, course=course)
    return learner


def _size() -> str:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT pg_size_pretty(pg_total_relation_size('ai_coach_content_chunks')),"
            " pg_size_pretty(pg_total_relation_size('ai_coach_lexical_impacts'))"
        )
        chunks, impacts = cursor.fetchone()
    return f"{chunks} of passages, {impacts} of weighed words"


def _timed(deed: Callable[[], Any]) -> float:
    since = time.perf_counter()
    deed()
    return (time.perf_counter() - since) * 1000


def _show(name: str, text: str) -> None:
    print(f"{name:<20}{text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
