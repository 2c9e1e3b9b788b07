"""Keeps a model from reading its own instructions out: what the system said, and the word of the borders, reach no reader.

The text goes on as it comes. Where it runs along the instructions word for word it is held until it leaves them; a run that goes
on, or one word that only the instructions and the borders have, ends the try. Pure text work.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ai.providers.events import ChatRequest, Kind, ProviderError

HOLD = 4  # words in a row that the instructions have too: maybe chance
READ_OUT = 9  # in a row: no chance
FORGET = 4096  # characters
LONGEST = 200  # characters of a word, or of a secret, that are looked at
SHORTEST = 6  # characters of a word that is a secret
WORD = re.compile(r"\w+(?:[-.]\w+)*")
LAST_WORD = re.compile(r"[\w.-]+\Z")
WORD_OF_BORDERS = re.compile(r"\AThe word of this message is (\w+)\.")
# Words that nobody says by chance: letters with figures, capitals after small letters.
RARE = re.compile(r"(?=[\w.-]*\d)(?=[\w.-]*[^\W\d_])[\w.-]+|\w*[a-z][A-Z]\w*")


@dataclass(slots=True)
class KeptBack:
    """`feed` gives what may be shown; both it and `flush` raise ProviderError(LEAKED). Offsets are into `text`."""

    places: Mapping[str, Sequence[int]]  # of each word in the instructions, in small letters
    secrets: frozenset[str]
    text: str = ""
    shown_to: int = 0
    read_to: int = 0  # in whole words
    run_from: int = 0  # where the longest run begins
    runs: dict[int, int] = field(default_factory=dict)  # place in the instructions: how many words led there

    @classmethod
    def of(cls, request: ChatRequest) -> "KeptBack":
        places, rare = _known(" ".join(message.content for message in request.messages if message.role == "system"))
        borders = (WORD_OF_BORDERS.match(message.content) for message in request.messages)
        return cls(places, rare | {found[1].lower() for found in borders if found})

    def feed(self, text: str) -> str:
        self.text += text
        self._look_for_secrets(len(text))
        last = LAST_WORD.search(self.text, max(self.read_to, len(self.text) - LONGEST))
        whole_to = last.start() if last else len(self.text)  # the last word may go on
        for found in WORD.finditer(self.text, self.read_to, whole_to):
            self._read(found)
        return self._show(self._safe_to())

    def flush(self) -> str:
        """What is left when the model has said everything."""
        for found in WORD.finditer(self.text, self.read_to):
            self._read(found)
        return self._show(len(self.text))

    def _read(self, found: re.Match[str]) -> None:
        word = found[0].lower()
        self.read_to = found.end()
        before = max(self.runs.values(), default=0)
        self.runs = {place: self.runs.get(place - 1, 0) + 1 for place in self.places.get(word, ())}
        longest = max(self.runs.values(), default=0)
        if longest >= READ_OUT:
            raise ProviderError(Kind.LEAKED)
        if longest <= before:
            self.run_from = found.start()

    def _look_for_secrets(self, new: int) -> None:
        """In what is new, and in as much before it as a secret may reach over."""
        for secret in self.secrets:
            if secret in self.text[-(new + len(secret)) :].lower():
                raise ProviderError(Kind.LEAKED)

    def _safe_to(self) -> int:
        """As far as nothing is a run that may be no chance, or the beginning of a secret."""
        end = self.text[-LONGEST:].lower()
        begun = max((_begun(secret, end) for secret in self.secrets), default=0)
        is_running = max(self.runs.values(), default=0) >= HOLD
        return min(len(self.text) - begun, self.run_from if is_running else len(self.text))

    def _show(self, to: int) -> str:
        """The text up to there; what was shown and read is forgotten now and then."""
        shown, self.shown_to = self.text[self.shown_to : to], max(to, self.shown_to)
        if (done := min(self.shown_to, self.read_to)) > FORGET:
            self.text = self.text[done:]
            self.shown_to, self.read_to, self.run_from = self.shown_to - done, self.read_to - done, max(0, self.run_from - done)
        return shown


@lru_cache(maxsize=16)
def _known(instructions: str) -> tuple[Mapping[str, Sequence[int]], frozenset[str]]:
    """Where each word stands in the instructions, and the words that nobody else says."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(WORD.findall(instructions.lower())):
        places.setdefault(word, []).append(place)
    rare = (word.lower() for found in RARE.findall(instructions) for word in WORD.findall(found))
    return places, frozenset(word for word in rare if SHORTEST <= len(word) <= LONGEST)


def _begun(secret: str, end: str) -> int:
    """How many characters at the end of a text are the beginning of the secret; fewer than three do not count."""
    return next((many for many in range(len(secret) - 1, 2, -1) if end.endswith(secret[:many])), 0)
