"""The letters of GIFT: lines and comments, escapes, formats and weights. Pure text, without Django's models.

GIFT is Moodle's plain-text format for quizzes (docs.moodle.org, "GIFT format"). A backslash takes the meaning from
`~ = # { } :` and from itself; `\\n` is a line end; before anything else it is a backslash.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

COMMENT = "\x00"  # stands where a comment's line was, so that lines keep their numbers
SPECIAL = "~=#{}:@\\"
ESCAPED = re.compile(r"\\([~=#{}:@\\n])")
SPACES = re.compile(r"\s+")
FORMAT = re.compile(r"\s*\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
WEIGHT = re.compile(r"\s*%(-?\d+(?:\.\d+)?)%")
ID = re.compile(r"\[id:((?:\\.|[^\]\\\x00-\x1f])+)\]")
TAG = re.compile(r"\[tag:((?:\\.|[^\]\\<>`\x00-\x1f])+)\]")
CATEGORY = re.compile(r"^\s*\$CATEGORY:(.*)$")
KEEP_LINES = frozenset({"html", "markdown"})


@dataclass(frozen=True, slots=True)
class Text:
    """Words with the format they are in: moodle (lightly formatted), html, markdown or plain."""

    format: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between blank lines: one question, or a line that names the category of those that follow.

    `number` is the line on which the text begins; id and tags come from comments before or in it.
    """

    number: int
    text: str
    id: str | None
    tags: tuple[str, ...]
    is_category: bool = False

    def line(self, position: int) -> int:
        return self.number + self.text.count("\n", 0, position)


def blocks(source: str) -> Iterator[Block]:
    """The blocks of a file, in order. Blank lines inside braces do not end one."""
    lines: list[str] = []
    notes: list[str] = []
    first, depth = 1, 0
    for number, line in enumerate(_lines(source), start=1):
        is_comment = line.lstrip().startswith("//")
        category = CATEGORY.match(line) if depth == 0 and not is_comment else None
        if category or (not line.strip() and depth == 0):
            if _has_words(lines):
                yield _block(first, lines, notes)
                notes = []
            lines = []
            if category:
                yield Block(number, category[1].strip(), None, (), is_category=True)
            continue
        if is_comment:
            notes.append(line)
        if not lines:
            first = number
        lines.append(COMMENT if is_comment else line)
        depth = 0 if is_comment and depth == 0 else max(depth + (0 if is_comment else _depth(line)), 0)
    if _has_words(lines):
        yield _block(first, lines, notes)


def find(text: str, wanted: str, start: int = 0) -> int:
    """Where one of the letters in `wanted` stands without a backslash before it; -1 when nowhere."""
    position = start
    while position < len(text):
        if text[position] == "\\":
            position += 2 if text[position + 1 : position + 2] in (*SPECIAL, "n") else 1
            continue
        if text[position] in wanted:
            return position
        position += 1
    return -1


def split(text: str, letters: str) -> list[tuple[int, str]]:
    """Pieces that each begin with one of the letters, and where; what is before the first comes with it as a piece, too."""
    starts, at = [0], find(text, letters)
    while at >= 0:
        starts.append(at)
        at = find(text, letters, at + 1)
    return [(begin, text[begin:end]) for begin, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def words(raw: str, inherited: str) -> Text:
    """A piece of text with its own format, or with the one of what it belongs to."""
    match = FORMAT.match(_without_comments(raw))
    named = match[1].lower() if match else inherited
    rest = _without_comments(raw)[match.end() :] if match else _without_comments(raw)
    return Text(named, unescaped(rest, keep_lines=named in KEEP_LINES))


def unescaped(raw: str, *, keep_lines: bool = False) -> str:
    """The text as it is meant. Runs of white space are one space, except where line ends carry meaning."""
    text = _without_comments(raw)
    text = text.strip() if keep_lines else SPACES.sub(" ", text).strip()
    return ESCAPED.sub(lambda match: "\n" if match[1] == "n" else match[1], text)


def weight(raw: str) -> tuple[str | None, str]:
    """The percentage at the beginning of an answer as decimal text, and the rest."""
    match = WEIGHT.match(raw)
    return (match[1], raw[match.end() :]) if match else (None, raw)


def _lines(source: str) -> list[str]:
    return source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _has_words(lines: list[str]) -> bool:
    return any(line != COMMENT for line in lines)


def _block(first: int, lines: list[str], notes: list[str]) -> Block:
    said = "\n".join(notes)
    ids = ID.findall(said)
    tags = tuple(unescaped(tag) for tag in TAG.findall(said))
    return Block(first, "\n".join(lines), ids[-1].replace("\\]", "]").strip() if ids else None, tags)


def _depth(line: str) -> int:
    """By how much the line opens more braces than it closes."""
    depth, at = 0, find(line, "{}")
    while at >= 0:
        depth += 1 if line[at] == "{" else -1
        at = find(line, "{}", at + 1)
    return depth


def _without_comments(raw: str) -> str:
    return raw.replace(f"{COMMENT}\n", "").replace(COMMENT, "")
