"""Markdown as plain text, and plain text as sentences: for extracts, previews and search results."""

import re
from functools import lru_cache

from courses.markdown.lesson import parse_lesson
from courses.markdown.tokens import words

# A sentence ends at . ! or ? (with closing quotes or brackets) before a space and a start that looks like one;
# full stops of East Asian scripts need no space.
SENTENCE_END = re.compile(r"""(?<=[.!?…])(?:["'”’)\]*_`]{0,3})\s+(?=["'“‘(\[*_`]{0,3}[^\Wa-z_])|(?<=[。！？])\s*""")
ABBREVIATION = re.compile(r"(?:^|[\s(])(?:e\.g|i\.e|etc|cf|vs|Mr|Mrs|Ms|Dr|Prof|St|No|Fig|Eq|p|pp|[A-Z])\.$")
LITERAL_BLOCKS = frozenset({"fence", "code_block", "math_block"})


def plain_text(text: str) -> str:
    """The words of Markdown without its marks; blocks are separated by a blank line, HTML is left out."""
    blocks: list[str] = []
    for token in parse_lesson(text):
        if token.type == "inline":
            blocks.append(words(token.children or []))
        elif token.type in LITERAL_BLOCKS:
            blocks.append(token.content.rstrip())
    return "\n\n".join(block for block in blocks if block.strip())


@lru_cache(maxsize=4_000)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of plain text in order; joined by spaces they give the text again, but for white space."""
    found: list[str] = []
    start = 0
    for match in SENTENCE_END.finditer(text):
        head = text[start : match.end()].strip()
        if head and not ABBREVIATION.search(head) and head.count("`") % 2 == 0:
            found.append(head)
            start = match.end()
    rest = text[start:].strip()
    return (*found, rest) if rest else tuple(found)
