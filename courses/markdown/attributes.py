"""Attributes in braces after a heading, an image or a link: `{#setup}`, `{.wide}`, `{alt='A diagram'}`.

Tolerates the dialects of Pandoc, kramdown (`{: .callout}`) and the Carpentries. Braces that hold anything else are
text.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

ATTRIBUTE = r"""(?:\#(?P<id>[\w:.-]+)|\.(?P<cls>[\w-]+)|(?P<key>[\w-]+)=(?P<value>"[^"]*"|'[^']*'|[^\s"'}]+))"""
ONE = re.compile(ATTRIBUTE, re.VERBOSE)
BRACES = re.compile(r"\{:?\s*(?:" + re.sub(r"\?P<\w+>", "?:", ATTRIBUTE) + r"\s*)+\}")
AT_END = re.compile(r"\s*(" + BRACES.pattern + r")\s*$")
FOLLOWERS = ("image", "link_close", "code_inline", "em_close", "strong_close")


def read_attributes(braces: str) -> dict[str, str]:
    """The attributes of one pair of braces; classes are joined by a space under `class`."""
    found: dict[str, str] = {}
    for match in ONE.finditer(braces):
        if match["id"]:
            found["id"] = match["id"]
        elif match["cls"]:
            found["class"] = f"{found.get('class', '')} {match['cls']}".strip()
        else:
            found[match["key"]] = match["value"][1:-1] if match["value"][0] in "\"'" else match["value"]
    return found


def split_attributes(text: str) -> tuple[str, dict[str, str]]:
    """A heading's text without the braces at its end, and what they said."""
    match = AT_END.search(text)
    if match is None:
        return text, {}
    return text[: match.start()], read_attributes(match[1])


def _after_inline(state: StateInline, silent: bool) -> bool:
    """Consumes braces that directly follow an image, a link or a code span; keeps `alt` for images."""
    if state.src[state.pos] != "{" or state.pending or not state.tokens or state.tokens[-1].type not in FOLLOWERS:
        return False
    match = BRACES.match(state.src, state.pos)
    if match is None:
        return False
    if not silent and state.tokens[-1].type == "image":
        state.tokens[-1].meta["alt"] = read_attributes(match[0]).get("alt", "")
    state.pos = match.end()
    return True


def _drop_lone_braces(state: StateCore) -> None:
    """A paragraph's last line that is only braces (kramdown marks the block above it that way) is no text."""
    for token in state.tokens:
        if token.type == "inline" and token.content.rstrip().endswith("}"):
            head, _, last = token.content.rstrip().rpartition("\n")
            if BRACES.fullmatch(last.strip()):
                token.content = head


def attributes_plugin(md: MarkdownIt) -> None:
    """Adds the rules of this module to a parser."""
    md.inline.ruler.push("attributes", _after_inline)
    md.core.ruler.before("inline", "lone_attributes", _drop_lone_braces)
