"""Text from a model or a person as HTML: the one renderer for stream, history, desk, admin and mail.

Such text is hostile. HTML stays text, pictures are not fetched, links lead only to https and mailto, and nothing in it
can carry an id, a class, a style or an attribute that a script reads. What is no Markdown and no formula is shown exactly
as written.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from courses.markdown import maths
from courses.markdown.tokens import cell, draw_with

NEW_LINE = "\n"
LONGEST = 40_000  # characters; longer text is shown without formatting, so that hostile text costs little
# A citation marker, or a bare address up to the punctuation that ends its sentence.
SPECIAL = re.compile(r"\[(?P<number>\d{1,3})\]|\bhttps://[^\s<>\"'`|\\^{}]*[^\s<>\"'`|\\^{}.,;:!?)\]*_~]")
BRACKETED = re.compile(r"\\\((?P<inline>[^\n]{1,500}?)\\\)|\\\[(?P<display>[^$]{1,2000}?)\\\]")
OUTWARD = re.compile(r"(?:https://[^/\s?#]|mailto:[^\s?]+@)", re.IGNORECASE)
OWN_PAGE = re.compile(r"/[^/\\]")
TAGS = {
    "a", "b", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s",
    "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
TAGS |= maths.ELEMENTS
ATTRIBUTES: dict[str, set[str]] = {"a": {"href"}, "ol": {"start"}, "td": {"align"}, "th": {"align"}}
ATTRIBUTES |= {element: set(maths.ATTRIBUTES) for element in maths.ELEMENTS}


def render_message(text: str, *, citations: Mapping[int, str] | None = None) -> str:
    """Sanitised HTML of a message. `citations` maps the number in a marker such as `[1]` to a page of ours; markers
    with other numbers stay text.
    """
    if len(text) > LONGEST:
        return render_exact(text)
    html = _parser().render(text, {"citations": dict(citations or {})})
    return _cleaner().clean(html)


def render_exact(text: str) -> str:
    """What a person typed, shown exactly: every character as itself, blank lines as paragraphs, line ends as breaks."""
    paragraphs = re.split(r"\n{2,}", text.replace("\r\n", "\n").replace("\r", "\n").strip("\n"))
    return "".join(f"<p>{escapeHtml(part).replace(NEW_LINE, '<br>' + NEW_LINE)}</p>\n" for part in paragraphs)


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def _kept(_tag: str, attribute: str, value: str) -> str | None:
    if attribute == "href" and not OUTWARD.match(value) and not OWN_PAGE.match(value):
        return None
    return value


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """The one parser: it keeps nothing between calls, so threads may share it."""
    md = MarkdownIt("commonmark", {"html": False, "linkify": False, "maxNesting": 30})
    md.enable(["table", "strikethrough"]).disable(["reference", "image", "html_block", "html_inline", "entity"])
    md.use(maths.maths_plugin)
    md.inline.ruler.before("escape", "bracketed_maths", _bracketed_maths)
    md.validateLink = _may_link  # type: ignore[method-assign, assignment]
    md.core.ruler.push("link_text", _link_text)
    draw_with(md, {"fence": _code, "code_block": _code, "td_open": cell, "th_open": cell})
    draw_with(md, {"heading_open": _heading, "heading_close": _heading})
    draw_with(md, {"math_inline": _formula, "math_inline_double": _formula, "math_block": _formula})
    return md


def _may_link(address: str) -> bool:
    """Only addresses that lead out; a message may not make one that leads into the site."""
    return OUTWARD.match(address.strip()) is not None


def _bracketed_maths(state: StateInline, silent: bool) -> bool:
    r"""`\(...\)` and `\[...\]`, as models write formulas."""
    match = BRACKETED.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        token = state.push("math_inline_double" if match["display"] else "math_inline", "math", 0)
        token.content = match["display"] or match["inline"]
    state.pos = match.end()
    return True


def _formula(token: Token) -> str:
    return maths.render_maths(token.content, token.type != "math_inline")


def _link_text(state: StateCore) -> None:
    """Turns bare addresses and the markers of sent sources into links; inside a link they stay text."""
    for block in state.tokens:
        if block.type == "inline" and SPECIAL.search(block.content):
            block.children = _with_links(block.children or [], state.env["citations"])


def _with_links(children: Sequence[Token], citations: Mapping[int, str]) -> list[Token]:
    result: list[Token] = []
    inside = 0
    for child in children:
        inside += {"link_open": 1, "link_close": -1}.get(child.type, 0)
        result.extend([child] if inside or child.type != "text" else _split(child.content, citations))
    return result


def _split(text: str, citations: Mapping[int, str]) -> list[Token]:
    parts: list[Token] = []
    end = 0
    for match in SPECIAL.finditer(text):
        address = citations.get(int(match["number"])) if match["number"] else match[0]
        if address:
            parts += [Token("text", "", 0, content=text[end : match.start()]), *_link(address, match[0])]
            end = match.end()
    return [*parts, Token("text", "", 0, content=text[end:])]


def _link(address: str, text: str) -> tuple[Token, Token, Token]:
    opening = Token("link_open", "a", 1, attrs={"href": address})
    return opening, Token("text", "", 0, content=text), Token("link_close", "a", -1)


def _code(token: Token) -> str:
    return f"<pre><code>{escapeHtml(token.content)}</code></pre>\n"


def _heading(token: Token) -> str:
    """Headings of a message stand below those of the page: 3 to 6."""
    tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    return f"<{tag}>" if token.nesting == 1 else f"</{tag}>\n"
