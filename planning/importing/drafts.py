"""What a file says, before the database is asked: questions and syllabus points, checked by themselves."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from planning.exam_models import CODE_SHAPE, MOST_MARKS, Objective, QuestionVersion
from planning.importing.faults import BadQuestions, Fault

Kind = QuestionVersion.Kind
LONGEST_CODE = 50  # of a syllabus point
LONGEST_NAME = 100  # of a question's code
LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class SchemeDraft:
    objective: str
    marks: int
    text: str
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PointDraft:
    line: int
    code: str
    title: str
    description: str = ""
    parent: str = ""
    chapter: str = ""


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """`choices` and `key` have the shapes of QuestionVersion and AnswerKey."""

    line: int
    code: str
    kind: str
    text: str
    marks: int = 1
    title: str = ""
    text_format: str = "markdown"
    choices: Any = ()
    several: bool = False
    key: Mapping[str, Any] = field(default_factory=dict)
    model_answer: str = ""
    feedback: str = ""
    scheme: tuple[SchemeDraft, ...] = ()
    points: tuple[str, ...] = ()
    active: bool = True

    def digest(self) -> str:
        """Of all that a version holds: the same digest is the same version."""
        scheme = [[point.objective, point.marks, point.text, list(point.alternatives)] for point in self.scheme]
        parts = [self.kind, self.text, self.marks, self.title, self.text_format, self.choices, self.several, self.key]
        said = json.dumps([*parts, self.model_answer, self.feedback, scheme], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SubjectDraft:
    title: str = ""
    description: str = ""
    course: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    form: str
    questions: tuple[QuestionDraft, ...] = ()
    points: tuple[PointDraft, ...] = ()
    subject: SubjectDraft = SubjectDraft()
    notes: tuple[Fault, ...] = ()


def checked(draft: Draft) -> Draft:
    """The draft itself. Raises BadQuestions with whatever cannot be, whatever the database holds."""
    faults = [*_twice(draft), *_of_points(draft)]
    for question in draft.questions:
        faults += [Fault(question.line, message) for message in _of_question(question)]
    if not (draft.questions or draft.points or faults):
        faults.append(Fault(0, _("There are no questions in this file.")))
    if faults:
        raise BadQuestions(faults)
    return draft


def _twice(draft: Draft) -> Iterator[Fault]:
    for rows, words in ((draft.questions, _("The code %s is used twice.")), (draft.points, _("The point %s is there twice."))):
        seen: set[str] = set()
        for row in rows:
            if row.code in seen:
                yield Fault(row.line, words % row.code)
            seen.add(row.code)


def _of_points(draft: Draft) -> Iterator[Fault]:
    for point in draft.points:
        if not re.match(CODE_SHAPE, point.code) or len(point.code) > LONGEST_CODE:
            yield Fault(point.line, _("“%s” is no code: letters, digits, dots and hyphens, please.") % point.code[:60])
        if not point.title:
            yield Fault(point.line, _("The point %s has no title.") % point.code)
        if point.parent == point.code:
            yield Fault(point.line, _("The point %s cannot be part of itself.") % point.code)


def _of_question(question: QuestionDraft) -> Iterator[str]:
    if not question.code or len(question.code) > LONGEST_NAME:
        yield _("A question needs a code of up to %d letters.") % LONGEST_NAME
    if not question.text.strip():
        yield _("The question has no text.")
    if len(question.title) > LONGEST_TITLE:
        yield _("The title is longer than %d letters.") % LONGEST_TITLE
    if question.kind not in Kind.values:
        yield _("“%(kind)s” is no kind of question: %(kinds)s.") % {"kind": question.kind, "kinds": ", ".join(Kind.values)}
    if not 1 <= question.marks <= MOST_MARKS:
        yield _("The marks go from 1 to %d.") % MOST_MARKS
    yield from _of_scheme(question)
    yield from _of_key(question)


def _of_scheme(question: QuestionDraft) -> Iterator[str]:
    for point in question.scheme:
        if point.objective not in Objective.values:
            yield _("“%s” is no objective: AO1, AO2 or AO3.") % point.objective
        if point.marks < 1 or not point.text:
            yield _("A point of the mark scheme needs a text and at least one mark.")
    total = sum(point.marks for point in question.scheme)
    if question.scheme and total < question.marks:
        yield _("The mark scheme gives %(total)d of %(marks)d marks.") % {"total": total, "marks": question.marks}


def _of_key(question: QuestionDraft) -> Iterator[str]:
    key = question.key
    if question.kind in (Kind.MULTIPLE_CHOICE, Kind.TRUE_FALSE):
        if len(question.choices) < 2:
            yield _("There is nothing to choose from.")
        if not any(float(weight) > 0 for weight in key.get("weights", {}).values()):
            yield _("No choice is right.")
    if question.kind == Kind.SHORT and not any(float(answer["weight"]) > 0 for answer in key.get("accepted", ())):
        yield _("No answer is right.")
    if question.kind == Kind.NUMERIC and not any(float(part["weight"]) > 0 for part in key.get("ranges", ())):
        yield _("No number is right.")
    if question.kind == Kind.MATCHING and len(key.get("pairs", {})) < 2:
        yield _("Matching needs at least two pairs.")
