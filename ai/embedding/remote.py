"""Vectors from any service that speaks OpenAI's /embeddings.

One retry loop, ours; a deadline for the whole request, a cap on what is read, and nothing of the answer believed before it
is checked. Refuses redirects, answers of the wrong shape and vectors of the wrong length.
"""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
import numpy as np
from openai import APIConnectionError, APIStatusError, OpenAI, OpenAIError, omit

from ai import pricing
from ai.embedding import calls
from ai.embedding.embedder import EmbeddingUnavailable, Vectors
from ai.providers.events import Attempt, Kind
from ai.providers.translating import translate

BATCH_TEXTS = 64  # texts of one request
MAX_CHARACTERS = 8_000  # of one text; longer ones are cut
BYTES_PER_NUMBER = 40  # the longest way to write one in JSON, with room for the keys around it
TRIES = 3  # of a request; only where another try may help
FIRST_PAUSE = 0.5  # seconds; doubled for the next pause
RETRIED_STATUS = frozenset({408, 409, 429, 500, 502, 503, 504})
PROVIDER = "embeddings"  # its name in the request log
MAY_BE_BILLED = {Kind.TIMEOUT, Kind.STALLED, Kind.CUT, Kind.BAD_RESPONSE}  # the service may have worked for these
RESIZABLE_MODELS = "text-embedding-3"  # the only ones that take the wanted dimensions as a parameter


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. The total holds for one batch with all its tries; the indexer's lease is longer."""

    connect: float = 3.0
    query: float = 5.0  # total for a single text: somebody is waiting
    batch: float = 30.0


class RemoteEmbedder:
    """The remote embedder; safe from any thread. Raises EmbeddingUnavailable when the settings lack the address."""

    max_tokens = 8191

    def __init__(self, *, base_url: str, api_key: str, model: str, dimensions: int, limits: Limits | None = None) -> None:
        if not base_url.startswith(("https://", "http://")):
            raise EmbeddingUnavailable("EMBEDDING_PROVIDER is remote, but EMBEDDING_BASE_URL is not a web address.")
        self.name = model
        self.dimensions = dimensions
        self._base_url = base_url
        self._limits = limits or Limits()
        self._client = OpenAI(
            base_url=base_url,
            api_key=api_key or "none",  # services of one's own often want none; the SDK insists
            max_retries=0,
            http_client=httpx2.Client(follow_redirects=False, trust_env=True),
        )

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the protocol says. The order of the service's answer does not matter; its indexes do."""
        allowed = self._limits.query if len(texts) == 1 else self._limits.batch
        parts = [self._batch(texts[start : start + BATCH_TEXTS], allowed) for start in range(0, len(texts), BATCH_TEXTS)]
        return np.concatenate(parts) if parts else np.empty((0, self.dimensions), np.float32)

    def count_tokens(self, text: str) -> int:
        """An upper guess: the service's tokenizer is not known, three bytes are rarely less than a token."""
        return -(-len(text.encode()) // 3)

    def _batch(self, texts: Sequence[str], allowed: float) -> Vectors:
        deadline = time.monotonic() + allowed
        for pause in _pauses():
            try:
                return self._ask(texts, deadline)
            except EmbeddingUnavailable as error:
                if not _may_help(error.__cause__) or time.monotonic() + pause >= deadline or not pause:
                    raise
                time.sleep(pause)
        raise AssertionError("the last pause is 0")

    def _ask(self, texts: Sequence[str], deadline: float) -> Vectors:
        """One try, which is noted for the request log whatever its end."""
        begun = time.monotonic()
        try:
            answer, vectors = self._answer(texts, deadline)
        except EmbeddingUnavailable as error:
            self._note(begun, error_class=_class(error.__cause__), tokens=0)
            raise
        self._note(begun, tokens=_tokens(answer) or sum(self.count_tokens(text) for text in texts))
        return vectors

    def _note(self, begun: float, *, tokens: int, error_class: str = "") -> None:
        price = (
            pricing.cost(self.name, tokens, 0, base_url=self._base_url) if tokens or error_class not in MAY_BE_BILLED else None
        )
        took = round((time.monotonic() - begun) * 1000)
        calls.note(Attempt(PROVIDER, self.name, not error_class, error_class, tokens, 0, price, None, took))

    def _answer(self, texts: Sequence[str], deadline: float) -> tuple[Any, Vectors]:
        try:
            answer = json.loads(self._read(texts, deadline))
            return answer, _vectors(answer, len(texts), self.dimensions)
        except (OpenAIError, httpx2.HTTPError) as error:
            raise EmbeddingUnavailable(f"The embedding service cannot be used: {_short(error)}") from error
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise EmbeddingUnavailable(f"The embedding service answered nonsense: {_short(error)}") from error

    def _read(self, texts: Sequence[str], deadline: float) -> bytes:
        """The answer's bytes, read until the deadline and up to the most that such an answer can have."""
        left = max(deadline - time.monotonic(), 0.001)
        most = (self.dimensions * len(texts) + 1000) * BYTES_PER_NUMBER
        answer = self._client.embeddings.with_streaming_response.create(
            model=self.name,
            input=[text[:MAX_CHARACTERS].strip() or "-" for text in texts],  # an empty text is refused by most
            dimensions=self.dimensions if self.name.startswith(RESIZABLE_MODELS) else omit,
            encoding_format="float",  # base64 is not spoken everywhere
            timeout=httpx2.Timeout(left, connect=min(self._limits.connect, left)),
        )
        body = bytearray()
        with answer as response:
            for piece in response.iter_bytes():
                body += piece
                if len(body) > most:
                    raise ValueError("the answer is longer than the vectors asked for")
                if time.monotonic() > deadline:
                    raise httpx2.ReadTimeout("the answer took longer than its deadline")
        return bytes(body)


def _pauses() -> Iterator[float]:
    """Seconds after each try; 0 after the last."""
    yield from (FIRST_PAUSE * 2**number for number in range(TRIES - 1))
    yield 0.0


def _may_help(cause: BaseException | None) -> bool:
    """Whether another try may succeed: not after a refusal, a wrong key or nonsense."""
    if isinstance(cause, APIStatusError):
        return cause.status_code in RETRIED_STATUS
    return isinstance(cause, APIConnectionError | httpx2.HTTPError)


def _vectors(answer: Any, count: int, dimensions: int) -> Vectors:
    """Rows in the order of the texts, of length 1. Raises ValueError, TypeError or KeyError for anything else."""
    items = answer["data"]
    if sorted(item["index"] for item in items) != list(range(count)):
        raise ValueError(f"{len(items)} vectors for {count} texts")
    ordered = sorted(items, key=lambda item: int(item["index"]))
    vectors = np.array([item["embedding"] for item in ordered], np.float32)
    if vectors.shape != (count, dimensions):
        raise ValueError(f"vectors of shape {vectors.shape}, expected {(count, dimensions)}; see EMBEDDING_DIMENSIONS")
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise ValueError("a vector without a length")
    return vectors / lengths


def _tokens(answer: Any) -> int:
    """As the service reports them; 0 when it does not."""
    usage = answer.get("usage") if isinstance(answer, dict) else None
    told = usage.get("prompt_tokens") if isinstance(usage, dict) else None
    return told if type(told) is int and 0 <= told < 2**31 else 0


def _class(cause: BaseException | None) -> str:
    """What went wrong, in the words of the log."""
    if isinstance(cause, APIStatusError | httpx2.HTTPError | APIConnectionError):
        return str(translate(cause, started=False).kind)
    return str(Kind.BAD_RESPONSE)


def _short(error: Exception) -> str:
    """The error without what was sent or received."""
    if isinstance(error, APIStatusError):
        return f"status {error.status_code}"
    return f"{type(error).__name__}: {error}"[:200]
