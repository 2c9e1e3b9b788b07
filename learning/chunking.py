"""Cuts a page into pieces that the embedding model can take whole, along the page's own structure.

A piece is a section or a run of its blocks, never a part of a code block or of a table row unless that alone exceeds
the limit. Each piece knows the headings above it, and the text that is embedded starts with them. Nothing of the page
is lost, the order stays, and the same page always gives the same pieces. Pure: no model, no database, no clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from learning.cutting import Fits, cut
from learning.sections import Block, Section, joined_text, sections

LIMIT = 254  # tokens of the embedded text; the model takes 256 with its two marks
SMALL = 0.25  # sections below this part of the limit may join their neighbours
JOINED = 0.5  # and do so up to this part of it
PREFIX_SHARE = 0.4  # part of the limit that headings may take; above it the outermost are left out

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a page. `heading_path` starts with the page's title, `anchor` is the id of the nearest heading above
    ("" before the first), `content` is Markdown, `token_count` counts `embedded_text`, `places` are the ids of the
    headings in the path.
    """

    position: int
    heading_path: tuple[str, ...]
    anchor: str
    content: str
    token_count: int
    prefix: str = ""
    places: tuple[str, ...] = ()

    @property
    def embedded_text(self) -> str:
        """The headings and the content: what the model reads."""
        return _embedded(self.prefix, self.content)


def chunk(text: str, *, title: str, count_tokens: Count, limit: int = LIMIT) -> list[Piece]:
    """The pieces of a page in order. No `embedded_text` exceeds `limit` tokens as `count_tokens` counts them, provided
    that any single character fits. A page without text gives one piece with its title, or none without a title.
    """
    parts = [_pieces(section, count_tokens, limit) for section in sections(text, " ".join(title.split()))]
    drafts = _join_small(parts, count_tokens, limit)
    return [replace(piece, position=position) for position, piece in enumerate(drafts)]


def _pieces(section: Section, count: Count, limit: int) -> list[Piece]:
    """The pieces of one section, each as full as its blocks allow."""
    prefix = _prefix(section.path, count, limit)

    def fits(content: str) -> bool:
        return count(_embedded(prefix, content)) <= limit

    blocks = section.blocks or [Block("text", section.heading)]
    units = [unit for block in blocks for unit in cut(block, fits)]
    return [
        Piece(0, section.path, section.anchor, content, count(_embedded(prefix, content)), prefix, section.places)
        for content in _fill(units, fits)
    ]


def _prefix(path: Sequence[str], count: Count, limit: int) -> str:
    """The headings as one line; too long a line loses its outermost headings first, then the end of the last."""
    for start in range(len(path)):
        line = " > ".join(path[start:])
        if count(line) <= limit * PREFIX_SHARE:
            return line
    words = path[-1].split() if path else []
    while words and count(" ".join(words)) > limit * PREFIX_SHARE:
        words = words[: len(words) // 2]
    return " ".join(words)


def _embedded(prefix: str, content: str) -> str:
    return f"{prefix}\n\n{content}" if prefix and prefix != content else content


def _fill(units: Sequence[Block], fits: Fits) -> list[str]:
    """Packs units in order; a line that introduces the next unit goes with it, and a last scrap evens out."""
    groups: list[list[Block]] = []
    for unit in units:
        if groups and fits(joined_text([*groups[-1], unit])):
            groups[-1].append(unit)
            continue
        lead = groups[-1][-1] if groups and len(groups[-1]) > 1 else None
        if lead and lead.text.rstrip().endswith(":") and fits(joined_text([lead, unit])):
            groups[-1].pop()
            groups.append([lead, unit])
        else:
            groups.append([unit])
    return [joined_text(group) for group in _evened(groups, fits)]


def _evened(groups: list[list[Block]], fits: Fits) -> list[list[Block]]:
    """Moves units from the last full piece to a scrap behind it until the two are of like size."""
    if len(groups) < 2:
        return groups
    before, last = list(groups[-2]), list(groups[-1])
    while (
        len(before) > 1
        and len(joined_text([before[-1], *last])) <= len(joined_text(before[:-1]))
        and fits(joined_text([before[-1], *last]))
    ):
        last.insert(0, before.pop())
    return [*groups[:-2], before, last]


def _join_small(parts: Sequence[Sequence[Piece]], count: Count, limit: int) -> list[Piece]:
    """Joins neighbouring sections that are small and stand under the same heading."""
    result: list[Piece] = []
    may_grow = False  # the last piece is one whole small section, or several of them
    for pieces in parts:
        alone = pieces[0] if len(pieces) == 1 and pieces[0].token_count <= limit * SMALL else None
        joined = _joined(result[-1], alone, count) if alone and may_grow else None
        if joined and joined.token_count <= limit * JOINED:
            result[-1] = joined
        else:
            result.extend(pieces)
            may_grow = alone is not None
    return result


def _joined(first: Piece, second: Piece, count: Count) -> Piece | None:
    """Both pieces under the heading they share, or None: a heading's own text takes the section below it, a section
    takes its neighbour.
    """
    parent, places = second.heading_path[:-1], second.places[:-1]
    if not parent or places not in (first.places, first.places[:-1]):
        return None
    start = [Block("text", first.content)] if first.places == places else _headed(first)
    content = joined_text([*start, *_headed(second)])
    prefix = " > ".join(parent)
    return Piece(0, parent, first.anchor, content, count(_embedded(prefix, content)), prefix, places)


def _headed(piece: Piece) -> list[Block]:
    level = min(len(piece.heading_path), 6)
    return [Block("text", f"{'#' * level} {piece.heading_path[-1]}"), Block("text", piece.content)]
