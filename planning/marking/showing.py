"""What the marking pages show: values, with the texts of authors and learners only as words or through the one sanitiser."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.safestring import SafeString

from accounts.models import User
from planning.exam_models import AnswerKey, SchemePoint
from planning.marking import reviewing
from planning.marking.agreeing import Agreement, agreement
from planning.marking.reading import words_of
from planning.practice.wording import rendered
from planning.practice_models import AttemptedQuestion
from planning.ruling_models import MarkDispute, MarkRuling

PAGE = 30
MOST_BUTTONS = 10  # marks that are chosen by a key; above, they are typed


@dataclass(frozen=True, slots=True)
class Ticket:
    """A line of the queue."""

    id: UUID
    subject: str
    question: str
    learner: str
    marks: Decimal | None
    maximum: int
    confidence: int | None
    is_disputed: bool
    holder: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A point of the scheme with what the marker says of it."""

    objective: str
    text: str
    awarded: str
    maximum: str
    verdict: str
    reason: str
    quote: str


@dataclass(frozen=True, slots=True)
class Case:
    """An answer before a reviewer."""

    row: AttemptedQuestion
    question: SafeString
    model_answer: SafeString | None
    summary: str
    notes: tuple[str, ...]
    points: tuple[Judged, ...]
    dispute: MarkDispute | None
    rulings: tuple[MarkRuling, ...]
    agreement: Agreement
    holder: str
    choices: tuple[int, ...]
    alike: tuple[AttemptedQuestion, ...]
    earlier: UUID | None
    later: UUID | None


def tickets(person: User, after: UUID | None = None) -> tuple[list[Ticket], UUID | None]:
    """A page of the queue, and what comes after it."""
    rows = reviewing.queue(person).select_related("version", "student", "attempt__subject", "claim__claimed_by")
    found = list((rows.filter(pk__gt=after) if after else rows)[: PAGE + 1])
    shown = [_ticket(row, person) for row in found[:PAGE]]
    return shown, found[PAGE - 1].pk if len(found) > PAGE else None


def reviewable(person: User, answer_id: UUID) -> AttemptedQuestion:
    """An answer with marks that this person may review. Raises Http404."""
    rows = AttemptedQuestion.objects.filter(state=AttemptedQuestion.State.MARKED)
    if person.role != "admin":
        rows = rows.exclude(student=person)
    return get_object_or_404(rows.select_related("version", "student", "attempt__subject", "reviewed_by"), pk=answer_id)


def case(row: AttemptedQuestion, person: User) -> Case:
    """Behind the reviewer's door."""
    version, held = row.version, reviewing.holder(row, person)
    key = AnswerKey.objects.filter(version=version).first()
    feedback = row.marking_feedback or {}
    waiting = reviewing.queue(person)
    return Case(
        row=row,
        question=rendered(version.text, version.text_format),
        model_answer=rendered(key.model_answer, "markdown") if key and key.model_answer else None,
        summary=str(feedback.get("summary", "")),
        notes=tuple(str(each) for each in feedback.get("notes", ())),
        points=_points(feedback, list(version.scheme_points.all())),
        dispute=MarkDispute.objects.filter(answer=row).first(),
        rulings=tuple(MarkRuling.objects.filter(answer=row).select_related("ruled_by")),
        agreement=agreement(version.question_id),
        holder=str(held.claimed_by) if held else "",
        choices=tuple(range(row.maximum_marks + 1)) if row.maximum_marks <= MOST_BUTTONS else (),
        alike=tuple(reviewing.alike(row)) if row.reviewed_at else (),
        earlier=waiting.filter(pk__lt=row.pk).order_by("-pk").values_list("pk", flat=True).first(),
        later=next_of(row, person),
    )


def next_of(row: AttemptedQuestion, person: User) -> UUID | None:
    """The next answer that waits, from the top again after the last."""
    waiting = reviewing.queue(person).exclude(pk=row.pk).values_list("pk", flat=True)
    return waiting.filter(pk__gt=row.pk).first() or waiting.first()


def _ticket(row: Any, person: User) -> Ticket:
    held = getattr(row, "claim", None)
    is_held = held is not None and held.claimed_by_id != person.pk and held.claimed_at > reviewing.lease_begin()
    return Ticket(
        id=row.pk,
        subject=row.attempt.subject.title,
        question=words_of(row.version).replace("`", ""),
        learner=str(row.student),
        marks=row.marks_awarded,
        maximum=row.maximum_marks,
        confidence=row.confidence_score,
        is_disputed=row.is_disputed,
        holder=str(held.claimed_by) if held and is_held else "",
    )


def _points(feedback: dict[str, Any], scheme: list[SchemePoint]) -> tuple[Judged, ...]:
    """The scheme beside the marker's reasons; points that it said nothing of are shown all the same."""
    said = {point.get("id"): point for point in feedback.get("points", ())}
    return tuple(_judged(point, said.get(str(point.pk), {})) for point in scheme)


def _judged(point: SchemePoint, said: dict[str, Any]) -> Judged:
    texts = [str(said.get(name, "")) for name in ("verdict", "reason", "quote")]
    text = " / ".join([point.text, *(str(each) for each in point.alternatives)])
    return Judged(point.objective, text, str(said.get("awarded", "0")), str(point.marks), *texts)
