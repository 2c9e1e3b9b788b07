"""Cuts what alone exceeds a piece: long text at sentences, code between lines, tables between rows.

A part of code is fenced again and says that it goes on; a part of a table repeats the table's head. Inside a line or a
word only when there is no other way.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from courses.markdown import sentences
from learning.sections import FENCE, LINE, PARAGRAPH, SPACE, Block, joined_text

CONTINUED = "(continued)"
TABLE_RULE = re.compile(r"\s*\|?[\s:|-]+\|?\s*")
MARKED = re.compile(r"\s*(?:[-+*>|]|\d{1,9}[.)])\s")

Fits = Callable[[str], bool]


def packed(units: Sequence[Block], fits: Fits) -> list[str]:
    """Units in order as texts that fit, each as full as it can be."""
    groups: list[list[Block]] = []
    for unit in units:
        if groups and fits(joined_text([*groups[-1], unit])):
            groups[-1].append(unit)
        else:
            groups.append([unit])
    return [joined_text(group) for group in groups]


def cut(block: Block, fits: Fits) -> list[Block]:
    """The block itself, or its parts when it does not fit a piece alone."""
    if fits(block.text):
        return [block]
    if block.kind == "code":
        return _cut_code(block, fits)
    if block.kind == "table":
        return _cut_table(block, fits)
    return _cut_text(block, fits)


def _cut_code(block: Block, fits: Fits) -> list[Block]:
    """Parts of a code block, cut between lines; each is fenced again, and all but the first say that they go on."""
    lines = block.text.split("\n")
    fenced = FENCE.match(lines[0]) is not None and len(lines) > 1
    closed = fenced and lines[-1].strip().startswith(lines[0].strip()[:3])
    body = lines[1 : -1 if closed else None] if fenced else lines
    indent = len(lines[0]) - len(lines[0].lstrip())
    closing = " " * indent + (FENCE.match(lines[0]) or [""])[0].strip() if fenced else ""

    def wrapped(part: str, first: bool = False) -> str:
        inner = f"{lines[0]}\n{part}\n{closing}" if fenced else part
        return inner if first else f"{CONTINUED}\n{inner}"

    if not fits(wrapped("x")):
        return [Block("text", part, LINE) for line in lines for part in _cut_line(line, fits)]
    units = [Block("line", text, LINE) for line in body for text in _cut_line(line, lambda part: fits(wrapped(part)))]
    parts = packed(units, lambda part: fits(wrapped(part)))
    return [Block("code", wrapped(part, number == 0), PARAGRAPH) for number, part in enumerate(parts)]


def _cut_table(block: Block, fits: Fits) -> list[Block]:
    """Parts of a table, cut between rows, each with the table's head; a row too long for that stands alone."""
    lines = block.text.split("\n")
    has_head = len(lines) > 2 and TABLE_RULE.fullmatch(lines[1])
    head = "\n".join(lines[:2]) if has_head else ""
    rows = lines[2:] if has_head else lines
    if not head or not any(fits(f"{head}\n{row}") for row in rows):
        return [part for line in lines for part in cut(Block("text", line, LINE), fits)]
    parts: list[Block] = []
    pending: list[str] = []
    for row in rows:
        if fits("\n".join([head, *pending, row])):
            pending.append(row)
            continue
        if pending or not parts:
            parts.append(Block("table", "\n".join([head, *pending])))
        pending = [row] if fits(f"{head}\n{row}") else []
        parts += [] if pending else cut(Block("text", row, LINE), fits)
    return [*parts, Block("table", "\n".join([head, *pending]))] if pending else parts


def _cut_text(block: Block, fits: Fits) -> list[Block]:
    """Parts of a text: at its inner paragraphs and code, then at lines, then at sentences, then between words."""
    found: list[Block] = []
    for part in _inner(block):
        if part.kind == "code":
            found += cut(part, fits)
            continue
        units = [
            Block("text", words, SPACE if number else sentence.glue)
            for sentence in _sentences(part)
            for number, words in enumerate(_cut_line(sentence.text, fits))
        ]
        found += units
    return [replace(unit, glue=block.glue) if number == 0 else unit for number, unit in enumerate(found)]


def _inner(block: Block) -> Iterator[Block]:
    """Paragraphs and fenced code inside a long text, such as the item of a list."""
    pending: list[str] = []
    fence, glue = "", PARAGRAPH
    for line in block.text.split("\n"):
        match = FENCE.match(line)
        if match and not fence:
            if pending:
                yield Block("text", "\n".join(pending), glue)
            pending, fence, glue = [line], match[1], LINE if pending else glue
        elif fence:
            pending.append(line)
            if line.strip().startswith(fence):
                yield Block("code", "\n".join(pending), glue)
                pending, fence, glue = [], "", LINE
        elif line.strip():
            pending.append(line)
        else:
            if pending:
                yield Block("text", "\n".join(pending), glue)
            pending, glue = [], PARAGRAPH
    if pending:
        yield Block("code" if fence else "text", "\n".join(pending), glue)


def _sentences(block: Block) -> Iterator[Block]:
    """The sentences of a paragraph, whose lines may be wrapped anywhere; lists and quotes in it keep their lines."""
    lines = block.text.split("\n")
    runs = lines if any(MARKED.match(line) for line in lines[1:]) else [block.text]
    for number, run in enumerate(runs):
        indent = run[: len(run) - len(run.lstrip())]
        for place, sentence in enumerate(sentences(run)):
            glue = SPACE if place else (LINE if number else block.glue)
            yield Block("text", sentence if place else indent + sentence, glue)


def _cut_line(line: str, fits: Fits) -> list[str]:
    """A line in parts that fit: between words where it can, inside a word where it must."""
    parts: list[str] = []
    rest = line
    while rest:
        size = _longest_start(rest, fits)
        size = size if size == len(rest) else _break_before(rest, size)
        parts.append(rest[:size])
        rest = rest[size:]
        rest = rest[1:] if rest[:1] in {" ", "\n"} else rest
    return parts or [line]


def _break_before(text: str, size: int) -> int:
    """The last end of a line in the second half before `size`, else the last space, else `size` itself."""
    line, space = text.rfind("\n", size // 2, size + 1), text.rfind(" ", 1, size + 1)
    best = line if line > 0 else space
    return best if best > 0 and text[:best].strip() else size


def _longest_start(text: str, fits: Fits) -> int:
    """The length of the longest start that fits, found by doubling and halving; at least one character."""
    high = 256
    while high < len(text) and fits(text[:high]):
        high *= 2
    high = min(high, len(text))
    if fits(text[:high]):
        return high
    low = 1
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle)
    return low
