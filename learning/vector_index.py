"""Vector indexes of single large courses, built beside the readers and never instead of their filter.

An exact scan has perfect recall and is fast up to some 20,000 passages. Above, a course gets a partial index of its own: one
that courses share loses rows under a course's filter. It holds all generations of its course in the current model's
dimension, so a rebuilt course needs no new one; the search filters the live generation while it walks. Works through the
owner role, because the app role may not make indexes. Refuses to leave a half-built index behind.
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db import connections
from psycopg import sql

TABLE = "ai_coach_content_chunks"
BASE = "idx_ai_coach_chunks_embedding"
EXACT_UP_TO = 20_000  # passages of a live generation
KINDS = ("exact", "hnsw", "ivfflat")
HNSW = {"m": 16, "ef_construction": 128}
# Lists for the number of passages: fewer than the first figure get between these two, evenly spread.
LIST_RULE = ((0, 10_000, 10, 50), (10_000, 100_000, 50, 100), (100_000, 1_000_000, 100, 200))


@dataclass(frozen=True, slots=True)
class State:
    """How a course is searched: `kind`, with the name of its index and the lists of an IVFFlat one."""

    course_id: UUID
    kind: str
    passages: int
    name: str | None = None
    lists: int | None = None
    size: int = 0  # bytes


def fitting_kind(passages: int) -> str:
    """Exact search as long as it is quick; then HNSW, whose recall does not depend on when it was built."""
    return "exact" if passages <= EXACT_UP_TO else "hnsw"


def fitting_lists(passages: int) -> int:
    """IVFFlat's lists by the size of the course: 10 to 50 below 10,000 passages, 50 to 100 up to 100,000, 100 to 200 above."""
    for low, high, fewest, most in LIST_RULE:
        if passages < high:
            return fewest + round((most - fewest) * (passages - low) / (high - low))
    return LIST_RULE[-1][-1]


def index_name(course_id: UUID) -> str:
    """One index for a course, whatever its kind; short enough for PostgreSQL and the same at each call."""
    return f"{BASE}_{hashlib.sha256(course_id.bytes).hexdigest()[:12]}"


def build(course_id: UUID, kind: str, *, lists: int | None = None) -> State:
    """Make the course's index of this kind, or none for `exact`; an index of another kind goes when the new one is ready.

    Readers and writers go on meanwhile. Raises ValueError for an unknown kind, or a course without vectors to learn lists from.
    """
    if kind not in KINDS:
        raise ValueError(kind)
    passages = count_passages(course_id)
    if kind == "exact":
        _drop(index_name(course_id))
        return State(course_id, "exact", passages)
    if kind == "ivfflat" and not passages:
        raise ValueError("an IVFFlat index is learnt from the passages, and there are none")
    lists = lists or fitting_lists(passages)
    building = f"{index_name(course_id)}_new"
    _drop(building)  # a killed build leaves an invalid index, which would be kept up to date and never used
    _run(_create(course_id, building, kind, lists))
    _drop(index_name(course_id))
    _run(sql.SQL("ALTER INDEX {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(index_name(course_id))))
    return state(course_id)


def state(course_id: UUID) -> State:
    """What there is now; an index that was never finished counts as none."""
    name = index_name(course_id)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT am.amname, c.reloptions, pg_relation_size(c.oid) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid"
            " JOIN pg_am am ON am.oid = c.relam WHERE c.relname = %s AND i.indisvalid AND pg_table_is_visible(c.oid)",
            [name],
        )
        row = cursor.fetchone()
    passages = count_passages(course_id)
    if row is None:
        return State(course_id, "exact", passages)
    options = dict(option.split("=") for option in row[1] or [])
    return State(course_id, row[0], passages, name, int(options["lists"]) if "lists" in options else None, row[2])


def count_passages(course_id: UUID) -> int:
    """Passages of the live generation that have a vector of the current dimension."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {TABLE} k JOIN courses c ON c.id = k.course_id AND c.index_generation = k.generation"
            " WHERE k.course_id = %s AND vector_dims(k.embedding) = %s",
            [course_id, settings.EMBEDDING_DIMENSIONS],
        )
        return int(cursor.fetchone()[0])


def _create(course_id: UUID, name: str, kind: str, lists: int) -> sql.Composed:
    """The expression and the condition are word for word those of the search, or the planner would pass the index by."""
    options = HNSW if kind == "hnsw" else {"lists": lists}
    return sql.SQL(
        "CREATE INDEX CONCURRENTLY {name} ON {table} USING {kind} ((embedding::vector({dimensions})) vector_cosine_ops)"
        " WITH ({options}) WHERE course_id = {course} AND vector_dims(embedding) = {dimensions}"
    ).format(
        name=sql.Identifier(name),
        table=sql.Identifier(TABLE),
        kind=sql.SQL("hnsw" if kind == "hnsw" else "ivfflat"),
        dimensions=sql.Literal(settings.EMBEDDING_DIMENSIONS),
        options=sql.SQL(", ").join(sql.SQL("{} = {}").format(sql.Identifier(k), sql.Literal(v)) for k, v in options.items()),
        course=sql.Literal(str(course_id)),
    )


def _drop(name: str) -> None:
    _run(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(sql.Identifier(name)))


def _run(statement: sql.Composed) -> None:
    """Outside any transaction, as CONCURRENTLY wants it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
