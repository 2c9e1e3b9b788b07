"""Vectors for texts: the embedder that the settings choose, made once in each process.

Callers must expect EmbeddingUnavailable from every call and go on by words alone. Never called with a database connection
or a transaction held: the remote one speaks over a network.
"""

import os
import threading
import time

from django.conf import settings

from ai.embedding.embedder import Embedder, EmbeddingUnavailable, Vectors

__all__ = ["Embedder", "EmbeddingUnavailable", "Vectors", "default_embedder"]

# ONNX Runtime reports its use to its maker and keeps an id of the machine for that, unless it reads this when it is loaded;
# asked to stop later, it has begun.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

RETRY_SECONDS = 30  # how long a failed start is remembered, so that no question waits for the next failure


class _Holder:
    """The process's embedder, or why there is none."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.embedder: Embedder | None = None
        self.error: EmbeddingUnavailable | None = None
        self.retry_at = 0.0  # monotonic seconds

    def get(self) -> Embedder:
        if self.embedder:
            return self.embedder
        with self.lock:
            return self.embedder or self._make()

    def _make(self) -> Embedder:
        if self.error and time.monotonic() < self.retry_at:
            raise EmbeddingUnavailable(str(self.error))
        try:
            self.embedder = _chosen()
        except EmbeddingUnavailable as error:
            self.error, self.retry_at = error, time.monotonic() + RETRY_SECONDS
            raise
        return self.embedder


def default_embedder() -> Embedder:
    """The embedder that the settings choose, loaded on the first call; safe from any thread. Raises EmbeddingUnavailable."""
    return _holder.get()


def forget_embedder() -> None:
    """Let the next call make a new one: after a fork, whose child may have met a held lock, and after a change of settings."""
    global _holder  # noqa: PLW0603  one per process is the point
    _holder = _Holder()


def _chosen() -> Embedder:
    if settings.EMBEDDING_PROVIDER == "remote":
        from ai.embedding.remote import RemoteEmbedder  # noqa: PLC0415  the SDK is slow to load and may not be wanted

        return RemoteEmbedder(
            base_url=settings.EMBEDDING_BASE_URL,
            api_key=settings.EMBEDDING_API_KEY,
            model=settings.EMBEDDING_MODEL,
            dimensions=settings.EMBEDDING_DIMENSIONS,
        )
    from ai.embedding.minilm import MiniLM  # noqa: PLC0415  likewise ONNX Runtime

    return MiniLM(settings.DATA_DIR / "models")


_holder = _Holder()
os.register_at_fork(after_in_child=forget_embedder)
