"""Writes chosen statements down as readable Markdown: in the order of their source, neighbours in one paragraph, each cited."""

import re
from collections.abc import Iterator, Sequence

from ai.providers.cues import HAS_STEPS
from ai.providers.events import Source
from ai.providers.scoring import Scored, Unit
from ai.providers.sentences import Block, Statement

MOST_LINES = 30  # of one code block or table
MOST_BLOCKS = 3  # for one statement
LOOKS_AHEAD = re.compile(r"\b(?:following|below|example|like this|as follows|commands?|these)\b", re.IGNORECASE)


def render(chosen: Sequence[Scored], sources: Sequence[Source]) -> str:
    """Markdown; the source of the best statement comes first."""
    paragraphs: list[str] = []
    before: Unit | None = None
    for unit in _reading_order(chosen):
        number = sources[unit.source].number
        text = "\n\n".join(_parts(unit, number))
        joint = _joint(before, unit)
        if joint is None:
            paragraphs.append(text)
        else:
            paragraphs[-1] += joint + text
        before = unit
    return "\n\n".join(paragraphs)


def _reading_order(chosen: Sequence[Scored]) -> list[Unit]:
    first = {one.unit.source: place for place, one in reversed(list(enumerate(chosen)))}
    return sorted((one.unit for one in chosen), key=lambda unit: (first[unit.source], unit.order))


def _joint(before: Unit | None, unit: Unit) -> str | None:
    """What stands between two units, or None for a new paragraph."""
    if before is None or before.source != unit.source or before.parts[-1].blocks or len(before.parts) > 1:
        return None
    last, first = before.parts[-1], unit.parts[0]
    if last.marker and first.marker:
        return "\n"
    is_prose = not (last.marker or first.marker or len(unit.parts) > 1)
    return " " if is_prose and last.paragraph == first.paragraph and last.text[-1:] in ".!?)\"'" else None


def _parts(unit: Unit, number: int) -> Iterator[str]:
    """The paragraphs of one unit; the words that announce a list are cited for the whole of it."""
    lead, *rest = unit.parts
    is_list = bool(lead.marker)
    lines = [_line(lead, number)] if lead.text else []
    if is_list:
        lines += [_line(part, number, indent=part.indent - lead.indent) for part in rest]
    if lines:
        yield "\n".join(lines)
    if rest and not is_list:
        margin = rest[0].indent
        yield "\n".join(_line(part, None, indent=part.indent - margin, marker=part.marker or "-") for part in rest)
    blocks = [block for part in unit.parts for block in part.blocks if block.kind == "table" or _leads_on(part)]
    yield from (_block(block) for block in _worth_showing(blocks))
    if not lead.text:
        yield f"[{number}]"


def _line(part: Statement, number: int | None, *, indent: int = 0, marker: str = "") -> str:
    cited = f"{_safe(part.text)} [{number}]" if number else _safe(part.text)
    marker = marker or part.marker
    return f"{' ' * max(indent, 0)}{marker} {cited}" if marker else cited


def _safe(text: str) -> str:
    """Keeps a sentence from beginning a heading, quotation or list it was not."""
    return (
        re.sub(r"^([#>+]|-(?=\s)|\d+(?=[.)]\s))", r"\\\1", text)
        if not text[:1].isdigit()
        else re.sub(r"^(\d+)([.)]\s)", r"\1\\\2", text)
    )


def _leads_on(part: Statement) -> bool:
    """Whether the code that follows belongs to the statement, and does not merely stand below it."""
    is_whole = part.text.endswith((".", "!", "?")) and "`" not in part.text
    return not is_whole or bool(HAS_STEPS.search(part.text) or LOOKS_AHEAD.search(part.text))


def _worth_showing(blocks: Sequence[Block]) -> list[Block]:
    """The first blocks, without what a command printed."""
    shown = [block for n, block in enumerate(blocks) if n == 0 or block.language != "output"]
    return shown[:MOST_BLOCKS]


def _block(block: Block) -> str:
    lines = block.text.splitlines()
    text = "\n".join(lines if len(lines) <= MOST_LINES else [*lines[:MOST_LINES], "..."])
    if block.kind == "table":
        return text
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{block.language}\n{text}\n{fence}"
