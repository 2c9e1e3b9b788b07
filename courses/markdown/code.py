"""Code with its colours as CSS classes, worked out on the server: no script, no inline style."""

from functools import lru_cache

from markdown_it.common.utils import escapeHtml
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

LONGEST = 60_000  # characters; longer code is shown without colours
CLASSES = frozenset(STANDARD_TYPES.values()) - {""}
OTHER_NAMES = {"output": "text", "error": "text", "source": "text", "shell": "bash", "cmd": "batch"}
FORMATTER = HtmlFormatter(nowrap=True)


@lru_cache(maxsize=256)
def _lexer_class(language: str) -> type[Lexer] | None:
    try:
        return type(get_lexer_by_name(OTHER_NAMES.get(language, language)))
    except ClassNotFound:
        return None


def language_of(info: str) -> str:
    """The language named after a fence: `python`, `{python}`, `{.python .numberLines}`, `python title="x"`."""
    words = info.strip().strip("{}").replace(",", " ").split()
    return words[0].lstrip(".=").lower() if words else ""


def render_code(text: str, info: str = "") -> str:
    """A `pre` block; scrolls by keyboard, names its language, colours by the classes of Pygments."""
    language = language_of(info)
    lexer = _lexer_class(language) if language and len(text) <= LONGEST else None
    # Lexers may keep state while they run, so each call makes its own.
    inner = highlight(text, lexer(stripnl=False), FORMATTER) if lexer else escapeHtml(text)
    name = f' data-language="{escapeHtml(language)}"' if language else ""
    return f'<pre class="highlight" tabindex="0"{name}><code>{inner}</code></pre>\n'
