"""People and the marks that a marker proposed: who looks at which answer, what they decide, and which others are like it.

A decision is one update that names its reviewer; the database keeps it as a ruling and settles a dispute with it. Refuses marks
that the question does not have, a review of an answer that somebody else holds or has just decided, and reviewing oneself.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from pgvector.django import CosineDistance

from accounts.models import User
from planning.practice_models import AttemptedQuestion
from planning.ruling_models import AnswerVector, MarkClaim, MarkDispute, MarkRuling

REVIEWERS = frozenset({"trainer", "admin"})
LEASE = timedelta(minutes=15)
ALIKE = 0.88  # cosine of two answers that say the same; below it, answers to one question are alike whatever they say
MOST_ALIKE = 20
LONGEST_NOTE = 2_000  # characters

Origin = MarkRuling.Origin
DISPUTED = Exists(MarkDispute.objects.filter(answer=OuterRef("pk"), state=MarkDispute.State.OPEN))


class ReviewRefused(ValueError):
    """Why the decision was not taken; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def queue(person: User) -> QuerySet[AttemptedQuestion]:
    """Answers that wait for a person, disputes among them, the oldest first. Behind that person's door."""
    doubted = AttemptedQuestion.objects.filter(state=AttemptedQuestion.State.MARKED, needs_review=True).values("pk")
    disputed = MarkDispute.objects.filter(state=MarkDispute.State.OPEN).values("answer_id")
    waiting = AttemptedQuestion.objects.filter(pk__in=doubted.union(disputed))  # "or" would read every answer there is
    if person.role != "admin":
        waiting = waiting.exclude(student=person)
    return waiting.annotate(is_disputed=DISPUTED).order_by("pk")


def claim(answer: AttemptedQuestion, person: User) -> bool:
    """Hold an answer for the length of a lease; False when somebody else does."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [answer.pk, answer.student_id, answer.course_id, person.pk, lease_begin()])
        return bool(cursor.rowcount)


CLAIM = """
INSERT INTO mark_claims (answer_id, student_id, course_id, claimed_by_id) VALUES (%s, %s, %s, %s)
    ON CONFLICT (answer_id) DO UPDATE SET claimed_by_id = excluded.claimed_by_id, claimed_at = now()
 WHERE mark_claims.claimed_by_id = excluded.claimed_by_id OR mark_claims.claimed_at < %s
"""


def lease_begin() -> datetime:
    """Claims from before are over."""
    return timezone.now() - LEASE


def holder(answer: AttemptedQuestion, person: User) -> MarkClaim | None:
    """Who else has it before them now."""
    rows = MarkClaim.objects.filter(answer=answer, claimed_at__gte=lease_begin())
    return rows.exclude(claimed_by=person).first()


def rule(
    answer: AttemptedQuestion, marks: Decimal, person: User, *, note: str = "", origin: str = "", seen: Decimal | None = None
) -> None:
    """Decide the marks of an answer; `seen` is what the reviewer had before them. Raises ReviewRefused."""
    if not 0 <= marks <= answer.maximum_marks or marks != marks.to_integral_value():
        raise ReviewRefused("marks", _("Marks are whole, from 0 to %(most)d.") % {"most": answer.maximum_marks})
    if answer.student_id == person.pk and person.role != "admin":
        raise ReviewRefused("own", _("Nobody marks themselves."))
    if holder(answer, person):
        raise ReviewRefused("held", _("Somebody else is looking at this answer."))
    with transaction.atomic():
        row = AttemptedQuestion.objects.select_for_update().get(pk=answer.pk)
        if seen is not None and row.marks_awarded != seen:
            raise ReviewRefused("changed", _("Somebody else has just decided these marks. See what they are now."))
        _write(row, marks, person, note.strip()[:LONGEST_NOTE], origin or _origin(row))
        MarkClaim.objects.filter(answer=row).delete()
    answer.refresh_from_db()


def _write(row: AttemptedQuestion, marks: Decimal, person: User, note: str, origin: str) -> None:
    AttemptedQuestion.objects.filter(pk=row.pk).update(
        marks_awarded=marks,
        marking_feedback={**_feedback(row, marks), "ruling": {"note": note, "origin": origin}},
        needs_review=False,
        reviewed_by=person,
        reviewed_at=timezone.now(),
    )


def _feedback(row: AttemptedQuestion, marks: Decimal) -> dict[str, Any]:
    """The marker's reasons with marks that add up to those decided: taken from the last points, or given to the first."""
    feedback = dict(row.marking_feedback or {})
    points = [dict(point) for point in feedback.get("points", [])]
    left = marks - sum((Decimal(point["awarded"]) for point in points), Decimal(0))
    for point in points if left > 0 else reversed(points):
        awarded, most = Decimal(point["awarded"]), Decimal(point["maximum"])
        change = min(left, most - awarded) if left > 0 else max(left, -awarded)
        if change:
            point["awarded"], left = str(awarded + change), left - change
            point["reason"] = _("Decided by a person.")
    if not points or left:
        return feedback
    return {**feedback, "points": points, "objectives": _objectives(feedback, points)}


def _objectives(feedback: dict[str, Any], points: list[dict[str, Any]]) -> dict[str, Any]:
    sums = {
        name: str(sum(Decimal(point["awarded"]) for point in points if point["objective"] == name))
        for name in feedback["objectives"]
    }
    return {name: {**part, "awarded": sums[name]} for name, part in feedback["objectives"].items()}


def _origin(row: AttemptedQuestion) -> str:
    return Origin.DISPUTE if MarkDispute.objects.filter(answer=row, state=MarkDispute.State.OPEN).exists() else Origin.REVIEW


def alike(answer: AttemptedQuestion) -> list[AttemptedQuestion]:
    """Earlier answers to the same version that say nearly the same and have other marks, the nearest first; with `likeness`."""
    own = AnswerVector.objects.filter(answer=answer).first()
    if own is None or answer.marks_awarded is None:
        return []
    near = AnswerVector.objects.filter(version_id=answer.version_id, model=own.model).exclude(answer=answer)
    near = near.annotate(distance=CosineDistance("embedding", own.embedding)).filter(distance__lte=1 - ALIKE)
    distances = dict(near.order_by("distance").values_list("answer_id", "distance")[: MOST_ALIKE * 3])
    rows = AttemptedQuestion.objects.filter(pk__in=distances, state=AttemptedQuestion.State.MARKED, reviewed_at=None)
    found = list(rows.exclude(marks_awarded=answer.marks_awarded).select_related("student"))
    for row in found:
        row.likeness = round(100 * (1 - distances[row.pk]))  # type: ignore[attr-defined]
    return sorted(found, key=lambda row: distances[row.pk])[:MOST_ALIKE]


def rule_alike(answer: AttemptedQuestion, chosen: list[UUID], person: User) -> int:
    """Give answers like a decided one its marks; how many. Each leaves a ruling of its own."""
    marks = answer.marks_awarded
    if answer.reviewed_at is None or marks is None:
        raise ReviewRefused("undecided", _("Decide the marks of this answer first."))
    note = str((answer.marking_feedback or {}).get("ruling", {}).get("note", ""))
    rows = [row for row in alike(answer) if row.pk in chosen and not holder(row, person)]
    for row in rows:
        rule(row, marks, person, note=note, origin=Origin.ALIKE, seen=row.marks_awarded)
    return len(rows)
