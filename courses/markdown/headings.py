"""Headings and their ids: the places in a lesson that an outline and a citation can point at.

An id depends on the heading's own words alone, so edits elsewhere leave it as it is; the same words again are numbered
in order. Ids carry a prefix: no lesson can take an id that the page around it uses.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from courses.markdown.attributes import split_attributes
from courses.markdown.tokens import words

ID_PREFIX = "at-"
SLUG_LENGTH = 80  # characters; longer headings are cut, the number still tells them apart
DEEPEST = 6


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a lesson: `id` as in the HTML, `level` 2 to 6 (the page's own title is 1), `text` without markup."""

    id: str
    level: int
    text: str


def slug(text: str) -> str:
    """Lower-case words joined by hyphens, letters of every script kept; "section" when nothing is left."""
    plain = re.sub(r"[^\w\s-]", "", unicodedata.normalize("NFKC", text).lower())
    return re.sub(r"[\s_-]+", "-", plain).strip("-")[:SLUG_LENGTH].rstrip("-") or "section"


def anchor_for(fragment: str) -> str:
    """The id in the HTML for what an author writes after `#` in a link."""
    return fragment if fragment.startswith(ID_PREFIX) else ID_PREFIX + fragment


def _text(inline: Token) -> str:
    return " ".join(words(inline.children or []).split())


def _read_braces(state: StateCore) -> None:
    """Takes the braces off the end of each heading and keeps what they said."""
    for opening, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if opening.type == "heading_open":
            inline.content, attributes = split_attributes(inline.content)
            opening.meta["wanted"] = attributes.get("id", "")


def _free(base: str, taken: set[str]) -> str:
    candidate, number = base, 1
    while candidate in taken:
        number += 1
        candidate = f"{base}-{number}"
    return candidate


def _give_ids(state: StateCore) -> None:
    """Gives each heading its id and its level below the page's title."""
    pairs = [(a, b) for a, b in zip(state.tokens, state.tokens[1:], strict=False) if a.type == "heading_open"]
    taken: set[str] = set()
    lower = 1 if any(opening.tag == "h1" for opening, _inline in pairs) else 0
    for explicit in (True, False):  # an id that the author chose is never taken by other words
        for opening, inline in pairs:
            wanted = opening.meta["wanted"]
            if bool(wanted) == explicit:
                identifier = _free(anchor_for(wanted or slug(_text(inline))), taken)
                taken.add(identifier)
                level = min(int(opening.tag[1]) + lower, DEEPEST)
                opening.meta["heading"] = Heading(identifier, level, _text(inline))
    _lower_tags(state.tokens, lower)


def _lower_tags(tokens: Sequence[Token], by: int) -> None:
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + by, DEEPEST)}"
            if token.nesting == 1:
                token.attrSet("id", token.meta["heading"].id)


def outline(tokens: Sequence[Token]) -> tuple[Heading, ...]:
    """The headings of parsed text, in order."""
    return tuple(token.meta["heading"] for token in tokens if token.type == "heading_open")


def headings_plugin(md: MarkdownIt) -> None:
    """Adds the rules of this module to a parser."""
    md.core.ruler.before("inline", "heading_braces", _read_braces)
    md.core.ruler.push("heading_ids", _give_ids)
