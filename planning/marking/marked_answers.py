"""Reads files of answers that people marked, one JSON object a line."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from learning.evaluating.questions import read_all
from planning.marking.marks import OBJECTIVES, Point, Task

HELP = """
How near marks come to those that people gave: correlation (Pearson), root of the mean squared error of the share of the marks,
quadratic weighted kappa, the share of answers within one mark, how many are sent to a person, and the error of those and of
the rest. Without a model as the product marks on its own; with --model as the configured language model marks.

Each line of the file is one JSON object; "max" is 1 when it is left out, and a scheme can stand beside or instead of the
reference, which may also be a list of references that are each a full answer:

    {"question": "Why do we back up?", "reference": "Disks fail, and ...", "response": "In case ...", "score": 1.5, "max": 2}
    {"question": "...", "scheme": [{"text": "Disks fail", "marks": 1, "objective": "AO1"}], "response": "...", "score": 1}

--fit FILE finds the marker's weights anew from these answers (to three questions or more), writes them to FILE, and gives the
figures for questions that each fit had not seen. Put the file in the place of planning/marking/weights to use it.
"""


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """An answer, what is expected, and what a person gave of `maximum`."""

    task: Task
    score: float
    maximum: float

    @property
    def share(self) -> float:
        return self.score / self.maximum


def read(path: Path, limit: int | None = None) -> list[MarkedAnswer]:
    """The answers of a file; raises BrokenFile."""
    return read_all(path, limit, _parsed)


def _parsed(line: dict[str, Any]) -> MarkedAnswer:
    question, response = line.get("question", ""), line.get("response")
    if not isinstance(question, str) or not isinstance(response, str):
        raise ValueError(_("it needs the texts “question” and “response”"))
    maximum, score = _number(line.get("max", 1)), _number(line.get("score"))
    if maximum is None or score is None or maximum <= 0 or not 0 <= score <= maximum:
        raise ValueError(_("it needs a “score” from 0 to “max”"))
    references, points = _references(line.get("reference", [])), _points(line.get("scheme", []))
    if not references and not points:
        raise ValueError(_("it needs a “reference” or a “scheme”"))
    return MarkedAnswer(Task(question.strip(), response, max(1, round(maximum)), points, references), score, maximum)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _references(value: Any) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
        raise ValueError(_("“reference” is a text or a list of texts"))
    return tuple(each.strip() for each in texts if each.strip())


def _points(value: Any) -> tuple[Point, ...]:
    if not isinstance(value, list):
        raise ValueError(_("“scheme” is a list of points"))
    return tuple(_point(number, each) for number, each in enumerate(value, 1))


def _point(number: int, value: Any) -> Point:
    row = {"text": value} if isinstance(value, str) else value
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
        raise ValueError(_("a point of the “scheme” is a text, or an object with a “text”"))
    marks, objective = row.get("marks", 1), row.get("objective", "AO1")
    if not isinstance(marks, int) or marks < 1 or objective not in OBJECTIVES:
        raise ValueError(_("a point of the “scheme” has whole “marks” and an “objective” AO1, AO2 or AO3"))
    return Point(str(number), row["text"], marks, objective)
