"""Fenced divisions: `::: challenge` ... `:::`, as Pandoc, Quarto, Docusaurus and the Carpentries write them.

A line of three or more colons with a name opens one, a line of colons alone closes the innermost. They nest, the number
of colons need not agree, an open one ends with the text, and a closing line without an opening one is dropped.
"""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from courses.markdown.tokens import draw_with

FENCE_LINE = re.compile(r":{3,}\s*(?P<info>[^:].*?)?\s*:*\s*")
CODE_FENCE = re.compile(r"(`{3,}|~{3,})")
NAME = re.compile(r"[\w-]+")
FOLDED = frozenset({"solution", "hint", "spoiler", "instructor"})
KINDS = FOLDED | {
    "objectives", "questions", "keypoints", "prereq", "challenge", "exercise", "callout", "discussion", "checklist",
    "testimonial", "note", "tip", "info", "important", "warning", "caution", "danger",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """What an opening line says: the kind of box ("" when unknown) and its own title ("" when none)."""

    kind: str
    title: str


def read_opening(info: str) -> Box:
    """`challenge`, `{.callout-note}`, `note My title`, `tip[My title]`, `challenge ## My title`."""
    match = NAME.search(info)
    if match is None:
        return Box("", "")
    kind = match[0].lower().removeprefix("callout-")
    title = "" if info.startswith("{") else info[match.end() :].strip().strip("[]#} ").strip()
    return Box(kind if kind in KINDS else "", title)


def label(kind: str) -> str:
    """The words that head a box of this kind."""
    return {
        "objectives": _("Objectives"), "questions": _("Questions"), "keypoints": _("Key points"),
        "prereq": _("Before you start"), "challenge": _("Challenge"), "exercise": _("Exercise"),
        "callout": _("Good to know"), "discussion": _("Discussion"), "checklist": _("Checklist"),
        "testimonial": _("Testimonial"), "note": _("Note"), "tip": _("Tip"), "info": _("Good to know"),
        "important": _("Important"), "warning": _("Warning"), "caution": _("Caution"), "danger": _("Danger"),
        "solution": _("Solution"), "hint": _("Hint"), "spoiler": _("More on this"),
        "instructor": _("For the trainer"),
    }.get(kind, "")  # fmt: skip


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _closing_line(state: StateBlock, start: int, end: int) -> int:
    """The line that closes the box opened at `start`, or `end` when none does; fences inside code do not count."""
    depth, code = 1, ""
    for number in range(start + 1, end):
        text = _line(state, number)
        if text and state.sCount[number] < state.blkIndent:
            return number
        fence = CODE_FENCE.match(text)
        if fence and (not code or text.startswith(code)):
            code = "" if code else fence[1]
        match = None if code else FENCE_LINE.fullmatch(text)
        if match:
            depth += 1 if match["info"] else -1
        if depth == 0:
            return number
    return end


def _box_rule(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    match = FENCE_LINE.fullmatch(_line(state, start))
    if match is None or state.is_code_block(start):
        return False
    if silent:
        return True
    if not match["info"]:  # closes nothing
        state.line = start + 1
        return True
    close = _closing_line(state, start, end)
    opening = state.push("box_open", "div", 1)
    opening.block, opening.map, opening.meta = True, [start, close], {"box": read_opening(match["info"])}
    parent, last = state.parentType, state.lineMax
    state.parentType, state.lineMax = "container", close
    state.md.block.tokenize(state, start + 1, close)
    state.parentType, state.lineMax = parent, last
    closing = state.push("box_close", "div", -1)
    closing.block, closing.meta = True, opening.meta
    closed_by_fence = close < end and FENCE_LINE.fullmatch(_line(state, close))
    state.line = close + 1 if closed_by_fence else close
    return True


def _open(token: Token) -> str:
    box: Box = token.meta["box"]
    if not box.kind:
        return "<div>\n"
    title = escapeHtml(box.title or label(box.kind))
    if box.kind in FOLDED:
        return f'<details class="box box-{box.kind}"><summary>{title}</summary>\n'
    return f'<aside class="box box-{box.kind}"><p class="box-title">{title}</p>\n'


def _close(token: Token) -> str:
    kind = token.meta["box"].kind
    return "</div>\n" if not kind else "</details>\n" if kind in FOLDED else "</aside>\n"


def boxes_plugin(md: MarkdownIt) -> None:
    """Adds the rules of this module to a parser."""
    alternatives = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    md.block.ruler.before("fence", "box", _box_rule, alternatives)  # type: ignore[arg-type]
    draw_with(md, {"box_open": _open, "box_close": _close})
