"""Brings a course's index up to date: cut, embed what changed, write a new generation, switch to it in one transaction.

Readers see the old generation until the switch and the new one after it, never half of either. A run may be killed at any
point: what it wrote stays, and the next delivery goes on from there. No transaction and no connection is held while texts are
embedded. Without a model the index is built for words alone, and the update says so.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from ai.embedding import Embedder, EmbeddingUnavailable, Vectors, default_embedder
from learning import chunk_rows, updates
from learning.generations import differs, forget_generations_before, switch, weigh_words
from learning.models import ContentUpdate
from learning.pages_to_index import Row, pages_of, rows_of
from learning.undoing import recheck
from learning.updates import Claim, LeaseLost, request_update, retry_update, short_step

__all__ = ["complete_update", "request_update", "retry_update", "run_update"]

EMBEDDED_AT_ONCE = 64  # rows: the work that a killed run loses
COPIED_AT_ONCE = 500  # rows of one short transaction
ROWS_BETWEEN_BEATS = 500  # while cutting
POLL_SECONDS = 0.5

Progress = Callable[[int, int], None]

log = logging.getLogger("aicoach.indexing")


@dataclass(slots=True)
class Build:
    """A generation in the making, and how far it is. Without an embedder it is made for words alone; `note` says why."""

    held: Claim
    embedder: Embedder | None
    progress: Progress
    note: str = ""
    total: int = 0
    done: int = 0

    @property
    def model(self) -> str:
        return self.embedder.name if self.embedder else ""

    def advance(self, rows: int, *, embedded: int = 0) -> None:
        """Count rows, keep the lease and save the figures, in the caller's transaction. Raises LeaseLost."""
        self.done += rows
        updates.keep(
            self.held,
            chunks_updated=self.done,
            chunks_total=self.total,
            chunks_embedded=F("chunks_embedded") + embedded,  # of all deliveries
        )


def complete_update(update_id: UUID, *, progress: Progress | None = None, embedder: Embedder | None = None) -> ContentUpdate:
    """Run the update here, or follow the worker that has it, until it is completed or failed. For commands.

    An update of the same course whose worker is gone stands in the way and is finished first.
    """
    while not run_update(update_id, progress=progress, embedder=embedder):
        update = _update(update_id)
        if not update.is_open:
            break
        for left_behind in updates.left_behind(update.course_id):
            run_update(left_behind, progress=progress, embedder=embedder)
        if progress:
            progress(update.chunks_updated, update.chunks_total)
        time.sleep(POLL_SECONDS)
    return _update(update_id)


def run_update(update_id: UUID, *, progress: Progress | None = None, embedder: Embedder | None = None) -> bool:
    """Do the update's work if it can be claimed; True when it was completed here.

    An error is kept in the row, which waits for its next delivery; it is not raised.
    """
    held = updates.claim(update_id)
    if held is None:
        return False
    try:
        _run(held, embedder, progress or _silent)
    except LeaseLost:
        log.warning("lease_lost update=%s", update_id)
        return False
    except Exception as error:
        log.warning("update_failed update=%s delivery=%s", update_id, held.deliveries, exc_info=True)
        updates.give_back(held, error)
        return False
    except BaseException as error:  # this process is told to stop: let another go on at once
        updates.give_back(held, error)
        raise
    updates.wake_waiting(held.course_id)
    return True


def _run(held: Claim, embedder: Embedder | None, progress: Progress) -> None:
    build = _start(held, embedder, progress)
    rows = _cut(build)
    with short_step():
        if not held.is_full and not differs(held.course_id, rows, build.model):
            build.advance(len(rows))
            updates.finish(held, note=build.note)
            return
    _write(build, rows)
    with short_step():
        updates.keep(held, lease=updates.LONG_LEASE)
    with short_step():
        weigh_words(held)
    with short_step():
        switch(held, len(rows), note=build.note)
        recheck(held.course_id)
        forget_generations_before(held.course_id, held.generation - 1)


def _start(held: Claim, embedder: Embedder | None, progress: Progress) -> Build:
    """Without a model this waits for the next delivery, and goes on for words alone in the last."""
    try:
        return Build(held, embedder or default_embedder(), progress)
    except EmbeddingUnavailable as error:
        if not held.is_last:
            raise
        return Build(held, None, progress, note=str(error))


def _cut(build: Build) -> list[Row]:
    """All rows of the course, with the lease kept alive meanwhile."""
    with short_step():
        pages = pages_of(build.held.course_id)
    rows: list[Row] = []
    for row in rows_of(pages, count_tokens=build.embedder.count_tokens if build.embedder else _guessed_tokens):
        rows.append(row)
        if len(rows) % ROWS_BETWEEN_BEATS == 0:
            with short_step():
                build.advance(0)
    build.total = len(rows)
    return rows


def _write(build: Build, rows: Sequence[Row]) -> None:
    """Write what the generation lacks: rows with known vectors copied, the others embedded."""
    held = build.held
    with short_step():
        missing = chunk_rows.missing(held.course_id, held.generation, rows, build.model)
        known = set() if held.is_full else chunk_rows.known_hashes(held.course_id, build.model)
        build.advance(len(rows) - len(missing))
    build.progress(build.done, build.total)
    for part in _parts([row for row in missing if row.content_hash in known], COPIED_AT_ONCE):
        with short_step():
            chunk_rows.write_unchanged(held.course_id, held.generation, part, build.model)
            build.advance(len(part))
        build.progress(build.done, build.total)
    for part in _parts([row for row in missing if row.content_hash not in known], EMBEDDED_AT_ONCE):
        _write_new(build, part)
        build.progress(build.done, build.total)


def _write_new(build: Build, rows: Sequence[Row]) -> None:
    """Embed without a connection, then write in a short transaction."""
    held, vectors = build.held, _vectors(build, rows)
    with short_step():
        if vectors is None:
            chunk_rows.write_unembedded(held.course_id, held.generation, rows)
            build.advance(len(rows))
        else:
            chunk_rows.write_embedded(held.course_id, held.generation, rows, vectors, build.model)
            build.advance(len(rows), embedded=len(rows))


def _vectors(build: Build, rows: Sequence[Row]) -> Vectors | None:
    """None for words alone: in the last delivery, from the first time the model is away."""
    if build.embedder is None or build.note:
        return None
    try:
        return build.embedder.embed([row.text for row in rows])
    except EmbeddingUnavailable as error:
        if not build.held.is_last:
            raise
        build.note = str(error)
        return None


def _parts(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    yield from (rows[start : start + size] for start in range(0, len(rows), size))


def _update(update_id: UUID) -> ContentUpdate:
    with short_step():
        return ContentUpdate.objects.get(pk=update_id)


def _guessed_tokens(text: str) -> int:
    """An upper guess when no tokenizer is there: three bytes are rarely less than a token."""
    return -(-len(text.encode()) // 3)


def _silent(_done: int, _total: int) -> None:
    """No progress bar."""
