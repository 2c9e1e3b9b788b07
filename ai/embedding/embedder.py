"""What an embedder is, whoever computes the vectors, and the one error that callers must expect."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class EmbeddingUnavailable(Exception):
    """No vectors now: the model is missing, or the service is away or answers nonsense. Search goes on by words alone."""


class Embedder(Protocol):
    """Turns texts into vectors. Vectors of two embedders with different names must never be compared."""

    @property
    def name(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def max_tokens(self) -> int:
        """Longer texts are cut, the model's own marks included."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """float32 of shape (texts, dimensions), rows of length 1. Raises EmbeddingUnavailable."""

    def count_tokens(self, text: str) -> int:
        """How many tokens the text is, uncut and without the model's own marks."""
