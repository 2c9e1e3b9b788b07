"""The measuring half of `benchmarks.indexing`: runs in a process whose settings point at the scratch database."""

import os
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import django
import numpy as np

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connections  # noqa: E402 (after setup)

from accounts.door import SYSTEM, acting_as  # noqa: E402
from benchmarks.peers.calling import Peer, running_peer  # noqa: E402
from courses.models import Course  # noqa: E402
from learning import chunk_rows, updates  # noqa: E402
from learning.chunking import Piece  # noqa: E402
from learning.generations import switch, weigh_words  # noqa: E402
from learning.models import ContentChunk  # noqa: E402
from learning.pages_to_index import Page, Row  # noqa: E402
from learning.updates import request_update, short_step  # noqa: E402

DIMENSIONS, BATCH, WORDS, VOCABULARY = 384, 500, 60, 5_000
LEAST_RATIO = 5.0
random = np.random.default_rng(7)


def main(count: int, rounds: int, peer_python: str) -> int:
    texts, vectors = _texts(count), _vectors(count)
    ours, words, theirs = [], [], []
    with running_peer(peer_python, "pgvectorstore_peer.py") if peer_python else nullcontext() as peer:
        for number in range(rounds):
            written, weighed = _index(number, texts, vectors)
            ours.append(written)
            words.append(weighed)
            theirs += [_peer_seconds(peer, texts, vectors)] if peer else []
    _show("ours", ours, count)
    _show("ours with words", [a + b for a, b in zip(ours, words, strict=True)], count)
    return _verdict(ours, theirs, count) if theirs else 0


def _verdict(ours: Sequence[float], theirs: Sequence[float], count: int) -> int:
    _show("PGVectorStore", theirs, count)
    ratio = float(np.median(theirs) / np.median(ours))
    print(f"{ratio:.1f} times the peer  (at least {LEAST_RATIO:.0f})")
    print("all within bounds" if ratio >= LEAST_RATIO else "FAILED: indexing")
    return 0 if ratio >= LEAST_RATIO else 1


def _index(number: int, texts: Sequence[str], vectors: np.ndarray) -> tuple[float, float]:
    """Seconds for the rows with the switch, and for the words. All rows are counted by the switch."""
    with acting_as(SYSTEM):
        course = Course.objects.create(slug=f"course-{number}", title=f"Course {number}")
    update = request_update(course, update_type="full", triggered_by="admin", wake=False)
    held = updates.claim(update.pk)
    assert held
    began = time.perf_counter()
    rows = [_row(position, text) for position, text in enumerate(texts)]
    for start in range(0, len(rows), BATCH):
        with short_step():
            part = slice(start, start + BATCH)
            chunk_rows.write_embedded(held.course_id, held.generation, rows[part], vectors[part], "given")
            updates.keep(held, chunks_updated=start + BATCH, chunks_total=len(rows))
    written = time.perf_counter() - began
    with short_step():
        weigh_words(held)
    weighed = time.perf_counter() - began - written
    began = time.perf_counter()
    with short_step():
        switch(held, len(rows), note="")
    switched = time.perf_counter() - began
    _check(course, vectors)
    return written + switched, weighed


def _check(course: Course, vectors: np.ndarray) -> None:
    """What is in the table is what was given."""
    with acting_as(SYSTEM):
        course.refresh_from_db()
        kept = ContentChunk.objects.filter(course=course, generation=course.index_generation).get(position=len(vectors) - 1)
    assert np.array_equal(np.array(kept.embedding, np.float32), vectors[-1])


def _peer_seconds(peer: Peer, texts: Sequence[str], vectors: np.ndarray) -> float:
    place = connections["owner"].settings_dict
    where = {"host": place["HOST"], "port": place["PORT"], "user": place["USER"], "password": place["PASSWORD"]}
    with TemporaryDirectory() as folder:
        file = Path(folder) / "vectors.npy"
        np.save(file, vectors)
        answer = peer.ask(place={**where, "dbname": place["NAME"]}, vectors=str(file), texts=list(texts))
    assert answer["rows"] == len(vectors)
    return float(answer["seconds"])


def _row(position: int, text: str) -> Row:
    page = Page("chapter", f"chapter-{position // 10}", "A chapter", None, "A chapter", 1, 1, text)
    piece = Piece(position, ("A chapter", "A part"), "a-part", text, WORDS)
    return Row(page, piece, text, f"{position:064x}")


def _texts(count: int) -> list[str]:
    return [" ".join(f"word{number}" for number in random.integers(0, VOCABULARY, WORDS)) for _ in range(count)]


def _vectors(count: int) -> np.ndarray:
    vectors = random.standard_normal((count, DIMENSIONS)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _show(name: str, seconds: Sequence[float], count: int) -> None:
    rates = count / np.array(seconds)
    figures = f"{np.median(rates):7.0f} vectors/s ({rates.min():.0f} to {rates.max():.0f}, {len(seconds)} rounds of {count:,})"
    print(f"{name:<18} {np.median(seconds):6.2f} s  {figures}", flush=True)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
