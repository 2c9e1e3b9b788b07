"""Whether a question is more akin to messages that no course is for, or to what learners ask: by the examples nearest to it.

A line through the vectors cannot tell "how do I treat a burn", asked by a learner of first aid, from "how do I get gum out of my
hair"; its nearest examples can. The vectors are those of the examples beside this module (both files), a byte for each figure,
and belong to one embedder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("kin.npz")
NEAREST = 8  # examples of each kind
STEPS = 127  # of a byte, for the greatest figure of a vector


@dataclass(frozen=True, slots=True, eq=False)
class Kin:
    """Rows of length 1 of the two kinds, the embedder that made them, and the hash of the examples."""

    off: "np.ndarray"
    ours: "np.ndarray"
    embedder: str
    examples: str

    def lean(self, vector: "np.ndarray") -> float:
        """-2 to 2: how much nearer the nearest off-topic examples are than the nearest of learners."""
        return _near(self.off, vector) - _near(self.ours, vector)

    def save(self, path: Path) -> None:
        np.savez_compressed(
            path, off=_as_bytes(self.off), ours=_as_bytes(self.ours), embedder=self.embedder, examples=self.examples
        )


def kin(vectors: "np.ndarray", is_off: Sequence[bool], *, embedder: str, examples: str) -> Kin:
    """`vectors` has a row of length 1 for each example."""
    off = np.array(is_off, bool)
    return Kin(vectors[off], vectors[~off], embedder, examples)


@lru_cache(maxsize=1)
def shipped() -> Kin:
    """The examples in the file beside this module."""
    with np.load(FILE, allow_pickle=False) as read:
        off, ours = (_of_length_1(read[name].astype(np.float32)) for name in ("off", "ours"))
        return Kin(off, ours, str(read["embedder"]), str(read["examples"]))


def _near(rows: "np.ndarray", vector: "np.ndarray") -> float:
    alike = rows @ vector
    most = min(NEAREST, len(alike))
    return float(np.partition(alike, -most)[-most:].mean())


def _as_bytes(rows: "np.ndarray") -> "np.ndarray":
    return np.round(rows / np.abs(rows).max(axis=1, keepdims=True) * STEPS).astype(np.int8)


def _of_length_1(rows: "np.ndarray") -> "np.ndarray":
    found: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found
