"""Reads a page of Markdown as sections and blocks: what stands together, and under which headings.

Looks into fenced divisions, leaves tables, code and list items whole, and keeps lines that no block claims. HTML
comments, the fences of divisions and the targets of links are left out: they say nothing to a reader.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from markdown_it.token import Token

from courses.markdown import Heading, parse_lesson
from courses.markdown.headings import DEEPEST

PARAGRAPH, LINE, SPACE = "\n\n", "\n", " "
FENCE = re.compile(r"\s*(`{3,}|~{3,})")
DIVISION = re.compile(r"\s*:{3,}[^:]*:*\s*")
REFERENCE = re.compile(r"\s{0,3}\[(?!\^)[^\]]+\]:\s*\S+.*")
ITEM = re.compile(r"(?:[-+*]|\d{1,9}[.)])(?:\s|$)")
SOLUTION = "solution"  # the kind of a division whose text no answer may give away
EDGES = frozenset({"box_open", "box_close"})
LITERAL = frozenset({"fence", "code_block", "math_block"})


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text that stays together if it can; `glue` joins it to the block before."""

    kind: str
    text: str
    glue: str = PARAGRAPH


@dataclass(slots=True)
class Section:
    """A heading with its own blocks, without those of the sections below it. `path` holds the words of the headings
    above it and its own, `places` their ids; the page's title stands first, with the id "".
    """

    path: tuple[str, ...]
    places: tuple[str, ...]
    anchor: str
    level: int
    heading: str
    blocks: list[Block] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a fenced division starts or ends: its headings hold for it alone."""

    opens: bool


def joined_text(units: Sequence[Block]) -> str:
    """Blocks as one text."""
    parts = [units[0].text]
    for unit in units[1:]:
        parts += [unit.glue, unit.text]
    return "".join(parts)


def sections(text: str, title: str) -> list[Section]:
    """The sections of a page that have something to say."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    found = [Section((title,) if title else (), ("",) if title else (), "", 0, title)]
    above: list[Heading] = []
    outside: list[tuple[list[Heading], Section]] = []
    for entry in _entries(parse_lesson("\n".join(lines)), lines):
        if isinstance(entry, Block):
            found[-1].blocks.append(entry)
        elif isinstance(entry, Heading):
            above = _above(above, entry, title)
            found.append(_section(above, entry, title))
        elif entry.opens:
            outside.append((above, found[-1]))
        else:
            above, before = outside.pop()
            if before is not found[-1]:
                found.append(replace(before, heading="", blocks=[]))
    named = [section for section in found if section.blocks or section.heading]
    return [section for section, after in zip_longest(named, named[1:]) if _speaks(section, after)]


def _above(above: list[Heading], heading: Heading, title: str) -> list[Heading]:
    """The headings over what follows `heading`, itself included; the page's title is not said twice."""
    outer = [other for other in above if other.level < heading.level]
    return outer if not outer and heading.text.casefold() == title.casefold() else [*outer, heading]


def _section(above: list[Heading], heading: Heading, title: str) -> Section:
    named = [other for other in ([Heading("", 0, title)] if title else []) + above if other.text]
    path, places = tuple(other.text for other in named), tuple(other.id for other in named)
    return Section(path, places, heading.id, heading.level, heading.text)


def _speaks(section: Section, after: Section | None) -> bool:
    """A heading alone is carried by the sections below it; without any it is a text of its own."""
    return bool(section.blocks) or (bool(section.heading) and (after is None or after.level <= section.level))


def _entries(tokens: Sequence[Token], lines: list[str]) -> Iterator[Heading | Block | Edge]:
    """Headings, blocks and edges in the order of the page; lines that no token claims are kept as text."""
    done = 0
    for token in _outermost(tokens):
        start, end = token.map or (done, done)
        yield from _unclaimed(lines, done, start)
        if token.type in EDGES:
            done = max(done, start)
            yield Edge(token.type == "box_open")
            if token.type == "box_open" and token.meta["box"].kind == SOLUTION:
                yield Heading("", DEEPEST, SOLUTION.title())  # so that its text is known for one
            continue
        if token.type == "heading_open":
            yield token.meta["heading"]
        else:
            yield from _block(token, lines[max(start, done) : end])
        done = max(done, end)
    yield from _unclaimed(lines, done, len(lines))


def _outermost(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens that open a block of the page itself; fenced divisions are looked into, footnotes stay in place."""
    depth = 0
    for token in tokens:
        if token.type == "footnote_block_open":
            return
        edge = token.type in EDGES
        if depth == 0 and (edge or (token.map and token.nesting >= 0)):
            yield token
        depth += 0 if edge else token.nesting


def _unclaimed(lines: list[str], start: int, end: int) -> Iterator[Block]:
    """Footnotes and the like; the fences of divisions and the targets of links say nothing."""
    kept = [line for line in lines[start:end] if not DIVISION.fullmatch(line) and not REFERENCE.fullmatch(line)]
    text = "\n".join(kept).strip()
    if text:
        yield Block("text", text)


def _block(token: Token, lines: list[str]) -> Iterator[Block]:
    """One block of the page; a list gives a block for each item, so that it is cut between them."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    text = "\n".join(lines)
    if token.type == "html_block":
        text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    if not text.strip():
        return
    if token.type.endswith("_list_open"):
        yield from _items(lines)
    else:
        kind = "code" if token.type in LITERAL else "table" if token.type == "table_open" else "text"
        yield Block(kind, text if kind == "code" else text.strip("\n"))


def _items(lines: list[str]) -> Iterator[Block]:
    """The items of a list: each starts at a line with a marker at the list's own indent, outside code."""
    indent = len(lines[0]) - len(lines[0].lstrip())
    starts, fence = [], ""
    for number, line in enumerate(lines):
        match = FENCE.match(line)
        if match and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else match[1]
        elif not fence and ITEM.match(line[indent:]) and not line[:indent].strip():
            starts.append(number)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        glue = LINE if start and lines[start - 1].strip() else PARAGRAPH
        yield Block("text", "\n".join(lines[start:end]).rstrip(), glue)
