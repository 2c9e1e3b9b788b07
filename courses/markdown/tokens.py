"""Small things every part of this package does with a parser's tokens."""

from collections.abc import Callable, Mapping, Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

Draw = Callable[[Token], str]
Rule = Callable[[RendererProtocol, Sequence[Token], int, OptionsDict, EnvType], str]
SPOKEN = frozenset({"text", "code_inline", "math_inline", "math_inline_double"})
BREAKS = {"softbreak": " ", "hardbreak": "\n"}


def draw_with(md: MarkdownIt, rules: Mapping[str, Draw]) -> None:
    """Lets a parser draw these kinds of token by functions of the token alone."""
    for name, draw in rules.items():
        md.add_render_rule(name, _rule(draw))


def _rule(draw: Draw) -> Rule:
    def rule(_renderer: RendererProtocol, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: EnvType) -> str:
        return draw(tokens[index])

    return rule


def alternative_text(image: Token) -> str:
    """What is read instead of a picture."""
    return str(image.meta.get("alt") or words(image.children or []))


def words(children: Sequence[Token]) -> str:
    """What a reader sees of inline tokens, without markup."""
    parts: list[str] = []
    for child in children:
        if child.type in SPOKEN:
            parts.append(child.content)
        elif child.type == "image":
            parts.append(alternative_text(child))
        else:
            parts.append(BREAKS.get(child.type, ""))
    return "".join(parts)


def cell(token: Token) -> str:
    """The opening of a table cell; its alignment is an attribute, since the page's policy allows no inline style."""
    style = str(token.attrs.get("style", ""))
    align = f' align="{style.removeprefix("text-align:")}"' if style else ""
    return f"<{token.tag}{align}>"
