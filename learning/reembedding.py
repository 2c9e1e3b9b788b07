"""Gives what was learnt the vectors of the present model: verified answers, the queue, remembered turns and transcripts.

For a change of the model; the courses themselves are embedded anew by a full update of their index. A row is renewed for
itself, so that a run that is killed goes on where it stopped, and two may run beside each other. No connection is held while a
model works. A row whose text changed meanwhile is left to the next run. Refuses to touch what waits for its first vector: that
is completed elsewhere, with its neighbours.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.models import F, Func, IntegerField, Model, Q, QuerySet

from ai.embedding import Embedder
from learning.digesting import EMBEDDED
from learning.functions import HNSW, vector_index
from learning.models import ConversationMemory, Knowledge, LearningItem, VoiceTranscript
from learning.updates import short_step

AT_ONCE = 32  # rows: the work that a killed run loses
Progress = Callable[[float | None], object]  # is told rows; what tqdm's bar takes
INDEX_OF = (
    "SELECT pg_get_indexdef(c.oid) FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid"
    " WHERE c.relname = %s AND i.indisvalid AND pg_table_is_visible(c.oid)"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """Rows with vectors: which columns their vectors speak for, by the column of the vector."""

    name: str
    model: type[Model]
    texts: dict[str, tuple[str, ...]]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(column for columns in self.texts.values() for column in columns))


KINDS = (
    Kind("knowledge", Knowledge, {"embedding": ("question", "content"), "question_embedding": ("question",)}),
    Kind("queue", LearningItem, {"embedding": ("question", "proposed_content"), "question_embedding": ("question",)}),
    Kind("transcripts", VoiceTranscript, {"embedding": ("title", "processed_summary")}),
    Kind("turns", ConversationMemory, {"embedding": ("metadata__question", "summary")}),
)


def stale(kind: Kind, embedder: Embedder) -> "QuerySet[Any]":
    """Rows whose vectors are not of this model, or not of its length. Needs the system's door."""
    dimensions = Func(F("embedding"), function="vector_dims", output_field=IntegerField())
    rows: QuerySet[Any] = kind.model._default_manager.annotate(dimensions=dimensions)
    other = ~Q(embedding_model=embedder.name) | ~Q(dimensions=embedder.dimensions)
    if kind.model is VoiceTranscript:
        return rows.filter(Q(embedding=None) | other, state=VoiceTranscript.State.READY)
    return rows.filter(other, embedding__isnull=False)


def count(kind: Kind, embedder: Embedder) -> int:
    with short_step():
        return stale(kind, embedder).count()


def reembed(kind: Kind, embedder: Embedder, *, progress: Progress) -> int:
    """Renew all rows of a kind; how many. Raises EmbeddingUnavailable; what was renewed by then stays."""
    renewed = 0
    for rows in _batches(kind, embedder):
        texts = [_text(row, columns) for row in rows for columns in kind.texts.values()]
        vectors = embedder.embed(texts)
        with short_step():
            for number, row in enumerate(rows):
                own = vectors[number * len(kind.texts) : (number + 1) * len(kind.texts)]
                renewed += _save(kind, row, dict(zip(kind.texts, own, strict=True)), embedder.name)
        progress(len(rows))
    return renewed


def try_those_given_up(kind: Kind) -> None:
    """Let the worker try once more what had no model to be embedded with, three times."""
    if kind.model in {LearningItem, ConversationMemory}:
        with short_step():
            kind.model._default_manager.filter(embedding=None).update(embedding_tries=0)


def fit_indexes(dimensions: int) -> list[str]:
    """Make the vector indexes anew that are of another dimension; their names. Works through the owner role."""
    return [name for name in HNSW if _fit(name, dimensions)]


def _fit(name: str, dimensions: int) -> bool:
    with connections["owner"].cursor() as cursor:
        cursor.execute(INDEX_OF, [name])
        row = cursor.fetchone()
        if row and f"vector({dimensions})" in row[0]:
            return False
        beside = f"{name}_new"
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {beside}")  # a killed build leaves an invalid one
        cursor.execute(vector_index(name, dimensions, beside=beside))
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        cursor.execute(f"ALTER INDEX {beside} RENAME TO {name}")
    return True


def _batches(kind: Kind, embedder: Embedder) -> Iterator[list[dict[str, Any]]]:
    last: UUID | None = None
    while True:
        with short_step():
            rows = stale(kind, embedder).order_by("pk")
            found = list((rows.filter(pk__gt=last) if last else rows).values("pk", *kind.columns)[:AT_ONCE])
        if not found:
            return
        last = found[-1]["pk"]
        yield found


def _text(row: dict[str, Any], columns: tuple[str, ...]) -> str:
    """As it was embedded before: a turn by its question, else its summary."""
    parts = [str(row[column]) for column in columns if row[column]]
    return "\n".join(parts[:1] if "metadata__question" in columns else parts)[:EMBEDDED]


def _save(kind: Kind, row: dict[str, Any], vectors: dict[str, Any], model: str) -> int:
    unchanged = {f"{column}__isnull": True for column in kind.columns if row[column] is None}
    unchanged |= {column: row[column] for column in kind.columns if row[column] is not None}
    return kind.model._default_manager.filter(pk=row["pk"], **unchanged).update(**vectors, embedding_model=model)
