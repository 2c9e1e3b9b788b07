"""Marks that need no judgement: choices, true or false, numbers, pairs and short answers, by their key. Pure arithmetic.

Weights are percent of the maximum, as Moodle has them; together they give at least nothing and at most everything.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

HUNDRED = Decimal(100)
HUNDREDTH = Decimal("0.01")
SPACES = re.compile(r"\s+")
LONGEST_NUMBER = 60  # characters


@dataclass(frozen=True, slots=True)
class Judgement:
    """`percent` of the maximum from 0 to 100; `feedback` are the author's words on what was answered."""

    percent: Decimal
    feedback: tuple[str, ...] = ()

    def marks(self, maximum: int) -> Decimal:
        return (self.percent * maximum / HUNDRED).quantize(HUNDREDTH, ROUND_HALF_UP)


NOTHING = Judgement(Decimal(0))


def judge(kind: str, key: Mapping[str, Any], answer: str, chosen: Any) -> Judgement:
    """Raises ValueError for a kind that has no key."""
    match kind:
        case "multiple_choice" | "true_false":
            return _choices(key, chosen)
        case "short":
            return _short(key["accepted"], answer)
        case "numeric":
            return _numeric(key["ranges"], answer)
        case "matching":
            return _pairs(key["pairs"], chosen)
    raise ValueError(kind)


def number_in(text: str) -> Decimal | None:
    """The number that somebody typed, with a point or a comma before its decimals; None when it is none."""
    said = re.sub(r"[\s_'\u2019]", "", text.replace("\u2212", "-"))[: LONGEST_NUMBER + 1]
    said = said.replace(",", "") if "." in said else said.replace(",", ".")
    try:
        value = Decimal(said) if len(said) <= LONGEST_NUMBER else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def _choices(key: Mapping[str, Any], chosen: Sequence[str]) -> Judgement:
    weights, said = key["weights"], key.get("feedback", {})
    total = sum((Decimal(weights.get(one, "0")) for one in chosen), Decimal(0))
    return Judgement(_within(total), tuple(said[one] for one in chosen if one in said))


def _short(accepted: Sequence[Mapping[str, str]], answer: str) -> Judgement:
    """The best that fits. Case, width of letters, spaces and a full stop at the end do not count."""
    typed = _plain(answer)
    fitting = [one for one in accepted if typed and _fits(_plain(one["text"]), typed)]
    best = max(fitting, key=lambda one: Decimal(one["weight"]), default=None)
    return _judged(best) if best else NOTHING


def _numeric(parts: Sequence[Mapping[str, str]], answer: str) -> Judgement:
    typed = number_in(answer)
    if typed is None:
        return NOTHING
    fitting = [one for one in parts if Decimal(one["low"]) <= typed <= Decimal(one["high"])]
    best = max(fitting, key=lambda one: Decimal(one["weight"]), default=None)
    return _judged(best) if best else NOTHING


def _pairs(pairs: Mapping[str, str], chosen: Any) -> Judgement:
    """`chosen` is an empty list as long as nothing was."""
    said = chosen if isinstance(chosen, Mapping) else {}
    right = sum(said.get(left) == wanted for left, wanted in pairs.items())
    return Judgement(HUNDRED * right / len(pairs))


def _judged(one: Mapping[str, str]) -> Judgement:
    return Judgement(_within(Decimal(one["weight"])), (one["feedback"],) if one.get("feedback") else ())


def _within(percent: Decimal) -> Decimal:
    """A sum of thirds is a whole."""
    return HUNDRED if percent >= Decimal("99.9") else max(percent, Decimal(0))


def _plain(text: str) -> str:
    return SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip().rstrip(".").strip().casefold()


def _fits(pattern: str, typed: str) -> bool:
    """`*` stands for anything, `\\*` for the sign itself. In linear time, whatever the pattern."""
    pieces = [piece.replace("\x00", "*") for piece in pattern.replace("\\*", "\x00").split("*")]
    if len(pieces) == 1:
        return pieces[0] == typed
    if not typed.startswith(pieces[0]):
        return False
    at = len(pieces[0])
    for piece in pieces[1:-1]:
        found = typed.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return typed.endswith(pieces[-1]) and len(typed) - len(pieces[-1]) >= at
