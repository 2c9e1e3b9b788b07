"""Vectors of what every answer to a question is compared with: the question, its model answers, the points of its scheme.

They are kept in the process, so that one more answer costs its own vectors alone, and all of them go to the embedder in one call.
What learners write is never kept. Pure but for the embedding it is given.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

from ai.embedding import Vectors
from planning.marking.features import TextVectors

MOST = 4_000  # texts; some 6 MB

Embed = Callable[[Sequence[str]], Vectors]


class Lasting:
    """The vectors of the `MOST` texts that were wanted last; safe from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rows: OrderedDict[tuple[Embed, str], Vectors] = OrderedDict()

    def vectors(self, embed: Embed, lasting: Sequence[str], passing: Sequence[str]) -> TextVectors:
        """Of all texts; those in `lasting` are kept for the next call with the same embedder. Raises EmbeddingUnavailable."""
        known = self._known(embed, lasting)
        new = [text for text in dict.fromkeys((*lasting, *passing)) if text not in known]
        if not new:
            return known
        made = dict(zip(new, embed(new), strict=True))
        self._keep({(embed, text): made[text].copy() for text in lasting if text in made})
        return known | made

    def _known(self, embed: Embed, texts: Sequence[str]) -> dict[str, Vectors]:
        with self._lock:
            found = {text: self._rows[embed, text] for text in texts if (embed, text) in self._rows}
            for text in found:
                self._rows.move_to_end((embed, text))
        return found

    def _keep(self, rows: dict[tuple[Embed, str], Vectors]) -> None:
        with self._lock:
            self._rows.update(rows)
            while len(self._rows) > MOST:
                self._rows.popitem(last=False)


LASTING = Lasting()
