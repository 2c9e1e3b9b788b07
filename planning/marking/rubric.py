"""Marks from a language model, believed only where they can be checked.

The report must judge every point of the scheme exactly once, with whole marks inside its bounds; a broken one is sent back
once, and then the transparent marker marks. A mark needs a quote that stands in the answer: without one it is refused, and a
person looks at the answer. What was addressed to the marker never reaches the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from ai.json_said import json_said
from ai.prompts.marked import VERSION, marking_request, repair_request
from ai.providers.completing import complete
from ai.providers.events import Attempt
from planning.marking import confidence
from planning.marking.confidence import Ruled
from planning.marking.marks import Mark, Point, PointMark, Task
from planning.marking.texts import counted, plain

MARKER = f"model/{VERSION}"
WHOLE = "whole"  # the key of the only point of a question without a scheme
LONGEST_REASON, LONGEST_SUMMARY, LONGEST_QUOTE = 400, 800, 600  # characters
SHORTEST_QUOTE = 2


class BrokenReport(ValueError):
    """The report cannot be used; the message says why, to the model."""


@dataclass(frozen=True, slots=True)
class Report:
    points: tuple[PointMark, ...]
    summary: str
    refused: int  # marks without evidence


def mark_with_model(task: Task, *, attempts: list[Attempt], course: str = "") -> Mark | None:
    """The model's marks; None without a model, when it cannot be believed, and when there is nothing to mark.

    Call it without a connection or a transaction, and without an event loop in this thread.
    """
    answer = counted(task.answer, task.question)
    points = points_of(task)
    if answer.is_empty or not points:
        return None
    scheme = [(number, point.marks, _with_alternatives(point)) for number, point in enumerate(points, 1)]
    request = marking_request(
        question=task.question,
        scheme=scheme,
        model_answers=task.references,
        answer=answer.text,
        maximum=task.maximum,
        course=course,
    )
    said = complete(request, attempts=attempts)
    if said is None:
        return None
    try:
        return _mark(task, read(said[0], points, answer.text, task.maximum), said[1], has_orders=answer.has_orders)
    except BrokenReport as broken:
        said = complete(repair_request(request, said=said[0], problem=str(broken)), attempts=attempts)
    try:
        report = read(said[0], points, answer.text, task.maximum) if said else None
    except BrokenReport:
        return None
    return _mark(task, report, said[1], has_orders=answer.has_orders) if report and said else None


def points_of(task: Task) -> tuple[Point, ...]:
    """The scheme's points; a question without a scheme is one point, its model answer."""
    if task.points or not task.references:
        return task.points
    return (Point(WHOLE, task.references[0], task.maximum),)


def read(text: str, points: tuple[Point, ...], answer: str, maximum: int) -> Report:
    """The report in a model's words. Raises BrokenReport."""
    try:
        found = json_said(text)
    except ValueError as error:
        raise BrokenReport("it is not JSON") from error
    if not isinstance(found, dict) or not isinstance(found.get("points"), list):
        raise BrokenReport('there is no list "points"')
    rows = {_whole(row, "number"): row for row in found["points"] if isinstance(row, dict)}
    if len(found["points"]) != len(points) or set(rows) != set(range(1, len(points) + 1)):
        raise BrokenReport(f"the points are not those with the numbers 1 to {len(points)}, each once")
    judged = [_judged(point, rows[number], answer) for number, point in enumerate(points, 1)]
    refused = sum(marks for _one, marks in judged)
    return Report(_bounded([one for one, _marks in judged], maximum), _words(found.get("summary"), LONGEST_SUMMARY), refused)


def sureness(model: Mark, by_rule: Mark) -> int:
    """How sure the model's marks are: as sure as the transparent marker where both agree, less the further they are apart."""
    apart = abs(model.share - by_rule.share)
    near = confidence.tolerance(model.maximum)
    return by_rule.promised if apart <= near else max(confidence.LEAST, round(by_rule.promised * near / apart))


def checked(model: Mark, by_rule: Mark, *, history: Sequence[Ruled] = ()) -> Mark:
    """The model's marks with a confidence, and with what the transparent marker has to say to a reviewer."""
    notes = tuple(dict.fromkeys((*model.notes, *by_rule.notes)))
    promised = sureness(model, by_rule)
    sure = confidence.as_score(promised / 100, history)
    return replace(model, confidence=min(sure, confidence.DOUBTED) if notes else sure, notes=notes, promised=promised)


def _mark(task: Task, report: Report, model: str, *, has_orders: bool) -> Mark:
    awarded = sum(one.awarded for one in report.points)
    notes = [_("A mark was refused because the quote for it does not stand in the answer.")] if report.refused else []
    if has_orders:
        notes.append(_("Part of the answer is addressed to the marker; it was left out."))
    share = awarded / task.maximum
    shown = report.points if task.points else ()
    return Mark(awarded, task.maximum, share, confidence.LEAST, f"{MARKER} {model}", report.summary, shown, tuple(notes))


def _judged(point: Point, row: dict[str, Any], answer: str) -> tuple[PointMark, int]:
    """The point's marks, and how many were refused for want of evidence."""
    awarded = _whole(row, "awarded")
    if awarded is None or not 0 <= awarded <= point.marks:
        raise BrokenReport(f'"awarded" is a whole number from 0 to {point.marks} for "{point.text[:60]}"')
    quote, reason = _words(row.get("quote"), LONGEST_QUOTE), _words(row.get("reason"), LONGEST_REASON)
    if not reason:
        raise BrokenReport('every point has a "reason"')
    if stands_in(quote, answer):
        return PointMark(point, awarded, reason, quote), 0
    if awarded:
        return PointMark(point, 0, _("The evidence that was given for this does not stand in your answer.")), awarded
    return PointMark(point, 0, reason), 0


def stands_in(quote: str, answer: str) -> bool:
    """Whether a quote is in the answer, letter for letter but for blanks, capitals and the kind of quotation marks."""
    short = _flat(quote)
    return len(short) >= SHORTEST_QUOTE and short in _flat(answer)


def _bounded(points: list[PointMark], maximum: int) -> tuple[PointMark, ...]:
    """No more marks than the question has: what is beyond is taken from the last points."""
    left, kept = maximum, []
    for one in points:
        awarded = min(one.awarded, left)
        left -= awarded
        kept.append(replace(one, awarded=awarded))
    return tuple(kept)


def _with_alternatives(point: Point) -> str:
    return " / or: ".join((point.text, *point.alternatives))


def _whole(row: dict[str, Any], name: str) -> int | None:
    value = row.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _words(value: Any, longest: int) -> str:
    if value is not None and not isinstance(value, str):
        raise BrokenReport("quotes, reasons and the summary are texts")
    return plain(value or "")[:longest]


def _flat(text: str) -> str:
    return " ".join(plain(text).translate({0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"'}).lower().split())
