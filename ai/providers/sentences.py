"""Takes a passage of Markdown apart into statements: a sentence, list item or line, with the blocks that belong to it.

Pure text work, tuned for passages of some hundred words. It refuses to be a Markdown parser: what it does not know is a
paragraph. Images, footnote marks and raw markup are dropped, links keep their words, and a `[3]` of the author's own is written
`(3)`, so that it can never pass for a citation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

SHORT_LINE = 60  # characters; a shorter line that ends without a full stop was broken on purpose
LONG_SENTENCE = 45  # words; a longer one is taken apart at its semicolons and dashes

FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w+#.-]*)")
HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
ITEM = re.compile(r"(\s*)([-*+•]|\d{1,3}[.)])\s+(?=\S)")
ROW = re.compile(r"\s*\|.*\|\s*$")
RULE = re.compile(r"[\W_]*$")
ADMONITION = re.compile(r"\s*(:{3,}.*|!{3}\s.*|\[!\w+\]\s*|<!--.*-->\s*)$")

CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LINK = re.compile(r"\[([^\]]+)\]\((?:<[^>]*>|[^)\s]*)(?:\s+[\"'][^)]*)?\)")
FOOTNOTE = re.compile(r"\[\^[^\]]+\]:?")
OWN_MARK = re.compile(r"[\[【](\d{1,3}(?:\s*[,;]\s*\d{1,3})*)[\]】]")
TAG = re.compile(r"</?(?:[a-z][a-z0-9]*)(?:\s[^<>]*)?/?>", re.IGNORECASE)
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_`]*[^\W_a-z])|(?<=[。！？])")
ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|no|fig|eq|sec|ch|p|pp|dr|mr|mrs|ms|prof|st|jr|sr|inc|dept|a\.m|p\.m)|\b[A-Z])\.$",
                          re.IGNORECASE)
BREAKS = re.compile(r"(?<=;)\s+|\s+(?:[-–—•]|�)\s+")

BlockKind = Literal["code", "item", "line", "table"]


@dataclass(frozen=True, slots=True)
class Block:
    """Something that comes along whole: code with its language, a list item, a table."""

    kind: BlockKind
    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing a passage says. `paragraph` is equal for neighbours that were one paragraph or one list."""

    text: str
    paragraph: int
    marker: str = ""  # of a list item: "-" or "3."
    indent: int = 0
    blocks: tuple[Block, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether it announces what follows."""
        return self.text.rstrip("*_ ").endswith(":")


@dataclass
class _Reader:
    lines: list[str]
    at: int = 0
    paragraph: int = 0
    found: list[Statement] = field(default_factory=list)

    def read(self) -> list[Statement]:
        while self.at < len(self.lines):
            self._one(self.lines[self.at])
        return self.found

    def _one(self, line: str) -> None:
        if FENCE.match(line):
            self._attach(self._code())
        elif ROW.match(line):
            self._attach(self._table())
        elif ITEM.match(line):
            self._item(line)
        elif HEADING.match(line) or RULE.match(line) or ADMONITION.match(line):
            self.at, self.paragraph = self.at + 1, self.paragraph + 1
        else:
            self._prose()

    def _code(self) -> Block:
        match = FENCE.match(self.lines[self.at])
        fence, language = (match[1], match[2]) if match else ("```", "")
        end = self.at + 1
        while end < len(self.lines) and not self.lines[end].strip().startswith(fence):
            end += 1
        body, self.at = self.lines[self.at + 1 : end], end + 1
        margin = min((len(line) - len(line.lstrip()) for line in body if line.strip()), default=0)
        return Block("code", "\n".join(line[margin:].rstrip() for line in body).strip("\n"), language)

    def _table(self) -> Block:
        start = self.at
        while self.at < len(self.lines) and ROW.match(self.lines[self.at]):
            self.at += 1
        return Block("table", "\n".join(plain(line.strip()) for line in self.lines[start : self.at]))

    def _attach(self, block: Block) -> None:
        """A block belongs to the statement before it; one without stands alone."""
        self.paragraph += 1
        if not block.text.strip():
            return
        if self.found:
            self.found[-1] = replace(self.found[-1], blocks=(*self.found[-1].blocks, block))
        else:
            self.found.append(Statement("", self.paragraph, blocks=(block,)))

    def _item(self, line: str) -> None:
        match = ITEM.match(line)
        indent, marker = (len(match[1]), match[2]) if match else (0, "-")
        first = line[match.end() :] if match else line
        self.at += 1
        text = plain(" ".join([first, *self._lines(soft=True)]))
        if text:
            self.found.append(Statement(text, self.paragraph, marker if marker[0].isdigit() else "-", indent))

    def _prose(self) -> None:
        self.paragraph += 1
        for text in joined(list(self._lines(soft=False))):
            for sentence in sentences(plain(text)):
                self.found.append(Statement(sentence, self.paragraph))

    def _lines(self, *, soft: bool) -> Iterator[str]:
        """The lines until the block ends; with `soft` those that continue a list item."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            ends = FENCE.match(line) or ROW.match(line) or ITEM.match(line) or HEADING.match(line) or ADMONITION.match(line)
            if ends or not line.strip() or (soft and RULE.match(line)):
                return
            self.at += 1
            yield line.strip().lstrip(">").strip()


def statements(markdown: str) -> list[Statement]:
    """The statements of a passage, in order."""
    return _Reader(markdown.expandtabs(4).splitlines()).read()


def joined(lines: list[str]) -> list[str]:
    """Undoes wrapping: a line goes on unless it ended with a stop, or was short and the next begins anew."""
    texts: list[str] = []
    for before, line in zip([""] + lines, lines, strict=False):
        goes_on = before.endswith(",") or line[:1].islower() or len(before) >= SHORT_LINE
        is_new = not before or before.endswith(":") or not goes_on
        texts.append(line) if is_new else texts.append(f"{texts.pop()} {line}")
    return texts


def plain(text: str) -> str:
    """Inline Markdown that still reads well out of its place: code spans stay, images and tags go, links become words."""
    spans: list[str] = []

    def keep(match: re.Match[str]) -> str:
        spans.append(match[0])
        return f"\ue000{len(spans) - 1}\ue001"

    text = CODE_SPAN.sub(keep, text.replace("\ue000", "").replace("\ue001", ""))
    text = LINK.sub(r"\1", IMAGE.sub("", text))
    text = OWN_MARK.sub(r"(\1)", TAG.sub("", FOOTNOTE.sub("", text))).replace("`", "")
    text = re.sub(r"\*\*|__(?=\w)|(?<=\w)__", "", text)
    text = re.sub("\ue000(\\d+)\ue001", lambda match: spans[int(match[1])], text)
    return " ".join(text.split())


def sentences(text: str) -> Iterator[str]:
    """Sentences of plain text; not cut inside code spans, after abbreviations or initials."""
    spans = [match.span() for match in CODE_SPAN.finditer(text)]
    start = 0
    for match in SENTENCE_END.finditer(text):
        inside = any(first < match.end() < last for first, last in spans)
        if not inside and not ABBREVIATION.search(text[start : match.start()]):
            yield from _parts(text[start : match.end()].strip())
            start = match.end()
    if text[start:].strip():
        yield from _parts(text[start:].strip())


def _parts(sentence: str) -> Iterator[str]:
    if len(sentence.split()) <= LONG_SENTENCE:
        yield sentence
        return
    yield from (part.strip() for part in BREAKS.split(sentence) if part.strip())
