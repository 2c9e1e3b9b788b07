"""GIFT files as questions: every kind that Moodle documents, with faults that name their line.

What a question is follows from its answers: nothing is an essay, `#` a number, TRUE or FALSE a statement, `~` a choice,
`->` pairs, `=` alone a short answer; a block without braces is a description. Text after the braces makes it a gap.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from django.utils.translation import gettext as _

from planning.importing.faults import BadQuestions, Fault
from planning.importing.gift_text import COMMENT, Block, Text, blocks, find, split, unescaped, weight, words

GAP = "_____"
STATEMENTS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
PLAIN = re.compile(rf"^({NUMBER})$")
RANGE = re.compile(rf"^({NUMBER})\s*:\s*({NUMBER})$")
SPAN = re.compile(rf"^({NUMBER})\s*\.\.\s*({NUMBER})$")


@dataclass(frozen=True, slots=True)
class Number:
    """A right number: `form` is simple, range (number and tolerance) or high-low. The bounds are inclusive."""

    form: str
    low: Decimal
    high: Decimal
    number: Decimal | None = None
    tolerance: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer. `weight` is a percentage as decimal text, or None when none was given."""

    is_correct: bool
    weight: str | None
    text: Text | Number | None
    feedback: Text | None


@dataclass(frozen=True, slots=True)
class Pair:
    left: Text
    right: str


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a file. `kind`: Category, Description, Essay, TF, MC, Short, Numerical or Matching.

    Of a TF, the first feedback is for those who say true and the second for those who say false.
    """

    line: int
    kind: str
    title: str | None
    stem: Text
    id: str | None = None
    tags: tuple[str, ...] = ()
    has_gap: bool = False
    feedback: Text | None = None
    is_true: bool | None = None
    true_feedback: Text | None = None
    false_feedback: Text | None = None
    choices: tuple[Choice, ...] = ()
    pairs: tuple[Pair, ...] = ()


class _Wrong(Exception):
    def __init__(self, position: int, message: str) -> None:
        self.position, self.message = position, message


def parse(source: str) -> list[Item]:
    """All entries in their order. Raises BadQuestions with every fault."""
    items: list[Item] = []
    faults: list[Fault] = []
    for block in blocks(source):
        try:
            items.append(_item(block))
        except _Wrong as wrong:
            faults.append(Fault(block.line(wrong.position), wrong.message))
    if faults:
        raise BadQuestions(faults)
    return items


def _item(block: Block) -> Item:
    if block.is_category:
        return Item(block.number, "Category", block.text, Text("plain", ""))
    title, start = _title(block.text)
    opening = find(block.text, "{", start)
    line = block.line(_first_word(block.text))
    if opening < 0:
        if (stray := find(block.text, "}", start)) >= 0:
            raise _Wrong(stray, _("This brace closes nothing. Write \\} for a brace in the text."))
        return Item(line, "Description", title, words(block.text[start:], "moodle"), block.id, block.tags)
    closing = _closing(block.text, opening)
    stem, has_gap = _stem(block.text[start:opening], block.text[closing + 1 :])
    item = Item(line, "Essay", title, stem, block.id, block.tags, has_gap)
    return _answered(item, block.text[opening + 1 : closing], opening + 1)


def _first_word(text: str) -> int:
    """Past the comments at the head."""
    return next((at for at, letter in enumerate(text) if letter not in f"{COMMENT}\n \t"), 0)


def _title(text: str) -> tuple[str | None, int]:
    start = _first_word(text)
    if not text.startswith("::", start):
        return None, start
    end = find(text, ":", start + 2)
    while end >= 0 and not text.startswith("::", end):
        end = find(text, ":", end + 1)
    if end < 0:
        raise _Wrong(start, _("This title does not end: it needs :: behind it."))
    return unescaped(text[start + 2 : end]), end + 2


def _closing(text: str, opening: int) -> int:
    closing = find(text, "{}", opening + 1)
    if closing < 0:
        raise _Wrong(opening, _("This brace is not closed."))
    if text[closing] == "{":
        raise _Wrong(closing, _("There is a brace inside the answers. Write \\{ for a brace in the text."))
    if (another := find(text, "{}", closing + 1)) >= 0:
        raise _Wrong(another, _("A question has its answers in one place. Leave an empty line before the next question."))
    return closing


def _stem(before: str, after: str) -> tuple[Text, bool]:
    stem = words(before, "moodle")
    tail = words(after, stem.format).text
    return (Text(stem.format, f"{stem.text} {GAP} {tail}".strip()), True) if tail else (stem, False)


def _answered(item: Item, raw: str, offset: int) -> Item:
    raw, general = _general(raw, item.stem.format)
    item = replace(item, feedback=general)
    body = raw.replace(COMMENT, "").strip()
    if not body:
        return item
    if body.startswith("#"):
        return replace(item, kind="Numerical", choices=_numbers(raw, item.stem.format, offset))
    statement = raw[: _end(raw, "#")].replace(COMMENT, "").strip().upper()
    if statement in STATEMENTS:
        return _statement(item, STATEMENTS[statement], raw)
    return _listed(item, raw, offset)


def _general(raw: str, inherited: str) -> tuple[str, Text | None]:
    """The answers, and the feedback for everybody that ends them."""
    at = find(raw, "#")
    while at >= 0 and not raw.startswith("####", at):
        at = find(raw, "#", at + 1)
    if at < 0:
        return raw, None
    return raw[:at], _some(words(raw[at + 4 :], inherited))


def _statement(item: Item, is_true: bool, raw: str) -> Item:
    said = [_some(words(piece[1:], item.stem.format)) for _at, piece in split(raw, "#")[1:3]]
    first, second = (*said, None, None)[:2]
    return replace(item, kind="TF", is_true=is_true, true_feedback=first, false_feedback=second)


def _listed(item: Item, raw: str, offset: int) -> Item:
    pieces = split(raw, "=~")
    if pieces[0][1].replace(COMMENT, "").strip():
        raise _Wrong(offset + _first_word(raw), _("An answer begins with = when it is right or ~ when it is wrong."))
    answers = pieces[1:]
    if all(piece[0] == "=" and _arrow(piece) >= 0 for _at, piece in answers):
        return replace(item, kind="Matching", pairs=tuple(_pair(piece, item.stem.format) for _at, piece in answers))
    choices = tuple(_choice(piece, item.stem.format) for _at, piece in answers)
    for (at, _piece), choice in zip(answers, choices, strict=True):
        if isinstance(choice.text, Text) and not choice.text.text:
            raise _Wrong(offset + at, _("This answer is empty. Write \\= or \\~ for the sign itself."))
    return replace(item, kind="Short" if all(piece[0] == "=" for _at, piece in answers) else "MC", choices=choices)


def _choice(piece: str, inherited: str) -> Choice:
    percent, rest = weight(piece[1:])
    end = _end(rest, "#")
    return Choice(piece[0] == "=", percent, words(rest[:end], inherited), _some(words(rest[end + 1 :], inherited)))


def _arrow(piece: str) -> int:
    return piece[: _end(piece, "#")].find("->")


def _pair(piece: str, inherited: str) -> Pair:
    arrow = _arrow(piece)
    return Pair(words(weight(piece[1:arrow])[1], inherited), unescaped(piece[arrow + 2 : _end(piece, "#")]))


def _numbers(raw: str, inherited: str, offset: int) -> tuple[Choice, ...]:
    start = raw.index("#") + 1
    pieces = split(raw[start:], "=~")
    if not pieces[0][1].replace(COMMENT, "").strip():
        if len(pieces) == 1:
            raise _Wrong(offset + start, _("There is no number behind the #."))
        pieces = pieces[1:]
    elif len(pieces) > 1:
        raise _Wrong(offset + start, _("An answer begins with = when it is right or ~ when it is wrong."))
    return tuple(_numeric(piece, inherited, offset + start + at) for at, piece in pieces)


def _numeric(piece: str, inherited: str, position: int) -> Choice:
    is_wrong = piece.startswith("~")
    percent, rest = weight(piece.lstrip("=~") if piece[:1] in "=~" else piece)
    end = _end(rest, "#")
    said = unescaped(rest[:end])
    text = None if is_wrong and said in {"", "*"} else _number(said, position)
    return Choice(not is_wrong, percent, text, _some(words(rest[end + 1 :], inherited)))


def _number(said: str, position: int) -> Number:
    if match := PLAIN.match(said):
        value = Decimal(match[1])
        return Number("simple", value, value, value)
    if match := RANGE.match(said):
        value, tolerance = Decimal(match[1]), abs(Decimal(match[2]))
        return Number("range", value - tolerance, value + tolerance, value, tolerance)
    if match := SPAN.match(said):
        low, high = sorted((Decimal(match[1]), Decimal(match[2])))
        return Number("high-low", low, high)
    raise _Wrong(position, _("“%s” is no number, no number:tolerance and no low..high.") % said[:40])


def _end(text: str, letter: str) -> int:
    at = find(text, letter)
    return len(text) if at < 0 else at


def _some(text: Text) -> Text | None:
    return text if text.text else None
