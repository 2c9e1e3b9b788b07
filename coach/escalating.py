"""A question goes to a person. One row for each question; asking again adds to it.

The learner's trainer gets it, else the course's trainers see it unassigned. Refuses a question that is still being answered.
"""

from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from coach.models import QUESTION_LIMIT, ConversationHistory, Escalation, Query, Response
from courses.models import Enrolment


class EscalationRefused(ValueError):
    """Says to the person why the question cannot go to the trainer now; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def ask_trainer(*, query: Query, note: str = "") -> Escalation:
    """The learner wants a person. Behind the learner's door. Raises EscalationRefused."""
    if query.is_open:
        raise EscalationRefused("open", _("The answer is still being written. Wait for it, or stop it first."))
    if len(note) > QUESTION_LIMIT or "\x00" in note:
        raise EscalationRefused(
            "note", _("The note may have %(limit)d characters, none of them null.") % {"limit": QUESTION_LIMIT}
        )
    response = Response.objects.filter(query=query).first()
    return _escalate(query, response, reason=Escalation.Reason.ASKED, note=note.strip())


def escalate_failed(*, query_id: UUID, response: Response) -> Escalation:
    """No model answered. Behind the system's door."""
    query = Query.objects.get(pk=query_id)
    return _escalate(query, response, reason=Escalation.Reason.FAILED, note="")


def _escalate(query: Query, response: Response | None, *, reason: str, note: str) -> Escalation:
    enrolment = Enrolment.objects.filter(learner_id=query.learner_id, course_id=query.course_id).first()
    escalation, is_new = Escalation.objects.get_or_create(
        query=query,
        defaults={
            "learner_id": query.learner_id,
            "course_id": query.course_id,
            "trainer_id": enrolment.trainer_id if enrolment else None,
            "original_question": query.question,
            "ai_context": response.evidence if response else [],
            "ai_confidence": response.confidence_score if response else None,
            "reason": reason,
            "learner_note": note,
        },
    )
    return _opened(query, response, escalation) if is_new else _asked_again(escalation, note)


def _opened(query: Query, response: Response | None, escalation: Escalation) -> Escalation:
    Query.objects.filter(pk=query.pk).exclude(status__in=[Query.Status.PENDING, Query.Status.ANSWERING]).update(
        status=Query.Status.ESCALATED, updated_at=timezone.now()
    )
    ConversationHistory.objects.create(
        learner_id=query.learner_id, course_id=query.course_id, query=query, response=response, escalation=escalation
    )
    return escalation


def _asked_again(escalation: Escalation, note: str) -> Escalation:
    escalation.learner_note = "\n\n".join(part for part in (escalation.learner_note, note) if part)
    Escalation.objects.filter(pk=escalation.pk).update(
        asked_times=F("asked_times") + 1, learner_note=escalation.learner_note, updated_at=timezone.now()
    )
    return escalation
