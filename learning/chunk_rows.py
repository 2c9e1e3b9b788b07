"""Writing chunks in bulk: one INSERT for hundreds of rows, vectors in PostgreSQL's own binary form.

COPY is refused under row-level security; arrays unnested by one INSERT are as fast and keep the policies. Each function
belongs to the caller's transaction. A row that is there already stays: a build that is repeated makes nothing twice.
"""

import json
from collections.abc import Sequence
from uuid import UUID

import numpy as np
import psycopg
from django.db import connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

from ai.embedding import Vectors
from learning.models import ContentChunk
from learning.pages_to_index import CHUNKER_VERSION, Row

COLUMNS = {
    "content_type": "text",
    "chapter_id": "text",
    "chapter_title": "text",
    "lab_id": "text",
    "title": "text",
    "day": "int",
    "position": "int",
    "heading_path": "text",
    "anchor": "text",
    "content": "text",
    "token_count": "int",
    "content_hash": "text",
    "content_version": "int",
}
READ = ", ".join(f"new.{name}" + ("::jsonb" if name == "heading_path" else "") for name in COLUMNS)
ARRAYS = ", ".join(f"%s::{kind}[]" for kind in COLUMNS.values())
NAMES = ", ".join(COLUMNS)

INSERT = (
    f"INSERT INTO ai_coach_content_chunks (course_id, generation, chunker_version, {NAMES}, embedding, embedding_model) "
    f"SELECT %s, %s, %s, {READ}, {{vector}} FROM unnest({ARRAYS}{{array}}) AS new({NAMES}{{name}}) {{join}} "
    "ON CONFLICT ON CONSTRAINT ai_coach_chunks_once DO NOTHING"
)
WITH_VECTORS = INSERT.format(vector="new.vector, %s", array=", %b::vector[]", name=", vector", join="")
WITHOUT_VECTORS = INSERT.format(vector="NULL, ''", array="", name="", join="")
WITH_OLD_VECTORS = INSERT.format(
    vector="old.embedding, old.embedding_model",
    array="",
    name="",
    join="JOIN LATERAL (SELECT embedding, embedding_model FROM ai_coach_content_chunks c WHERE c.course_id = %s "
    "AND c.content_hash = new.content_hash AND c.embedding_model = %s AND c.embedding IS NOT NULL LIMIT 1) old ON true",
)


class VectorArray(bytes):
    """A vector[] in PostgreSQL's binary form."""


class VectorArrayDumper(Dumper):
    """Passes the bytes on; the cast in the statement says what they are."""

    format = Format.BINARY
    oid = 0

    def dump(self, obj: VectorArray) -> bytes:
        return obj


def write_embedded(course_id: UUID, generation: int, rows: Sequence[Row], vectors: Vectors, model: str) -> None:
    """Rows with their new vectors, in the same order."""
    with _cursor() as cursor:
        array = _binary(vectors, _vector_oid(cursor))
        _insert(cursor, WITH_VECTORS, [model, *_arrays(rows), array], course_id, generation)


def write_unembedded(course_id: UUID, generation: int, rows: Sequence[Row]) -> None:
    """Rows that only words can find."""
    with _cursor() as cursor:
        _insert(cursor, WITHOUT_VECTORS, _arrays(rows), course_id, generation)


def write_unchanged(course_id: UUID, generation: int, rows: Sequence[Row], model: str) -> None:
    """Rows whose vectors the course has already; the vectors never leave the database."""
    with _cursor() as cursor:
        _insert(cursor, WITH_OLD_VECTORS, [*_arrays(rows), course_id, model], course_id, generation)


def known_hashes(course_id: UUID, model: str) -> set[str]:
    """Hashes of the course's texts that have a vector of this model, in any generation."""
    rows = ContentChunk.objects.filter(course_id=course_id, embedding_model=model, embedding__isnull=False)
    return set(rows.order_by().values_list("content_hash", flat=True).distinct())


def missing(course_id: UUID, generation: int, rows: Sequence[Row], model: str) -> list[Row]:
    """Rows that the generation does not hold as they must be. What it holds otherwise is deleted."""
    wanted = {row.place: (row.content_hash, model) for row in rows}
    stale, good = [], set()
    held = ContentChunk.objects.filter(course_id=course_id, generation=generation).values_list(
        "pk", "content_type", "chapter_id", "lab_id", "position", "content_hash", "embedding_model"
    )
    for pk, kind, chapter, lab, position, digest, maker in held.iterator():
        place = (kind, chapter, lab, position)
        if wanted.get(place) == (digest, maker):
            good.add(place)
        else:
            stale.append(pk)
    ContentChunk.objects.filter(pk__in=stale).delete()
    return [row for row in rows if row.place not in good]


def _cursor() -> psycopg.Cursor[tuple[object, ...]]:
    """A cursor of psycopg itself on Django's connection: Django's own would write binary values as text."""
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    cursor.adapters.register_dumper(VectorArray, VectorArrayDumper)
    return cursor


def _insert(cursor: psycopg.Cursor[tuple[object, ...]], sql: str, values: list[object], *build: object) -> None:
    cursor.execute(sql, [*build, CHUNKER_VERSION, *values])


def _arrays(rows: Sequence[Row]) -> list[object]:
    """One list for each of COLUMNS."""
    values = [
        (
            row.page.content_type,
            row.page.chapter_id,
            row.page.chapter_title,
            row.page.lab_id,
            row.page.title,
            row.page.day,
            row.piece.position,
            json.dumps(row.piece.heading_path, ensure_ascii=False),
            row.piece.anchor,
            row.piece.content,
            row.piece.token_count,
            row.content_hash,
            row.page.version,
        )
        for row in rows
    ]
    return [list(column) for column in zip(*values, strict=True)]


def _vector_oid(cursor: psycopg.Cursor[tuple[object, ...]]) -> int:
    row = cursor.execute("SELECT 'vector'::regtype::oid::int").fetchone()
    return int(row[0]) if row else 0  # type: ignore[call-overload]


def _binary(vectors: Vectors, oid: int) -> VectorArray:
    """The wire form of vector[]: array header, then for each element its size, its dimensions, and big-endian floats."""
    count, dimensions = vectors.shape
    header = np.array([1, 0, oid, count, 1], ">i4")
    element = np.dtype([("size", ">i4"), ("dimensions", ">i2"), ("unused", ">i2"), ("values", ">f4", (dimensions,))])
    elements = np.zeros(count, element)
    elements["size"] = 4 + 4 * dimensions
    elements["dimensions"] = dimensions
    elements["values"] = vectors
    return VectorArray(header.tobytes() + elements.tobytes())
