"""Keeps of a text only the citations that point at something: `[n]` where n was sent.

A model's `[9]` without a ninth source disappears, `[1, 2]` and `【1】` become `[1][2]` and `[1]`. Code and links stay as they
are: there `[0]` is an index. Works on a stream: a marker split between two pieces is held back until it is whole.
"""

import re
from collections.abc import Collection

HELD_AT_MOST = 40  # characters; what is longer than this and still open is no citation
MARKER = re.compile(r"(?P<space>[ \t]{0,3})[\[【](?P<numbers>\d{1,3}(?:\s*[,;]\s*\d{1,3})*)(?:†[^\]】]{0,20})?[\]】](?!\()")
MAYBE_MARKER = re.compile(r"[ \t]+\Z|[ \t]*[\[【][\d,;\s]*(?:†[^\]】]{0,20})?[\]】]?\Z")
TICKS = re.compile(r"(`+|~{3,})")
TICKS_AT_END = re.compile(r"(?:\n[ ]{0,3}|\A[ ]{0,3})?(?:`+|~+)\Z|\n[ ]{0,3}\Z")


class Citations:
    """Feed it the pieces of a text, then flush; `used` holds the valid numbers in the order of their first appearance."""

    def __init__(self, valid: Collection[int]) -> None:
        self.valid = frozenset(valid)
        self.used: list[int] = []
        self._held = ""
        self._code = ""  # the ticks that opened the code we are in
        self._line_start = True

    def feed(self, piece: str) -> str:
        """What of the text so far may be shown and was not yet."""
        text = self._held + piece
        cut = self._safe_end(text)
        self._held = text[cut:]
        return self._pass(text[:cut])

    def flush(self) -> str:
        text, self._held = self._held, ""
        return self._pass(text)

    def _safe_end(self, text: str) -> int:
        """Where an unfinished marker or fence may begin; the length of the text when nothing is open."""
        tail = max(0, len(text) - HELD_AT_MOST)
        found = [match.start() for rule in (MAYBE_MARKER, TICKS_AT_END) if (match := rule.search(text, tail))]
        return min(found, default=len(text))

    def _pass(self, text: str) -> str:
        return "".join(self._part(part) for part in TICKS.split(text) if part)

    def _part(self, part: str) -> str:
        if TICKS.fullmatch(part):
            self._tick(part)
            shown = part
        else:
            shown = self._prose(part)
        self._line_start = not part.rpartition("\n")[2].strip(" ") if "\n" in part else self._line_start and not part.strip(" ")
        return shown

    def _prose(self, part: str) -> str:
        if not self._code:
            return MARKER.sub(self._marker, part)
        if self._is_fence() or "\n" not in part:
            return part
        self._code = ""  # inline code that nobody closed ends with its line
        code, newline, rest = part.partition("\n")
        return code + newline + MARKER.sub(self._marker, rest)

    def _tick(self, ticks: str) -> None:
        if not self._code:
            if ticks[0] == "`" or self._line_start:
                self._code = ticks
        elif ticks[0] == self._code[0] and (
            (self._is_fence() and self._line_start and len(ticks) >= len(self._code)) or ticks == self._code
        ):
            self._code = ""

    def _is_fence(self) -> bool:
        return len(self._code) >= 3

    def _marker(self, match: re.Match[str]) -> str:
        numbers = [int(n) for n in re.findall(r"\d+", match["numbers"])]
        if numbers == [0]:
            return match[0]  # an index in a text about programs; sources are counted from 1
        kept = list(dict.fromkeys(n for n in numbers if n in self.valid))
        self.used += [n for n in kept if n not in self.used]
        return match["space"] + "".join(f"[{n}]" for n in kept) if kept else ""


def clean(text: str, valid: Collection[int]) -> tuple[str, tuple[int, ...]]:
    """The text with valid citations only, and their numbers in order of appearance."""
    citations = Citations(valid)
    shown = citations.feed(text) + citations.flush()
    return shown, tuple(citations.used)
