"""A lesson's Markdown as HTML with an outline.

Trainers may write HTML in it; whatever they write leaves through the sanitiser below: no script, style, form, frame or
event handler, ids only with our prefix, classes only of a known set, pictures only from the course's own files.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.gfm_autolink import gfm_autolink_plugin

from courses.markdown import maths
from courses.markdown.attributes import attributes_plugin
from courses.markdown.boxes import KINDS, boxes_plugin
from courses.markdown.code import CLASSES, render_code
from courses.markdown.grids import grids_plugin
from courses.markdown.headings import Heading, anchor_for, headings_plugin, outline
from courses.markdown.tokens import alternative_text, cell, draw_with

Resolve = Callable[[str], str | None]

WEB = ("http://", "https://")
OWN_PLUGINS = (boxes_plugin, grids_plugin, attributes_plugin, headings_plugin)
LINK_SCHEMES = {"http", "https", "mailto"}
ALERTS = {f"markdown-alert-{kind}" for kind in ("note", "tip", "important", "warning", "caution")}
BLOCK_CLASSES = {"box", "box-title", "markdown-alert", "markdown-alert-title", "table-scroll", "math-block"} | ALERTS
BLOCK_CLASSES |= {f"box-{kind}" for kind in KINDS}
LIST_CLASSES = {"footnotes", "footnotes-list", "footnote-item", "contains-task-list", "task-list-item"}

TABLE_OPEN = '<div class="table-scroll" tabindex="0"><table>\n'
TABLE_CLOSE = "</table></div>\n"
FOOTNOTES_OPEN = '<section class="footnotes"><ol class="footnotes-list">\n'

TEXT_TAGS = {
    "a", "abbr", "aside", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del",
    "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "img", "input", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp",
    "section", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead",
    "time", "tr", "u", "ul", "var",
}  # fmt: skip
ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "lang", "dir", "title"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "loading"},
    "ol": {"start", "type", "reversed"},
    "td": {"align", "colspan", "rowspan"},
    "th": {"align", "colspan", "rowspan", "scope"},
    "pre": {"tabindex", "data-language"},
    "div": {"tabindex"},
    "details": {"open"},
    "time": {"datetime"},
    "input": {"type", "checked", "disabled", "aria-label"},
    **{element: set(maths.ATTRIBUTES) for element in maths.ELEMENTS},
}
ALLOWED_CLASSES: dict[str, set[str]] = {
    "div": BLOCK_CLASSES,
    "aside": BLOCK_CLASSES,
    "details": BLOCK_CLASSES,
    "p": BLOCK_CLASSES,
    "pre": {"highlight"},
    "code": {"math-source"},
    "span": set(CLASSES),
    "sup": {"footnote-ref"},
    "a": {"footnote-backref", "remote-image"},
    **dict.fromkeys(("section", "ol", "ul", "li", "hr"), LIST_CLASSES),
    "input": {"task-list-item-checkbox"},
}


@dataclass(frozen=True, slots=True)
class Lesson:
    """Sanitised HTML of a lesson, and its headings in order."""

    html: str
    outline: tuple[Heading, ...]


def render_lesson(text: str, *, asset_url: Callable[[str], str], page_url: Resolve | None = None) -> Lesson:
    """The lesson as HTML. `asset_url` gives the address of a course file by the path in the text; `page_url` gives the
    address of another page by the path or id in the text, or None when it is no page of this course.
    """
    tokens = parse_lesson(text)
    html = str(_parser().renderer.render(tokens, _parser().options, {}))
    return Lesson(_sanitise(html, asset_url, page_url), outline(tokens))


def headings(text: str) -> list[Heading]:
    """The headings of a lesson, with the ids that `render_lesson` gives them."""
    return list(outline(parse_lesson(text)))


def parse_lesson(text: str) -> list[Token]:
    """The tokens of a lesson; headings carry their `Heading` in `meta["heading"]`."""
    return _parser().parse(text, {})


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """The one parser: it keeps nothing between calls, so threads may share it."""
    options = {"html": True, "linkify": False, "tasklists": True, "alerts": True}
    md = MarkdownIt("commonmark", options).enable(["table", "strikethrough"])
    for plugin in (footnote_plugin, deflist_plugin, gfm_autolink_plugin, *OWN_PLUGINS):
        md.use(plugin)
    md.use(maths.maths_plugin)
    draw_with(md, {"fence": _fence, "code_block": _fence, "image": _image, "td_open": cell, "th_open": cell})
    draw_with(md, {"math_inline": _formula, "math_inline_double": _formula, "math_block": _formula_block})
    draw_with(md, {"table_open": lambda _token: TABLE_OPEN, "table_close": lambda _token: TABLE_CLOSE})
    draw_with(md, {"footnote_block_open": lambda _token: FOOTNOTES_OPEN})
    return md


def _fence(token: Token) -> str:
    return _formula_block(token) if token.info.strip() == "math" else render_code(token.content, token.info)


def _image(token: Token) -> str:
    """A picture of the course; one from elsewhere becomes a link, since the page fetches nothing from others."""
    source, alt = escapeHtml(str(token.attrs.get("src", ""))), escapeHtml(alternative_text(token))
    if source.startswith((*WEB, "//")):
        return f'<a class="remote-image" href="{source}">{alt or source}</a>'
    title = f' title="{escapeHtml(str(token.attrs["title"]))}"' if token.attrs.get("title") else ""
    return f'<img src="{source}" alt="{alt}"{title}>'


def _formula(token: Token) -> str:
    return maths.render_maths(token.content, token.type != "math_inline")


def _formula_block(token: Token) -> str:
    return f'<div class="math-block" tabindex="0">{maths.render_maths(token.content, True)}</div>\n'


def _sanitise(html: str, asset_url: Callable[[str], str], page_url: Resolve | None) -> str:
    def kept(tag: str, attribute: str, value: str) -> str | None:
        if attribute == "id":
            return anchor_for(value)
        if attribute == "src":
            return None if _own_path(value) is None else asset_url(unquote(value))
        if attribute == "href":
            return _link(value, asset_url, page_url)
        if tag == "input" and attribute == "type":
            return "checkbox"
        return value

    return nh3.clean(
        html,
        tags=TEXT_TAGS | maths.ELEMENTS,
        attributes=ATTRIBUTES,
        allowed_classes=ALLOWED_CLASSES,
        attribute_filter=kept,
        url_schemes=LINK_SCHEMES,
        link_rel="noopener noreferrer",
        set_tag_attribute_values={"img": {"loading": "lazy"}, "input": {"disabled": ""}},  # one each: their order varies
    )


def _own_path(address: str) -> str | None:
    """The path of an address inside the course, or None when it leads elsewhere or is no address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc else parts.path


def _link(address: str, asset_url: Callable[[str], str], page_url: Resolve | None) -> str | None:
    """Where a link in a lesson leads: inside the page, to another page, to a file of the course, or out."""
    path = _own_path(address)
    if path is None:
        return address if address.lower().startswith((*WEB, "mailto:")) else None
    fragment = anchor_for(urlsplit(address).fragment) if urlsplit(address).fragment else ""
    if not path:
        return f"#{fragment}" if fragment else None
    page = page_url(unquote(path)) if page_url else None
    if page:
        return f"{page}#{fragment}" if fragment else page
    return asset_url(unquote(path)) if re.search(r"\.(?!md$|html?$|Rmd$)\w{1,8}$", path) else None
