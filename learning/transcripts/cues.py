"""What somebody said, when: the one shape that every file and every recording is brought into. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ai.providers.sentences import sentences

GOES_ON = 1_500  # ms of silence at most between two cues of one sentence
LONGEST_TURN = 1_200  # characters that are joined at most: a file without a full stop is one breath otherwise
ENDS = re.compile(r"[.!?…。！？][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Cue:
    """Times are ms from the beginning, None in a text without times. `speaker` is empty when nobody is named."""

    start: int | None
    end: int | None
    speaker: str
    text: str

    @property
    def seconds(self) -> int | None:
        return None if self.start is None else self.start // 1000


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, with the number of the cue that it begins in."""

    text: str
    speaker: str
    at: int | None  # seconds
    cue: int


def rows(cues: Iterable[Cue]) -> list[list[Any]]:
    """As they are stored."""
    return [[cue.start, cue.end, cue.speaker, cue.text] for cue in cues]


def from_rows(stored: Iterable[Sequence[Any]]) -> list[Cue]:
    return [Cue(*row) for row in stored]


def as_text(cues: Sequence[Cue]) -> str:
    """The transcript for reading: a line for each turn of a speaker."""
    lines: list[str] = []
    speaker = ""
    for cue in cues:
        if cue.speaker and cue.speaker != speaker:
            lines.append(f"{cue.speaker}: {cue.text}")
        elif lines and cue.end is not None and cue.speaker == speaker and len(lines[-1]) < LONGEST_TURN:
            lines[-1] += f" {cue.text}"
        else:
            lines.append(cue.text)
        speaker = cue.speaker
    return "\n".join(lines)


def speakers(cues: Iterable[Cue]) -> list[str]:
    """Each name once, in the order of their first words."""
    return list(dict.fromkeys(cue.speaker for cue in cues if cue.speaker))


def duration(cues: Iterable[Cue]) -> int | None:
    """ms until the last word; None without times."""
    return max((cue.end or cue.start or 0 for cue in cues if cue.start is not None), default=None)


def said(cues: Sequence[Cue]) -> Iterator[Said]:
    """The sentences in order. A sentence may run over cues of one speaker, as captions cut where the line is full."""
    for first, part in _turns(cues):
        text = " ".join(cue.text for cue in part)
        starts, length = [], 0
        for cue in part:
            starts.append(length)
            length += len(cue.text) + 1
        place = 0
        for sentence in sentences(text):
            place = max(text.find(sentence[:20], place), place)
            inside = max(n for n, start in enumerate(starts) if start <= place)
            yield Said(sentence, part[inside].speaker, part[inside].seconds, first + inside)


def _turns(cues: Sequence[Cue]) -> Iterator[tuple[int, list[Cue]]]:
    """Runs of cues that are read as one text, each with the number of its first cue."""
    first, part, length = 0, list[Cue](), 0
    for number, cue in enumerate(cues):
        if part and not (_goes_on(part[-1], cue) and length < LONGEST_TURN):
            yield first, part
            first, part, length = number, [], 0
        part.append(cue)
        length += len(cue.text)
    if part:
        yield first, part


def _goes_on(before: Cue, cue: Cue) -> bool:
    if before.speaker != cue.speaker or ENDS.search(before.text):
        return False
    if before.end is None or cue.start is None:
        return False  # lines of a text stand for themselves
    return cue.start - before.end <= GOES_ON
