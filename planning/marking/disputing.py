"""A learner who does not agree with marks: once for an answer, with a reason; and the news of what became of it.

Refuses a second dispute, one without a reason, and one about marks that are not there. The database refuses the same.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from planning.practice_models import AttemptedQuestion
from planning.ruling_models import LONGEST_REASON, SHORTEST_REASON, MarkDispute, MarkRuling


class DisputeRefused(ValueError):
    """Why not; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def own_answer(learner: User, answer_id: UUID) -> AttemptedQuestion:
    """An answer of one's own with its version. Raises Http404."""
    return get_object_or_404(AttemptedQuestion.objects.select_related("version", "attempt"), pk=answer_id, student=learner)


def dispute(answer: AttemptedQuestion, reason: str) -> MarkDispute:
    """Behind the learner's door. Raises DisputeRefused."""
    words = reason.replace("\x00", "").strip()
    if not SHORTEST_REASON <= len(words) <= LONGEST_REASON:
        sizes = {"least": SHORTEST_REASON, "most": LONGEST_REASON}
        raise DisputeRefused("reason", _("Say why, in %(least)d to %(most)d characters.") % sizes)
    if answer.state != AttemptedQuestion.State.MARKED:
        raise DisputeRefused("unmarked", _("There are no marks yet."))
    if not answer.version.is_written:
        raise DisputeRefused("key", _("This question is marked by its key; there is nothing to weigh."))
    try:
        with transaction.atomic():
            return MarkDispute.objects.create(answer=answer, student_id=answer.student_id, reason=words)
    except IntegrityError as error:
        raise DisputeRefused("again", _("You have disputed these marks before; they are disputed once.")) from error


def news(learner: User) -> QuerySet[MarkRuling]:
    """Decisions about one's answers that one has not seen."""
    rows = MarkRuling.objects.filter(student=learner, seen_at=None)
    return rows.select_related("answer__version", "answer__attempt__subject").order_by("-pk")


def see(learner: User, rulings: Iterable[UUID] | None = None) -> int:
    """Note that one has seen them, or all; how many were new."""
    rows = MarkRuling.objects.filter(student=learner, seen_at=None)
    if rulings is not None:
        rows = rows.filter(pk__in=rulings)
    return rows.update(seen_at=timezone.now())
