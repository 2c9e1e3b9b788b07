"""Choices and keys in the shape in which they are stored, from what any of the formats says."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

LETTERS = "abcdefghijklmnopqrstuvwxyz"
TRUE, FALSE = "true", "false"  # the ids of the two choices

Answer = tuple[str, str, str]  # text, weight in percent as decimal text, feedback


def choice_id(number: int) -> str:
    """a, b, ... z, a2, b2, ..."""
    turn, place = divmod(number, len(LETTERS))
    return LETTERS[place] + (str(turn + 1) if turn else "")


def chosen_from(answers: Sequence[Answer]) -> tuple[list[dict[str, str]], dict[str, Any]]:
    """Choices and key of a multiple choice."""
    ids = [choice_id(number) for number in range(len(answers))]
    choices = [{"id": name, "text": text} for name, (text, _weight, _said) in zip(ids, answers, strict=True)]
    weights = {name: weight for name, (_text, weight, _said) in zip(ids, answers, strict=True)}
    feedback = {name: said for name, (_text, _weight, said) in zip(ids, answers, strict=True) if said}
    return choices, {"weights": weights, "feedback": feedback}


def statement(is_true: bool, when_true: str = "", when_false: str = "") -> tuple[list[dict[str, str]], dict[str, Any]]:
    """Choices and key of a true or false. The texts of the choices are the page's, in the reader's language."""
    weights = {TRUE: "100" if is_true else "0", FALSE: "0" if is_true else "100"}
    feedback = {name: said for name, said in ((TRUE, when_true), (FALSE, when_false)) if said}
    return [{"id": TRUE, "text": ""}, {"id": FALSE, "text": ""}], {"weights": weights, "feedback": feedback}


def accepted(answers: Iterable[Answer]) -> dict[str, Any]:
    return {"accepted": [{"text": text, "weight": weight, "feedback": said} for text, weight, said in answers]}


def ranges(parts: Iterable[tuple[Decimal, Decimal, str, str]]) -> dict[str, Any]:
    """`parts`: low, high, weight, feedback."""
    return {
        "ranges": [{"low": str(low), "high": str(high), "weight": weight, "feedback": said} for low, high, weight, said in parts]
    }


def matched(pairs: Sequence[tuple[str, str]]) -> tuple[dict[str, list[dict[str, str]]], dict[str, Any]]:
    """Choices and key of a matching. What stands on the right alone misleads; the order of the right gives nothing away."""
    lefts = [(choice_id(number), left, right) for number, (left, right) in enumerate(pairs) if left]
    rights = {text: f"r{number}" for number, text in enumerate(sorted({right for _left, right in pairs}), start=1)}
    choices = {
        "left": [{"id": name, "text": left} for name, left, _right in lefts],
        "right": [{"id": name, "text": text} for text, name in rights.items()],
    }
    return choices, {"pairs": {name: rights[right] for name, _left, right in lefts}}


def several_right(answers: Sequence[Answer]) -> bool:
    """Whether the full marks take more than one choice."""
    positive = [Decimal(weight) for _text, weight, _said in answers if Decimal(weight) > 0]
    return len(positive) > 1 and all(weight < 100 for weight in positive)
