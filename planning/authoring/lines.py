"""A version in lines, as an author edits it, and back: one choice, right answer or scheme point a line, as in the import of CSV.

What has weights or feedback of its own stands there as JSON, so that nothing is lost on the way.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from planning.exam_models import AnswerKey, QuestionVersion, SchemePoint

Kind = QuestionVersion.Kind


def entries(text: str) -> list[Any]:
    """The lines of a field; those that begin with a brace are objects. Raises ValueError when such a line is no JSON."""
    lines = (line.strip() for line in text.splitlines())
    return [json.loads(line) if line.startswith("{") else line for line in lines if line]


def choice_lines(version: QuestionVersion, key: AnswerKey) -> str:
    if version.kind != Kind.MULTIPLE_CHOICE:
        return ""
    return "\n".join(_line(one["text"], key.key["weights"][one["id"]], _said(key, one["id"])) for one in version.choices)


def answer_lines(version: QuestionVersion, key: AnswerKey) -> str:
    """The right answers; those of a multiple choice stand with its choices."""
    said = key.key
    if version.kind == Kind.TRUE_FALSE:
        return _statement(said)
    if version.kind == Kind.SHORT:
        return "\n".join(_accepted(one) for one in said["accepted"])
    if version.kind == Kind.NUMERIC:
        return "\n".join(json.dumps(one, ensure_ascii=False) for one in said["ranges"])
    return "\n".join(_pairs(version, said["pairs"])) if version.kind == Kind.MATCHING else ""


def scheme_lines(points: Sequence[SchemePoint]) -> str:
    return "\n".join(_point(point) for point in points)


def _statement(said: Mapping[str, Any]) -> str:
    is_true, feedback = Decimal(said["weights"]["true"]) > 0, said.get("feedback", {})
    if not feedback:
        return "true" if is_true else "false"
    told = {"answer": is_true, "when_true": feedback.get("true", ""), "when_false": feedback.get("false", "")}
    return json.dumps(told, ensure_ascii=False)


def _line(text: str, weight: str, feedback: str) -> str:
    said = {"text": text, "weight": weight} | ({"feedback": feedback} if feedback else {})
    return json.dumps(said, ensure_ascii=False)


def _said(key: AnswerKey, name: str) -> str:
    return str(key.key.get("feedback", {}).get(name, ""))


def _accepted(one: Mapping[str, str]) -> str:
    plain = one["weight"] == "100" and not one.get("feedback") and not one["text"].startswith("{") and "\n" not in one["text"]
    return one["text"] if plain else _line(one["text"], one["weight"], one.get("feedback", ""))


def _pairs(version: QuestionVersion, pairs: Mapping[str, str]) -> list[str]:
    lefts, rights = ({one["id"]: one["text"] for one in version.choices[side]} for side in ("left", "right"))
    alone = [text for name, text in rights.items() if name not in pairs.values()]
    return [f"{lefts[left]} -> {rights[right]}" for left, right in pairs.items()] + [f" -> {text}" for text in alone]


def _point(point: SchemePoint) -> str:
    said = " /| ".join([point.text, *point.alternatives])
    if "\n" in said:
        parts = {"text": point.text, "alternatives": point.alternatives}
        return json.dumps({"objective": point.objective, "marks": point.marks, **parts}, ensure_ascii=False)
    return f"{point.objective} {point.marks}: {said}"
