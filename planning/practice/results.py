"""What a learner, or their trainer, reads of an attempt that was handed in: marks for each objective, reasons, what was right."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString

from planning.exam_models import AnswerKey, Objective, QuestionVersion, SchemePoint, Subject
from planning.linking import explain_url
from planning.practice.exact import HUNDRED
from planning.practice.showing import in_words, total
from planning.practice.wording import rendered
from planning.practice_models import Attempt, AttemptedQuestion

Kind = QuestionVersion.Kind


@dataclass(frozen=True, slots=True)
class Share:
    """Marks for one objective. `percent` is None when there was nothing to be had."""

    objective: str
    name: str
    awarded: Decimal
    maximum: Decimal

    @property
    def percent(self) -> int | None:
        return round(self.awarded * HUNDRED / self.maximum) if self.maximum else None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a point of the scheme was given or not; `quote` is from the answer."""

    objective: str
    awarded: Decimal
    maximum: Decimal
    reason: str
    quote: str
    text: str = ""  # of the point


@dataclass(frozen=True, slots=True)
class Result:
    """One answer with its marks, as far as they are there."""

    id: UUID
    position: int
    html: SafeString
    kind: str
    answer: tuple[str, ...]
    state: str
    marks: Decimal
    maximum: int
    summary: str
    reasons: tuple[Reason, ...]
    shares: tuple[Share, ...]
    confidence: int | None
    needs_review: bool
    is_reviewed: bool
    right: tuple[SafeString, ...]
    model_answer: SafeString | None
    feedback: SafeString | None
    scheme: tuple[SchemePoint, ...]
    points: tuple[tuple[str, str, str, str], ...]  # code, title, where it is taught, where it is explained

    @property
    def is_marked(self) -> bool:
        return self.state == AttemptedQuestion.State.MARKED


@dataclass(frozen=True, slots=True)
class Report:
    results: tuple[Result, ...]
    shares: tuple[Share, ...]
    awarded: Decimal
    maximum: int
    waiting: int

    @property
    def percent(self) -> int:
        return round(self.awarded * HUNDRED / self.maximum) if self.maximum else 0


def report(attempt: Attempt) -> Report:
    """Behind the door of whoever may see it: keys and schemes come only if the database gives them."""
    rows = list(
        attempt.answers.select_related("version__answer_key", "version__question")
        .prefetch_related("version__scheme_points", "version__question__points__chapter__course")
        .order_by("position")
    )
    results = tuple(_result(row, attempt.subject) for row in rows)
    marked = [row for row in rows if row.state == AttemptedQuestion.State.MARKED]
    awarded, maximum = total(rows)
    return Report(results, added(_shares(row) for row in marked), awarded, maximum, len(rows) - len(marked))


def added(all_shares: Iterable[Iterable[Share]]) -> tuple[Share, ...]:
    """One share for each objective that is there."""
    flat = [share for shares in all_shares for share in shares]
    sums = []
    for objective in Objective:
        parts = [share for share in flat if share.objective == objective]
        if parts:
            awarded, maximum = sum(part.awarded for part in parts), sum(part.maximum for part in parts)
            sums.append(Share(objective.value, str(objective.label), Decimal(awarded), Decimal(maximum)))
    return tuple(sums)


def _shares(row: AttemptedQuestion) -> tuple[Share, ...]:
    said = (row.marking_feedback or {}).get("objectives", {})
    return tuple(
        Share(objective.value, str(objective.label), _decimal(said[objective]["awarded"]), _decimal(said[objective]["maximum"]))
        for objective in Objective
        if objective in said
    )


def _reasons(row: AttemptedQuestion) -> tuple[Reason, ...]:
    if not row.version.is_written:
        return ()
    return tuple(
        Reason(
            objective=one.get("objective", ""),
            awarded=_decimal(one.get("awarded", 0)),
            maximum=_decimal(one.get("maximum", 0)),
            reason=one.get("reason", ""),
            quote=one.get("quote") or "",
            text=one.get("text", ""),
        )
        for one in (row.marking_feedback or {}).get("points", [])
    )


def _result(row: AttemptedQuestion, subject: Subject) -> Result:
    version = row.version
    key: AnswerKey | None = getattr(version, "answer_key", None)
    return Result(
        id=row.pk,
        position=row.position,
        html=rendered(version.text, version.text_format),
        kind=version.kind,
        answer=in_words(version, row.answer, row.chosen),
        state=row.state,
        marks=row.marks_awarded or Decimal(0),
        maximum=row.maximum_marks,
        summary=(row.marking_feedback or {}).get("summary", ""),
        reasons=_reasons(row),
        shares=_shares(row),
        confidence=row.confidence_score,
        needs_review=row.needs_review,
        is_reviewed=row.reviewed_at is not None,
        right=tuple(rendered(text, version.text_format) for text in right_answers(version, key)),
        model_answer=rendered(key.model_answer, "markdown") if key and key.model_answer else None,
        feedback=rendered(key.feedback, version.text_format) if key and key.feedback else None,
        scheme=tuple(version.scheme_points.all()) if version.is_written else (),
        points=tuple(
            (point.code, point.title, _taught(point), explain_url(subject, point.pk)) for point in version.question.points.all()
        ),
    )


def right_answers(version: QuestionVersion, answer_key: AnswerKey | None) -> tuple[str, ...]:
    """In words, what the key counts as right; empty without a key."""
    key = answer_key.key if answer_key else {}
    if "weights" in key:
        right = [name for name, weight in key["weights"].items() if Decimal(weight) > 0]
        return in_words(version, "", right)
    if "pairs" in key:
        return in_words(version, "", key["pairs"])
    if "ranges" in key:
        return tuple(_range(one) for one in key["ranges"] if Decimal(one["weight"]) > 0)
    return tuple(one["text"] for one in key.get("accepted", ()) if Decimal(one["weight"]) > 0)


def _range(one: dict[str, str]) -> str:
    return one["low"] if one["low"] == one["high"] else f"{one['low']} – {one['high']}"


def _taught(point: Any) -> str:
    chapter = point.chapter
    return chapter.get_absolute_url() if chapter and chapter.removed_at is None else ""


def _decimal(said: Any) -> Decimal:
    return Decimal(str(said))
