"""Reads text transcripts: WebVTT, SubRip and plain text with or without speakers and times. Pure.

What a file is, its content says, not its name. Markup of captions goes, the words stay as they were said, whatever they look
like; nothing of a file is ever used as markup or as a path. Refuses what is no text, what is too long, and what holds no words.
Evidence for the choice of library: docs/decisions/0078-transcript-files.md.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import webvtt
from django.utils.translation import gettext as _

from learning.transcripts.cues import Cue

LARGEST_TEXT = 2 * 1024 * 1024  # bytes: a day of talk
MOST_CUES = 20_000
LONGEST_CUE = 4_000  # characters; more is cut into several
NAME = 80  # characters of a speaker

MOMENT = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
TIMES = re.compile(rf"^[ \t]*{MOMENT}[ \t]*-{{1,2}}>[ \t]*{MOMENT}(?:[ \t]+[^\n]*)?$")
LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z]{2,3})(?:-[\w-]{1,15})?[ \t]*$", re.MULTILINE)
VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^>]*)>")
TAGS = re.compile(r"</?(?:[cibuv]|ruby|rt|lang|font)(?:[.\s][^>]*)?>|<\d[\d:.]*>|\{\\[^}]*\}", re.IGNORECASE)
# "Tess:", "Tess Miller (Trainer):"; a word like "Note:" has no chance to be told from a name, and is a name then
SPEAKER = re.compile(r"^(?:>>\s*|-\s+)?(?P<name>[^\W\d_][\w.'’-]*(?: [\w.'’()-]+){0,4}):\s+(?P<text>\S.*)$", re.DOTALL)
STAMP = re.compile(r"^[\[(]?(?:(\d{1,2}):)?(\d{1,2}):(\d{2})(?:[.,]\d{1,3})?[\])]?\s*[-–—]?\s*(.*)$", re.DOTALL)
ABOVE_ASCII, LETTER = re.compile(r"[^\x00-\x7f]"), re.compile(r"[A-Za-z]")
MOST_ABOVE_ASCII = 0.4  # of the letters of a Western text; in German or Polish it is less than a fifth
NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")


class UploadRefused(ValueError):
    """Says to a person what is wrong with what they sent; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Written:
    """A text transcript. `language` is empty when the file does not say it."""

    source_format: str
    cues: tuple[Cue, ...]
    language: str = ""


def read_text(data: bytes) -> Written:
    """The cues of a file, in the order of time. Raises UploadRefused."""
    if len(data) > LARGEST_TEXT:
        raise UploadRefused("too_large", _("A text may have %(limit)d MB.") % {"limit": LARGEST_TEXT // 2**20})
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    kind, found = _read(text)
    cues = tuple(sorted(found, key=lambda cue: -1 if cue.start is None else cue.start))
    if not cues:
        raise UploadRefused("empty", _("There are no words in this file."))
    if len(cues) > MOST_CUES:
        raise UploadRefused("too_long", _("A transcript may have %(limit)d lines.") % {"limit": MOST_CUES})
    language = LANGUAGE.search(text[:500]) if kind == "vtt" else None
    return Written(kind, cues, language[1].lower() if language else "")


def decode(data: bytes) -> str:
    """UTF-8, or UTF-16 with its mark, or the old Western code page. Raises UploadRefused for what is no text, and for what would
    be read wrongly: an old code page of another script.
    """
    text = _decoded(data)
    if text is None or NOT_TEXT.search(text) or text.count("\ufffd") > 2 + len(text) // 200:
        raise UploadRefused(
            "unreadable", _("This is not a text. Send a transcript as text, WebVTT or SRT in UTF-8, or a recording.")
        )
    return text


def _decoded(data: bytes) -> str | None:
    """None for bytes above ASCII in such numbers that they cannot be the accents of a Western text."""
    try:
        return data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    above, letters = len(ABOVE_ASCII.findall(text)), len(LETTER.findall(text))
    return text if above <= MOST_ABOVE_ASCII * (above + letters) else None


def clean(text: str) -> str:
    """One line without control characters, as it may be stored and shown."""
    return " ".join(CONTROLS.sub(" ", text).split())


def _read(text: str) -> tuple[str, list[Cue]]:
    if text.lstrip().startswith("WEBVTT"):
        return "vtt", _captions(text.lstrip())
    if any(TIMES.match(line) for line in text.split("\n", 50)[:50]):
        return "srt", _captions(f"WEBVTT\n\n{text}")
    return "plain", list(_plain(text))


def _captions(text: str) -> list[Cue]:
    try:
        captions = webvtt.from_string(_mended(text))
    except (webvtt.errors.MalformedFileError, webvtt.errors.MalformedCaptionError):
        raise UploadRefused("unreadable", _("The captions cannot be read: the file does not keep to its format.")) from None
    return [cue for caption in captions.captions for cue in _cues(caption)]


def _mended(text: str) -> str:
    """The captions as the library wants them; it would pass by a caption with a slip in its times, and its words were lost.

    SubRip differs from WebVTT by numbers, which WebVTT allows, and by the comma in its times.
    """
    lines: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if match := TIMES.match(line):
            if lines and lines[-1].strip().isdigit():
                lines.pop()  # its number, which would be taken for words where an empty line is missing
            lines += ["", f"{_stamp(*match.groups()[:4])} --> {_stamp(*match.groups()[4:])}"]
        elif "-->" in line:
            raise UploadRefused("unreadable", _("The time in line %(number)d cannot be read.") % {"number": number})
        else:
            lines.append(line)
    return "\n".join(lines)


def _stamp(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> str:
    total = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return f"{total // 3600:02}:{total // 60 % 60:02}:{total % 60:02}.{(fraction or '0').ljust(3, '0')}"


def _cues(caption: Any) -> Iterator[Cue]:
    """One cue for each speaker of a caption."""
    start, end = _ms(caption.start_in_seconds, caption.start), _ms(caption.end_in_seconds, caption.end)
    end = max(start, end)
    parts = VOICE.split(caption.raw_text)
    for name, text in zip(["", *parts[1::2]], parts[::2], strict=True):
        for line in _lines(text):
            named, words = _speaker(line)
            yield from _cut(start, end, clean(html.unescape(name))[:NAME] or named, words if not name else line)


def _lines(text: str) -> Iterator[str]:
    """The words of a caption: wrapped lines are one, unless each begins with a speaker or a dash."""
    lines = [clean(html.unescape(TAGS.sub("", line))) for line in text.split("\n")]
    lines = [line for line in lines if line]
    if len(lines) > 1 and all(line.startswith(("- ", "– ", ">> ")) or SPEAKER.match(line) for line in lines):
        yield from lines
    elif lines:
        yield " ".join(lines)


def _ms(seconds: int, stamp: str) -> int:
    """The library gives whole seconds and the text of the time."""
    return seconds * 1000 + int(stamp.rpartition(".")[2][:3].ljust(3, "0"))


def _plain(text: str) -> Iterator[Cue]:
    speaker, start = "", None
    for line in text.split("\n"):
        rest = line.strip()
        if match := STAMP.match(rest):
            hours, minutes, seconds, rest = match.groups()
            start = ((int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)) * 1000
        named, words = _speaker(clean(rest))
        speaker = named or ("" if not words else speaker)
        yield from _cut(start, None, speaker, words)


def _speaker(line: str) -> tuple[str, str]:
    match = SPEAKER.match(line)
    return (match["name"][:NAME], match["text"]) if match else ("", line.removeprefix("- ").removeprefix(">> "))


def _cut(start: int | None, end: int | None, speaker: str, text: str) -> Iterator[Cue]:
    for at in range(0, len(text), LONGEST_CUE):
        yield Cue(start, end, speaker, text[at : at + LONGEST_CUE])
