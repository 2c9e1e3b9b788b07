"""Hands an attempt in, or gives it up; marks at once what a key can mark, and wakes the marker for the rest.

The state of the rows says what waits to be marked: the message is only a wake-up. Refuses what is over already.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from learning.waking import wake
from planning.practice import exact
from planning.practice.refusing import Closed
from planning.practice_models import Attempt, AttemptedQuestion

MARK_TASK = "planning.mark_attempt"
MARKER = "exact/v1"
SURE = 100  # percent: a key leaves no doubt
MOST_SWEPT = 200  # attempts at a time

State = AttemptedQuestion.State


def submit(attempt: Attempt) -> None:
    """Behind the learner's door, or the system's. Raises Closed when it is over already."""
    with transaction.atomic():
        _move(attempt, Attempt.Status.SUBMITTED)
        with acting_as(SYSTEM):
            if _mark_by_key(attempt):
                wake(MARK_TASK, str(attempt.pk))
    attempt.refresh_from_db()


def abandon(attempt: Attempt) -> None:
    """Raises Closed."""
    with transaction.atomic():
        _move(attempt, Attempt.Status.ABANDONED)
    attempt.refresh_from_db()


def close_if_overdue(attempt: Attempt, now: datetime) -> bool:
    """Whether the time was up; then what was saved is handed in."""
    if not attempt.is_overdue(now):
        return False
    try:
        submit(attempt)
    except Closed:
        attempt.refresh_from_db()
    return True


def close_overdue(now: datetime) -> int:
    """Hand in what nobody came back to. Behind the system's door."""
    rows = Attempt.objects.filter(status=Attempt.Status.IN_PROGRESS, deadline__lte=now).order_by("deadline")[:MOST_SWEPT]
    return sum(close_if_overdue(attempt, now) for attempt in rows)


def _move(attempt: Attempt, status: str) -> None:
    """Answers are locked before their attempt, as everywhere: who saves at the same moment comes before or after, whole."""
    list(attempt.answers.select_for_update().order_by("pk").values_list("pk"))
    if not Attempt.objects.filter(pk=attempt.pk, status=Attempt.Status.IN_PROGRESS).update(status=status):
        raise Closed(_("This attempt is over already."))


def _mark_by_key(attempt: Attempt) -> int:
    """How many are left for the marker."""
    rows = attempt.answers.filter(state=State.PENDING).select_related("version__answer_key").order_by("pk")
    left = 0
    for row in rows.prefetch_related("version__scheme_points"):
        if row.version.is_written:
            left += 1
            continue
        judged = exact.judge(row.version.kind, row.version.answer_key.key, row.answer, row.chosen)
        marks = judged.marks(row.maximum_marks)
        AttemptedQuestion.objects.filter(pk=row.pk, state=State.PENDING).update(
            state=State.MARKED,
            marks_awarded=marks,
            marking_feedback=_feedback(row, marks, judged),
            confidence_score=SURE,
        )
    return left


def _feedback(row: AttemptedQuestion, marks: Decimal, judged: exact.Judgement) -> dict[str, Any]:
    scheme = list(row.version.scheme_points.all())
    objective = scheme[0].objective if scheme else "AO1"
    reason = _reason(row, marks)
    part = {"awarded": _text(marks), "maximum": _text(Decimal(row.maximum_marks))}
    return {
        "marker": MARKER,
        "summary": " ".join([reason, *judged.feedback]),
        "objectives": {objective: part},
        "points": [{"id": str(scheme[0].pk) if scheme else "", "objective": objective, **part, "reason": reason, "quote": ""}],
    }


def _reason(row: AttemptedQuestion, marks: Decimal) -> str:
    if not row.is_answered:
        return _("No answer was given.")
    if row.version.kind == "numeric" and exact.number_in(row.answer) is None:
        return _("This is no number.")
    return _("Right.") if marks == row.maximum_marks else _("Partly right.") if marks else _("Not right.")


def _text(marks: Decimal) -> str:
    return f"{marks.normalize():f}"
