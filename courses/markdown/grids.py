"""Grid tables (`+---+` and `|` drawn with characters): shown as drawn, since their cells may hold whole blocks."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

BORDER = re.compile(r"\+(?:[-=:]+\+)+\s*")


def _grid_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    def line(number: int) -> str:
        return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]

    if not line(start).startswith("+-") or not BORDER.fullmatch(line(start)) or state.is_code_block(start):
        return False
    stop = start + 1
    while stop < end and line(stop)[:1] in {"|", "+"} and state.sCount[stop] >= state.blkIndent:
        stop += 1
    if stop - start < 3:  # a border, a row and a border at the least
        return False
    if not silent:
        token = state.push("code_block", "code", 0)
        token.content = state.getLines(start, stop, state.blkIndent, False) + "\n"
        token.map = [start, stop]
        state.line = stop
    return True


def grids_plugin(md: MarkdownIt) -> None:
    """Adds the rule of this module to a parser."""
    alternatives = {"alt": ["paragraph", "reference", "blockquote"]}
    md.block.ruler.before("fence", "grid", _grid_rule, alternatives)  # type: ignore[arg-type]
