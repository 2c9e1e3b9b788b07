"""Questions or syllabus points from CSV: a heading line, then a row for each. Comma, semicolon or tab between the fields.

A row with `text` is a question, a file without that column holds points. Lists stand in one field, parted by `|`; a scheme has a
line for each point, `AO2 2: what earns the marks`, with `/|` before other ways to say it.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from planning.importing import rows
from planning.importing.drafts import Draft, PointDraft, QuestionDraft
from planning.importing.faults import BadQuestions, Fault

LISTS = ("points", "choices", "answer")
LONGEST_FIELD = 1_000_000  # characters


def read_csv(source: str) -> Draft:
    """Raises BadQuestions."""
    faults: list[Fault] = []
    questions: list[QuestionDraft | None] = []
    points: list[PointDraft] = []
    for line, fields, has_questions in _rows(source, faults):
        if has_questions:
            questions.append(rows.question(fields, line, faults))
        else:
            points.append(rows.point(fields, line))
    if faults:
        raise BadQuestions(faults)
    return Draft("CSV", tuple(one for one in questions if one), tuple(points))


def _rows(source: str, faults: list[Fault]) -> Iterator[tuple[int, dict[str, Any], bool]]:
    """Line, fields, and whether they are a question's."""
    csv.field_size_limit(LONGEST_FIELD)
    reader = csv.reader(io.StringIO(source.removeprefix("\ufeff"), newline=""), delimiter=_delimiter(source), strict=True)
    heading: list[str] = []
    began = 1
    try:
        for values in reader:
            line, began = began, reader.line_num + 1
            if not any(value.strip() for value in values):
                continue
            if not heading:
                heading = _heading(values, line, faults)
            elif len(values) > len(heading):
                faults.append(Fault(line, _("There are more fields than headings. Put fields with a comma into quotes.")))
            else:
                yield line, _fields(dict(zip(heading, values, strict=False))), "text" in heading
    except csv.Error as error:
        faults.append(Fault(reader.line_num or 1, _("This is no CSV: %s") % error))


def _delimiter(source: str) -> str:
    first = source.split("\n", 1)[0]
    return max(",;\t", key=first.count)


def _heading(values: list[str], line: int, faults: list[Fault]) -> list[str]:
    names = [value.strip().lower().replace(" ", "_") for value in values]
    known = rows.QUESTION_FIELDS if "text" in names else rows.POINT_FIELDS
    if unknown := [name for name in names if name not in known]:
        words = _("The heading “%(name)s” is not known. Known are: %(known)s.")
        faults.append(Fault(line, words % {"name": unknown[0], "known": ", ".join(sorted(known))}))
    if "code" not in names:
        faults.append(Fault(line, _("There is no column “code”.")))
    return names


def _fields(said: dict[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(said)
    for name in LISTS:
        fields[name] = [part.strip() for part in said.get(name, "").split("|") if part.strip()]
    fields["scheme"] = [part.strip() for part in said.get("scheme", "").splitlines() if part.strip()]
    if said.get("kind", "").strip() == "true_false":
        fields["answer"] = said.get("answer", "")
    fields["active"] = said.get("active", "").strip() or "true"
    return fields
