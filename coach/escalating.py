"""A question goes to a person: the trainer assigned to the learner, else one who trains the course.

One escalation for each question; asking again gives the same one. Refuses a question that is still being answered.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from coach.models import ConversationHistory, Escalation, Query
from courses.models import CourseTrainer, Enrolment


class EscalationRefused(ValueError):
    """Says to the person why the question cannot go to the trainer now; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def ask_trainer(
    *, query: Query, reason: Escalation.Reason = Escalation.Reason.ASKED, note: str = ""
) -> Escalation:
    """Hand a settled question to the trainer. Raises EscalationRefused while the answer is being written."""
    known = Escalation.objects.filter(query=query).first()
    if known:
        return known
    if query.is_open:
        raise EscalationRefused("open", _("The answer is still being written. Wait for it, or stop it first."))
    with transaction.atomic():
        escalation = _handed_over(query, reason, note)
        settled = Query.objects.filter(pk=query.pk, status__in=[Query.Status.ANSWERED, Query.Status.FAILED])
        settled.update(status=Query.Status.ESCALATED)
        ConversationHistory.objects.filter(query=query).update(escalation=escalation)
    return escalation


def _handed_over(query: Query, reason: Escalation.Reason, note: str) -> Escalation:
    response = getattr(query, "response", None)
    return Escalation.objects.create(
        query=query,
        learner_id=query.learner_id,
        trainer_id=trainer_for(query.learner_id, query.course_id),
        course_id=query.course_id,
        original_question=query.question,
        ai_context=response.evidence if response else [],
        ai_confidence=response.confidence_score if response else None,
        reason=reason,
        learner_note=note.strip(),
    )


def trainer_for(learner_id: UUID, course_id: UUID) -> UUID | None:
    """Who answers this learner in this course; None when nobody trains it."""
    enrolment = Enrolment.objects.filter(learner_id=learner_id, course_id=course_id, withdrawn_at=None).first()
    if enrolment and enrolment.trainer_id:
        return enrolment.trainer_id
    return CourseTrainer.objects.filter(course_id=course_id).order_by("created_at").values_list("trainer_id", flat=True).first()
