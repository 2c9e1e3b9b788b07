"""Remembers the vectors of texts met before: the same passages answer many questions, and embedding is the slow part."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from ai.providers.scoring import Embed

MOST = 4_000  # texts; about 2 kB each


class Remembering:
    """An `Embed` that asks another one only for texts it has not seen lately. Safe to share between threads."""

    def __init__(self, embed: Embed, most: int = MOST) -> None:
        self._embed, self._most = embed, most
        self._known: OrderedDict[str, np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        with self._lock:
            known = {text: self._known[text] for text in texts if text in self._known}
        missing = list(dict.fromkeys(text for text in texts if text not in known))
        if missing:
            known.update(zip(missing, self._embed(missing), strict=True))
        self._keep(texts, known)
        return np.stack([known[text] for text in texts])

    def _keep(self, texts: Sequence[str], vectors: dict[str, np.ndarray]) -> None:
        with self._lock:
            for text in texts:
                self._known[text] = vectors[text]
                self._known.move_to_end(text)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
