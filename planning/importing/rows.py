"""Questions and syllabus points from named fields, as rows of CSV and objects of JSON give them.

Fields of a question: code, kind, title, text, marks, points, choices, answer, scheme, model_answer, feedback, active.
Fields of a point: code, title, description, parent, chapter. The formats bring them into the same shape first.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from planning.importing import keys
from planning.importing.drafts import Kind, PointDraft, QuestionDraft, SchemeDraft
from planning.importing.faults import Fault

QUESTION_FIELDS = frozenset(
    ("code", "kind", "title", "text", "marks", "points", "choices", "answer", "scheme", "model_answer", "feedback", "active")
)
POINT_FIELDS = frozenset(("code", "title", "description", "parent", "chapter"))
YES = frozenset(("true", "t", "yes", "y", "1", "right"))
NO = frozenset(("false", "f", "no", "n", "0", "wrong"))
SPAN = re.compile(r"^(?P<low>\S+?)\s*\.\.\s*(?P<high>\S+)$")


class WrongField(Exception):
    """A field that cannot be read; the message says why."""


def point(fields: Mapping[str, Any], line: int) -> PointDraft:
    said = {name: _text(fields, name) for name in POINT_FIELDS}
    return PointDraft(line, **said)


def question(fields: Mapping[str, Any], line: int, faults: list[Fault]) -> QuestionDraft | None:
    """None, with what is wrong added to `faults`, when a field cannot be read."""
    try:
        return _question(fields, line)
    except WrongField as wrong:
        faults.append(Fault(line, str(wrong)))
        return None


def _question(fields: Mapping[str, Any], line: int) -> QuestionDraft:
    kind = _text(fields, "kind") or Kind.WRITTEN
    choices, several, key = _key(kind, fields)
    return QuestionDraft(
        line=line,
        code=_text(fields, "code"),
        kind=kind,
        text=_text(fields, "text"),
        marks=_whole("1" if fields.get("marks") in (None, "") else fields["marks"]),
        title=_text(fields, "title"),
        choices=choices,
        several=several,
        key=key,
        model_answer=_text(fields, "model_answer"),
        feedback=_text(fields, "feedback"),
        scheme=tuple(_scheme_point(entry) for entry in _list(fields, "scheme")),
        points=tuple(str(code) for code in _list(fields, "points")),
        active=_flag(fields.get("active", True)),
    )


def _key(kind: str, fields: Mapping[str, Any]) -> tuple[Any, bool, dict[str, Any]]:
    answer = fields.get("answer")
    if kind == Kind.TRUE_FALSE:
        said = answer if isinstance(answer, Mapping) else {"answer": answer}
        choices, key = keys.statement(_flag(said.get("answer")), _text(said, "when_true"), _text(said, "when_false"))
        return choices, False, key
    if kind == Kind.MULTIPLE_CHOICE:
        answers = _choices(_list(fields, "choices"), [str(one) for one in _list(fields, "answer")])
        offered, key = keys.chosen_from(answers)
        return offered, keys.several_right(answers), key
    if kind == Kind.SHORT:
        return [], False, keys.accepted(_weighed(one, "100") for one in _list(fields, "answer"))
    if kind == Kind.NUMERIC:
        return [], False, keys.ranges(_range(one) for one in _list(fields, "answer"))
    if kind == Kind.MATCHING:
        pairs, key = keys.matched([_pair(one) for one in _list(fields, "answer")])
        return pairs, False, key
    return [], False, {}


def _choices(entries: Sequence[Any], right: Sequence[str]) -> list[keys.Answer]:
    """Choices as texts, of which `right` names those that are right, or as objects with text and weight or right."""
    texts = {str(entry.get("text", "")) if isinstance(entry, Mapping) else str(entry) for entry in entries}
    if stray := [text for text in right if text not in texts]:
        raise WrongField(_("“%s” is right but is not among the choices.") % stray[0])
    share = "100" if len(right) <= 1 else f"{100 / len(right):.5f}"
    wrong = "0" if len(right) <= 1 else f"-{share}"  # or whoever ticks everything would have everything
    return [_weighed(entry, share if _choice_text(entry) in right else wrong) for entry in entries]


def _choice_text(entry: Any) -> str:
    return str(entry.get("text", "")) if isinstance(entry, Mapping) else str(entry)


def _weighed(entry: Any, weight: str) -> keys.Answer:
    if not isinstance(entry, Mapping):
        return str(entry), weight, ""
    if "weight" in entry:
        weight = str(_decimal(entry["weight"]))
    elif "right" in entry:
        weight = "100" if _flag(entry["right"]) else "0"
    return str(entry.get("text", "")), weight, str(entry.get("feedback", ""))


def _range(entry: Any) -> tuple[Decimal, Decimal, str, str]:
    """`3.14`, `3.14:0.01`, `3..4`, or an object with value and tolerance, or low and high."""
    if isinstance(entry, Mapping):
        weight, said = str(_decimal(entry.get("weight", 100))), str(entry.get("feedback", ""))
        if "low" in entry:
            return *sorted((_decimal(entry["low"]), _decimal(entry.get("high")))), weight, said  # type: ignore[return-value]
        value, tolerance = _decimal(entry.get("value")), abs(_decimal(entry.get("tolerance", 0)))
        return value - tolerance, value + tolerance, weight, said
    text = str(entry)
    if match := SPAN.match(text):
        return *sorted((_decimal(match["low"]), _decimal(match["high"]))), "100", ""  # type: ignore[return-value]
    number, _colon, spread = text.partition(":")
    value, tolerance = _decimal(number), abs(_decimal(spread or 0))
    return value - tolerance, value + tolerance, "100", ""


def _pair(entry: Any) -> tuple[str, str]:
    if isinstance(entry, Sequence) and not isinstance(entry, str) and len(entry) == 2:
        return str(entry[0]), str(entry[1])
    left, arrow, right = str(entry).partition("->")
    if not arrow:
        raise WrongField(_("“%s” is no pair: write left -> right.") % str(entry)[:60])
    return left.strip(), right.strip()


def _scheme_point(entry: Any) -> SchemeDraft:
    if isinstance(entry, Mapping):
        alternatives = tuple(str(other) for other in _list(entry, "alternatives"))
        return SchemeDraft(_text(entry, "objective") or "AO1", _whole(entry.get("marks", 1)), _text(entry, "text"), alternatives)
    head, colon, rest = str(entry).partition(":")
    objective, _space, marks = head.strip().partition(" ")
    if not colon:
        raise WrongField(_("“%s” is no scheme point: write AO1 2: what earns the marks.") % str(entry)[:60])
    text, *others = (part.strip() for part in rest.split("/|"))
    return SchemeDraft(objective.upper(), _whole(marks or 1), text, tuple(others))


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if isinstance(value, Mapping | list):
        raise WrongField(_("%s is a text.") % name)
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _list(fields: Mapping[str, Any], name: str) -> list[Any]:
    value = fields.get(name)
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def _whole(value: Any) -> int:
    try:
        return int(str(value).strip())
    except ValueError:
        raise WrongField(_("“%s” is no whole number.") % str(value)[:40]) from None


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(str(value).strip().removesuffix("%"))
    except InvalidOperation:
        raise WrongField(_("“%s” is no number.") % str(value)[:40]) from None
    if not number.is_finite():
        raise WrongField(_("“%s” is no number.") % str(value)[:40])
    return number


def _flag(value: Any) -> bool:
    said = str(value).strip().lower()
    if said not in YES | NO:
        raise WrongField(_("“%s” is neither true nor false.") % str(value)[:40])
    return said in YES
