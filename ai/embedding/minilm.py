"""all-MiniLM-L6-v2 in int8 on ONNX Runtime: the default, without a key, a network or PyTorch.

Texts of equal length go through the model together, so nothing is ever padded; a batch holds at most TOKEN_BUDGET tokens.
One thread computes a batch, several batches are computed at once; that costs less than to share a batch out.
Texts are cut at 256 tokens. One instance serves all threads. Activations are rounded for a batch as a whole, so a text has
slightly other vectors in other company (cosine about 0.99, as far from each other as from the original model's).
"""

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ai.embedding.embedder import EmbeddingUnavailable, Vectors
from ai.embedding.model_file import ensure_model_file
from ai.embedding.weights import tokenizer_file

DIMENSIONS = 384
MAX_TOKENS = 256  # with the two marks
START, END = 101, 102  # [CLS] and [SEP]
TOKEN_BUDGET = 512  # tokens of a batch: above, activations leave the processor's cache
MAX_THREADS = 4
TEXTS_AT_ONCE = 512  # whose token ids are in memory together

# The fused Skip-and-LayerNormalization of the CPU is three times slower than the two apart (measured with 1.31).
SLOWER_FUSIONS = ["SkipLayerNormFusion"]

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # its threads do not survive the fork of a worker


class MiniLM:
    """The local embedder. `folder` holds the model's file and is filled on first use. Raises EmbeddingUnavailable."""

    name = "all-MiniLM-L6-v2-int8"
    dimensions = DIMENSIONS
    max_tokens = MAX_TOKENS

    def __init__(self, folder: Path, *, threads: int = 0) -> None:
        self._tokenizer = Tokenizer.from_file(str(tokenizer_file()))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()  # the file says 128; embed() cuts at 256 itself
        self._session = _session(ensure_model_file(folder))
        self._threads = threads or min(MAX_THREADS, _processors())

    def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            part = slice(start, start + TEXTS_AT_ONCE)
            self._embed_into(vectors[part], self._token_ids(texts[part]))
        return vectors

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [[START, *encoding.ids[: MAX_TOKENS - 2], END] for encoding in encodings]

    def _embed_into(self, vectors: Vectors, tokens: Sequence[list[int]]) -> None:
        def run(rows: list[int]) -> None:
            vectors[rows] = self._run(np.array([tokens[row] for row in rows], np.int64))

        batches = list(_batches([len(ids) for ids in tokens]))
        if len(batches) == 1 or self._threads == 1:
            for rows in batches:
                run(rows)
            return
        with ThreadPoolExecutor(self._threads, thread_name_prefix="embedding") as threads:
            list(threads.map(run, batches))

    def _run(self, batch: NDArray[np.int64]) -> Vectors:
        try:
            vectors: Vectors = self._session.run(["embedding"], {"input_ids": batch})[0]
        except Exception as error:  # ONNX Runtime has no error class of its own in public
            raise EmbeddingUnavailable(f"The embedding model failed: {error}") from error
        return vectors


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Row numbers in batches of equal length, none above the budget unless a single text is."""
    groups: dict[int, list[int]] = defaultdict(list)
    for row, length in enumerate(lengths):
        groups[length].append(row)
    for length, rows in groups.items():
        size = max(1, TOKEN_BUDGET // length)
        yield from (rows[start : start + size] for start in range(0, len(rows), size))


def _session(path: Path) -> ort.InferenceSession:
    """A session without threads of its own. Raises EmbeddingUnavailable; a file that cannot be read is thrown away."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # a plan for each of 256 lengths would be kept
    load = partial(ort.InferenceSession, str(path), options, providers=["CPUExecutionProvider"])
    try:
        return load(disabled_optimizers=SLOWER_FUSIONS)
    except Exception as error:  # ONNX Runtime has no error class of its own in public
        path.unlink(missing_ok=True)
        raise EmbeddingUnavailable(f"The embedding model's file is damaged and will be built again: {error}") from error


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
