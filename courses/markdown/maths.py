"""Formulas as MathML, which browsers draw without a script.

What cannot be converted is shown as it was written, in code type: a learner can still read it.
"""

import re
from functools import lru_cache
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.dollarmath import dollarmath_plugin

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
LONGEST = 4_000  # characters of one formula
DEEPEST_BRACES = 40  # the converter is recursive
ELEMENTS = frozenset({
    "math", "mfrac", "mi", "mn", "mo", "mover", "mpadded", "mphantom", "mroot", "mrow", "mspace", "msqrt",
    "mstyle", "msub", "msubsup", "msup", "mtable", "mtd", "mtext", "mtr", "munder", "munderover", "menclose",
    "mmultiscripts",
})  # fmt: skip
ATTRIBUTES = frozenset({
    "accent", "columnalign", "columnlines", "columnspacing", "display", "displaystyle", "fence", "form",
    "linethickness", "lspace", "mathvariant", "maxsize", "minsize", "movablelimits", "notation", "rowlines",
    "rowspacing", "rspace", "scriptlevel", "separator", "stretchy", "symmetric", "width", "height", "depth",
    "voffset",
})  # fmt: skip
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "mover": 2, "munder": 2, "mroot": 2, "msubsup": 3, "munderover": 3}
BARE_AMPERSAND = re.compile(r"&(?!#?\w+;)")
# A dollar whose partner runs into a word opens no formula: `$HOME/$USER`.
NO_FORMULA = re.compile(r"\$(?!\$)[^$\\]*\$\w")


def maths_plugin(md: MarkdownIt) -> None:
    """Reads `$...$` and `$$...$$` as formulas; sums of money and variables of a shell stay text."""
    md.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_labels=False, double_inline=True)
    md.inline.ruler.before("math_inline", "no_formula", _no_formula)


def _no_formula(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "$" or not NO_FORMULA.match(state.src, state.pos):
        return False
    if not silent:
        state.pending += "$"
    state.pos += 1
    return True


def _is_sound(mathml: str) -> bool:
    """True when the converter understood everything: known elements, full fractions, no macro left over."""
    try:
        root = fromstring(mathml)
    except (ParseError, DefusedXmlException, ValueError):
        return False
    for element in root.iter():
        name = str(element.tag).removeprefix(NAMESPACE)
        if name not in ELEMENTS or len(element) < CHILDREN.get(name, 0) or (element.text or "").startswith("\\"):
            return False
    return True


def _is_balanced(latex: str) -> bool:
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", latex):
        depth += 1 if brace == "{" else -1
        if not 0 <= depth <= DEEPEST_BRACES:
            return False
    return depth == 0


@lru_cache(maxsize=2_000)
def render_maths(latex: str, display: bool) -> str:
    """MathML for one formula, or its source in code type when it is broken or too long."""
    source = latex.strip()
    fallback = f'<code class="math-source">{escapeHtml(source)}</code>'
    if not source or len(source) > LONGEST or not _is_balanced(source):
        return fallback
    try:
        mathml = BARE_AMPERSAND.sub("&amp;", convert(source, display="block" if display else "inline"))
    except Exception:  # the converter raises whatever its parser trips over
        return fallback
    return mathml if _is_sound(mathml) else fallback
