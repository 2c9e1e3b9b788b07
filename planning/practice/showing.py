"""What pages show of subjects, attempts and answers: values without rows behind them."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from planning.exam_models import QuestionVersion, Subject, SyllabusPoint
from planning.linking import explain_url
from planning.practice.saving import LONGEST
from planning.practice.wording import rendered
from planning.practice_models import AttemptedQuestion

Kind = QuestionVersion.Kind
STAY_LAST = ("above", "below")  # a choice that speaks of the others keeps its place, and so do they


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    html: SafeString
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a matching: what stands on the left, and which of the right was chosen."""

    id: str
    html: SafeString
    chosen: str


@dataclass(frozen=True, slots=True)
class Task:
    """One question of an attempt with what is written so far."""

    position: int
    kind: str
    html: SafeString
    marks: int
    answer: str
    revision: int
    is_answered: bool
    set_aside: bool
    several: bool
    options: tuple[Option, ...] = ()
    lines: tuple[Line, ...] = ()
    rights: tuple[tuple[str, str], ...] = ()
    limit: int = LONGEST


@dataclass(frozen=True, slots=True)
class Branch:
    """A syllabus point with what is part of it, and how many questions ask about it or its parts."""

    code: str
    title: str
    description: str
    questions: int
    parts: "tuple[Branch, ...]"
    explain: str = ""  # where a point without parts is explained


def task(row: AttemptedQuestion) -> Task:
    version = row.version
    matching = version.kind == Kind.MATCHING
    return Task(
        position=row.position,
        kind=version.kind,
        html=rendered(version.text, version.text_format),
        marks=version.maximum_marks,
        answer=row.answer,
        revision=row.revision,
        is_answered=row.is_answered,
        set_aside=row.set_aside,
        several=version.several,
        options=() if matching else options(row),
        lines=_lines(row) if matching else (),
        rights=tuple((one["id"], one["text"]) for one in version.choices["right"]) if matching else (),
    )


def options(row: AttemptedQuestion) -> tuple[Option, ...]:
    """In an order of the attempt's own, so that the author's habits give nothing away."""
    version = row.version
    offered = list(version.choices or ())
    if version.kind != Kind.TRUE_FALSE and not any(word in one["text"].lower() for one in offered for word in STAY_LAST):
        offered.sort(key=lambda one: hashlib.sha256(f"{row.pk}:{one['id']}".encode()).digest())
    said = {"true": _("True"), "false": _("False")} if version.kind == Kind.TRUE_FALSE else {}
    return tuple(
        Option(one["id"], rendered(said.get(one["id"], one["text"]), version.text_format), one["id"] in row.chosen)
        for one in offered
    )


def _lines(row: AttemptedQuestion) -> tuple[Line, ...]:
    chosen = row.chosen if isinstance(row.chosen, dict) else {}
    version = row.version
    return tuple(
        Line(one["id"], rendered(one["text"], version.text_format), chosen.get(one["id"], "")) for one in version.choices["left"]
    )


def tree(subject: Subject, points: Sequence[SyllabusPoint], asked: Iterable[tuple[UUID, UUID]]) -> tuple[Branch, ...]:
    """The syllabus as a tree; `asked` are pairs of a point and a question that asks about it."""
    questions: dict[UUID, set[UUID]] = {}
    for point_id, question_id in asked:
        questions.setdefault(point_id, set()).add(question_id)
    parts: dict[UUID | None, list[SyllabusPoint]] = {}
    for point in points:
        parts.setdefault(point.parent_id, []).append(point)

    def grown(point: SyllabusPoint) -> tuple[Branch, set[UUID]]:
        below = [grown(part) for part in parts.get(point.pk, ())]
        asking = questions.get(point.pk, set()).union(*(found for _branch, found in below))
        branches = tuple(branch for branch, _found in below)
        explain = "" if branches else explain_url(subject, point.pk)
        return Branch(point.code, point.title, point.description, len(asking), branches, explain), asking

    return tuple(grown(point)[0] for point in parts.get(None, ()))


def total(rows: Iterable[AttemptedQuestion]) -> tuple[Decimal, int]:
    """Marks awarded and marks there were."""
    answers = list(rows)
    return sum((row.marks_awarded or Decimal(0) for row in answers), Decimal(0)), sum(row.maximum_marks for row in answers)


def in_words(version: QuestionVersion, answer: str, chosen: Any) -> tuple[str, ...]:
    """What somebody answered, a line for each choice or pair; empty when nothing was."""
    if version.kind == Kind.MATCHING:
        lefts, rights = ({one["id"]: one["text"] for one in version.choices[side]} for side in ("left", "right"))
        return tuple(f"{text} → {rights[chosen[name]]}" for name, text in lefts.items() if name in chosen)
    if version.kind == Kind.TRUE_FALSE:
        return tuple(_("True") if one == "true" else _("False") for one in chosen)
    if version.kind == Kind.MULTIPLE_CHOICE:
        return tuple(one["text"] for one in version.choices if one["id"] in chosen)
    return (answer,) if answer.strip() else ()
