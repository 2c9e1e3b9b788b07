"""Takes a passage of Markdown apart into statements: a sentence, list item or line, with the blocks that belong to it.

Pure text work, tuned for passages of some hundred words. It refuses to be a Markdown parser: what it does not know is a
paragraph. Images, footnote marks and raw markup are dropped, links keep their words, and a `[3]` of the author's own is written
`(3)`, so that it can never pass for a citation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

SHORT_LINE = 60  # characters; a shorter line that ends without a full stop was broken on purpose,
VERY_SHORT_LINE = 30  # or this short in a paragraph that is wrapped elsewhere
LONG_SENTENCE = 45  # words; a longer one is taken apart at its semicolons and dashes

FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w+#.-]*)")
HEADING = re.compile(r"\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$")
ITEM = re.compile(r"(\s*)([-*+•]|\d{1,3}[.)])\s+(?=\S)")
ROW = re.compile(r"\s*\|.*\|\s*$")
RULE = re.compile(r"[\W_]*$")
ADMONITION = re.compile(r"\s*(:{3,}.*|!{3}\s.*|\[!\w+\]\s*|<!--.*-->\s*)$")

CODE_SPAN = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")
IMAGE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LINK = re.compile(r"\[([^\]]+)\](?:\((?:<[^>]*>|[^)\s]*)(?:\s+[\"'][^)]*)?\)|\[[^\]]*\])")
DEFINITION = re.compile(r"\s{0,3}\[[^\]]+\]:\s+\S")
AIM = re.compile(
    r"(?:explain|describe|understand|identify|distinguish|recogni[sz]e|discuss|learn|define|compare)\s", re.IGNORECASE
)
EXERCISE = re.compile(r"\b(?:challenge|exercise|quiz|solution)\b", re.IGNORECASE)
AIMS = re.compile(
    r"\b(?:objectives?|goals?|questions|outcomes?|you will learn|what you.ll learn|agenda|prerequisites)\b", re.IGNORECASE
)
ATTRIBUTES = re.compile(r"\{:?\s*(?:[.#][\w-]+\s*|[\w-]+=(?:'[^']*'|\"[^\"]*\"|[^\s}]+)\s*)+\}")
FOOTNOTE = re.compile(r"\[\^[^\]]+\]:?")
OWN_MARK = re.compile(r"[\[【](\d{1,3}(?:\s*[,;]\s*\d{1,3})*)[\]】]")
TAG = re.compile(
    r"</?(?:a|abbr|b|br|center|code|del|details|div|em|figcaption|figure|font|h[1-6]|hr|i|iframe|img|ins|kbd|li|mark|ol|p|pre|section|small|"
    r"source|span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul|video)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_]*(?:`|[^\W_a-z]))|(?<=[。！？])")
ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|approx|no|fig|eq|sec|ch|p|pp|dr|mr|mrs|ms|prof|st|jr|sr|inc|dept|a\.m|p\.m)|\b[A-Z])\.$",
    re.IGNORECASE,
)
GOES_ON = re.compile(r"[\[(*_\"'“]*[a-z]|\(")  # how a line begins that continues the one before
COMMANDS = (
    "apt|apt-get|aws|az|brew|cat|cd|chmod|chown|conda|cp|curl|docker|docker-compose|echo|export|gcloud|git|java|javac|kubectl|ls|mkdir|mv|node|npm|npx|"
    "pip|pip3|psql|python|python3|rm|scp|ssh|sudo|tar|terraform|unzip|wget"
)
# A line of a program that its author did not mark as one: a prompt, a command, an assignment or call, an import.
UNMARKED_CODE = re.compile(
    r"\s*(?:\$ \S|>>> |#!/"
    rf"|(?:{COMMANDS})(?: [\w./~-]+){{0,3}}$|(?:{COMMANDS}) (?=.*[-/=$\"\\_:]).*[^.!?:,;]$"
    r"|[\w.\[\]\"']+ ?= ?\S[^.]*$|[a-z_][\w.]*\(.*[)\\,(]$|\.\w+\(.*$|[)\]}]+$"
    r"|import [\w.]+(?: as \w+)?$|from [\w.]+ import .*$|(?:SELECT|INSERT|UPDATE|CREATE|DELETE|FROM|WHERE) .*[^.!?:]$)"
)
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
    is_aim: bool = False  # an objective, a choice or part of an exercise: no explanation

    @property
    def is_open(self) -> bool:
        """Whether it announces what follows."""
        return self.text.rstrip("*_ ").endswith(":")


@dataclass
class _Reader:
    lines: list[str]
    at: int = 0
    section: str = ""
    paragraph: int = 0
    found: list[Statement] = field(default_factory=list)

    def read(self) -> list[Statement]:
        while self.at < len(self.lines):
            self._one(self.lines[self.at])
        return _without_aims(self.found)

    def _one(self, line: str) -> None:
        if FENCE.match(line):
            self._attach(self._code())
        elif line.strip() == "$$":
            self._attach(self._formula())
        elif ROW.match(line):
            self._attach(self._table())
        elif UNMARKED_CODE.match(line):
            self._attach(self._unmarked_code())
        elif ITEM.match(line):
            self._item(line)
        elif HEADING.match(line) or RULE.match(line) or ADMONITION.match(line) or DEFINITION.match(line):
            self.at, self.paragraph = self.at + 1, self.paragraph + 1
            self.section = line if line.strip() else self.section
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

    def _formula(self) -> Block:
        end = next((n for n in range(self.at + 1, len(self.lines)) if self.lines[n].strip() == "$$"), len(self.lines))
        body, self.at = self.lines[self.at + 1 : end], end + 1
        return Block("code", "\n".join(line.strip() for line in body), "tex")

    def _unmarked_code(self) -> Block:
        start = self.at
        while self.at < len(self.lines) and UNMARKED_CODE.match(self.lines[self.at]):
            self.at += 1
        return Block("code", "\n".join(line.strip() for line in self.lines[start : self.at]))

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
            shown = marker if marker[0].isdigit() else "-"
            self.found.append(
                Statement(text, self.paragraph, shown, indent, is_aim=self._in_exercise or bool(AIMS.search(self.section)))
            )

    @property
    def _in_exercise(self) -> bool:
        """Where the solution should not slip out."""
        return bool(ADMONITION.match(self.section) and EXERCISE.search(self.section))

    def _prose(self) -> None:
        self.paragraph += 1
        for text in joined(list(self._lines(soft=False))):
            for sentence in sentences(plain(text)):
                self.found.append(Statement(sentence, self.paragraph, is_aim=self._in_exercise))

    def _lines(self, *, soft: bool) -> Iterator[str]:
        """The lines until the block ends; with `soft` those that continue a list item."""
        while self.at < len(self.lines):
            line = self.lines[self.at]
            ends = any(rule.match(line) for rule in (FENCE, ROW, UNMARKED_CODE, ITEM, HEADING, ADMONITION))
            if ends or line.strip() in ("", "$$") or (soft and RULE.match(line)):
                return
            self.at += 1
            yield line.strip().lstrip(">").strip()


def statements(markdown: str, heading: str = "") -> list[Statement]:
    """The statements of a passage, in order; `heading` is the one it stands under."""
    return _Reader(markdown.expandtabs(4).splitlines(), section=heading).read()


def _without_aims(found: list[Statement]) -> list[Statement]:
    """Marks the lists of which an item is worded as a learning objective, and those that follow a question."""
    aims = {part.paragraph for part in found if part.marker and AIM.match(part.text)}
    choices = {
        part.paragraph for before, part in pairwise(found) if part.marker and not before.marker and before.text.endswith("?")
    }
    return [replace(part, is_aim=part.is_aim or (bool(part.marker) and part.paragraph in aims | choices)) for part in found]


def joined(lines: list[str]) -> list[str]:
    """Undoes wrapping: a line goes on unless it ended with a stop, or was short and the next begins anew."""
    is_wrapped = any(GOES_ON.match(line) for line in lines[1:])
    least = VERY_SHORT_LINE if is_wrapped else SHORT_LINE
    texts: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        goes_on = before.endswith(",") or GOES_ON.match(line) or len(before) >= least
        if not before or before.endswith(":") or not goes_on:
            texts.append(line)
        else:
            texts.append(f"{texts.pop()} {line}")
    return texts


def plain(text: str) -> str:
    """Inline Markdown that still reads well out of its place: code spans stay, images and tags go, links become words."""
    spans: list[str] = []

    def keep(match: re.Match[str]) -> str:
        spans.append(match[0])
        return f"\ue000{len(spans) - 1}\ue001"

    text = CODE_SPAN.sub(keep, text.replace("\ue000", "").replace("\ue001", ""))
    text = LINK.sub(r"\1", ATTRIBUTES.sub("", IMAGE.sub("", text)))
    text = OWN_MARK.sub(r"(\1)", TAG.sub("", FOOTNOTE.sub("", text))).replace("`", "")
    text = re.sub(r"__(?=\w)|(?<=\w)__", "**", text)
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
    parts = BREAKS.split(sentence) if len(sentence.split()) > LONG_SENTENCE else [sentence]
    yield from (_balanced(part.strip()) for part in parts if part.strip())


def _balanced(sentence: str) -> str:
    """Without bold marks when one of a pair was left in another sentence."""
    return sentence.replace("**", "") if sentence.count("**") % 2 else sentence
