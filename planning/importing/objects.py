"""Questions and syllabus points from JSON: `{"subject": {...}, "points": [...], "questions": [...]}`, or a list of questions."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from planning.importing import rows
from planning.importing.drafts import Draft, PointDraft, QuestionDraft, SubjectDraft
from planning.importing.faults import BadQuestions, Fault

TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|[\[\]{}]')
PARTS = frozenset(("subject", "points", "questions"))
Lines = Mapping[str, list[int]]


def read_json(source: str) -> Draft:
    """Raises BadQuestions."""
    source = source.removeprefix("\ufeff")
    try:
        said = json.loads(source)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        raise BadQuestions([Fault(line, _("This is no JSON: %s.") % getattr(error, "msg", _("nested too deeply")))]) from None
    whole = {"questions": said} if isinstance(said, list) else said
    if not isinstance(whole, dict) or not all(isinstance(whole.get(name, []), list) for name in ("points", "questions")):
        raise BadQuestions([Fault(1, _("Give an object with “questions”, or a list of questions."))])
    faults = [Fault(1, _("“%s” is not known here.") % name) for name in whole if name not in PARTS]
    lines = object_lines(source, "questions" if isinstance(said, list) else "")
    questions = _questions(whole.get("questions", []), lines["questions"], faults)
    points = _points(whole.get("points", []), lines["points"], faults)
    subject = _subject(whole.get("subject", {}), faults)
    if faults:
        raise BadQuestions(faults)
    return Draft("JSON", tuple(questions), tuple(points), subject)


def _questions(entries: list[Any], lines: list[int], faults: list[Fault]) -> list[QuestionDraft]:
    found = [
        rows.question(entry, line, faults)
        for entry, line in _objects(entries, lines, faults)
        if _known(entry, rows.QUESTION_FIELDS, line, faults)
    ]
    return [one for one in found if one]


def _points(entries: list[Any], lines: list[int], faults: list[Fault]) -> list[PointDraft]:
    found = []
    for entry, line in _objects(entries, lines, faults):
        try:
            if _known(entry, rows.POINT_FIELDS, line, faults):
                found.append(rows.point(entry, line))
        except rows.WrongField as wrong:
            faults.append(Fault(line, str(wrong)))
    return found


def _objects(entries: list[Any], lines: list[int], faults: list[Fault]) -> list[tuple[dict[str, Any], int]]:
    if not all(isinstance(entry, dict) for entry in entries):
        faults.append(Fault(1, _("Each question and each point is an object.")))
        return []
    return list(zip(entries, lines, strict=True))


def _known(entry: Mapping[str, Any], fields: frozenset[str], line: int, faults: list[Fault]) -> bool:
    unknown = [name for name in entry if name not in fields]
    faults += [Fault(line, _("“%s” is not known here.") % name) for name in unknown]
    return not unknown


def _subject(entry: Any, faults: list[Fault]) -> SubjectDraft:
    names = ("title", "description", "course")
    if not isinstance(entry, dict) or not all(isinstance(entry.get(name, ""), str) for name in names):
        faults.append(Fault(1, _("The subject has a title, a description and a course, each a text.")))
        return SubjectDraft()
    return SubjectDraft(entry.get("title", ""), entry.get("description", ""), entry.get("course", ""))


def object_lines(source: str, key: str) -> Lines:
    """The lines on which the objects of each list begin, by the key of the list. `key` is that of a list without one."""
    lines: dict[str, list[int]] = defaultdict(list)
    depth, list_depth, line, seen = 0, 1 if key else 2, 1, 0
    for token in TOKEN.finditer(source):
        sign = token[0]
        if sign in "]}":
            depth -= 1
        elif sign in "[{":
            if sign == "{" and depth == list_depth:
                line, seen = line + source.count("\n", seen, token.start()), token.start()
                lines[key].append(line)
            depth += 1
        elif depth == 1 and list_depth == 2:
            key = json.loads(sign)
    return lines
