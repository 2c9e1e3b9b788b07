"""A question goes to a person. One row for each question; asking again adds to it; the learner can take it back.

The learner's trainer gets it, else the course's trainers see it unassigned; the database sees to that. Refuses a question that
is still being answered, and one that is closed.
"""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from coach.models import QUESTION_LIMIT, ConversationHistory, Escalation, Query, Response
from courses.models import Enrolment

EARLIER_TURNS = 6  # of the same conversation, for the trainer to read
TURN_LIMIT = 4000  # characters of each answer that are kept


class EscalationRefused(ValueError):
    """Says to the person why the question cannot go to the trainer now; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def ask_trainer(*, query: Query, note: str = "") -> Escalation:
    """The learner wants a person. Behind the learner's door. Raises EscalationRefused."""
    if query.is_open:
        raise EscalationRefused("open", _("The answer is still being written. Wait for it, or stop it first."))
    response = Response.objects.filter(query=query).first()
    return _escalate(query, response, reason=Escalation.Reason.ASKED, note=readable_note(note))


def escalate_failed(*, query_id: UUID, response: Response) -> Escalation:
    """No model answered. Behind the system's door."""
    return _escalate(Query.objects.get(pk=query_id), response, reason=Escalation.Reason.FAILED, note="")


def escalate_unsure(*, query_id: UUID, response: Response) -> Escalation:
    """The course hardly covers the question. Behind the system's door."""
    return _escalate(Query.objects.get(pk=query_id), response, reason=Escalation.Reason.UNSURE, note="")


def withdraw(*, query: Query) -> Escalation:
    """The learner takes the question back. Behind the learner's door. Raises EscalationRefused."""
    now = timezone.now()
    rows = Escalation.objects.filter(query=query, status__in=[Escalation.Status.PENDING, Escalation.Status.RESPONDED])
    if not rows.update(status=Escalation.Status.ARCHIVED, resolved_at=now, updated_at=now):
        raise EscalationRefused("closed", _("This question is not with your trainer any more."))
    Query.objects.filter(pk=query.pk, status=Query.Status.ESCALATED).update(status=Query.Status.ANSWERED, updated_at=now)
    return Escalation.objects.get(query=query)


def readable_note(note: str) -> str:
    """The note without space around it. Raises EscalationRefused."""
    if len(note) > QUESTION_LIMIT or "\x00" in note:
        raise EscalationRefused(
            "note", _("The note may have %(limit)d characters, none of them null.") % {"limit": QUESTION_LIMIT}
        )
    return note.strip()


def _escalate(query: Query, response: Response | None, *, reason: str, note: str) -> Escalation:
    escalation, is_new = Escalation.objects.get_or_create(
        query=query,
        defaults={
            "learner_id": query.learner_id,
            "course_id": query.course_id,
            "trainer_id": _trainer_id(query),
            "original_question": query.question,
            "place": query.context,
            "reason": reason,
            "learner_note": note,
            **_found(query, response),
        },
    )
    if is_new:
        return _opened(query, response, escalation)
    return _asked_again(query, response, escalation, note=note, by_learner=reason == Escalation.Reason.ASKED)


def _trainer_id(query: Query) -> UUID | None:
    enrolment = Enrolment.objects.filter(learner_id=query.learner_id, course_id=query.course_id).first()
    return enrolment.trainer_id if enrolment else None


def _found(query: Query, response: Response | None) -> dict[str, Any]:
    """What the coach read and said, as it stands now."""
    return {
        "ai_context": response.evidence if response else [],
        "ai_confidence": response.confidence_score if response else None,
        "conversation": _conversation(query, response),
    }


def _conversation(query: Query, response: Response | None) -> list[dict[str, str]]:
    earlier = Query.objects.filter(conversation_id=query.conversation_id, learner_id=query.learner_id, pk__lt=query.pk)
    turns = earlier.order_by("-pk").values_list("question", "response__answer", "response__label")[:EARLIER_TURNS]
    said = [_turn(question, answer or "", label or "") for question, answer, label in reversed(turns)]
    return [*said, _turn(query.question, response.answer if response else "", response.label if response else "")]


def _turn(question: str, answer: str, label: str) -> dict[str, str]:
    return {"question": question, "answer": answer[:TURN_LIMIT], "label": label}


def _opened(query: Query, response: Response | None, escalation: Escalation) -> Escalation:
    Query.objects.filter(pk=query.pk).exclude(status__in=[Query.Status.PENDING, Query.Status.ANSWERING]).update(
        status=Query.Status.ESCALATED, updated_at=timezone.now()
    )
    ConversationHistory.objects.create(
        learner_id=query.learner_id, course_id=query.course_id, query=query, response=response, escalation=escalation
    )
    return escalation


def _asked_again(query: Query, response: Response | None, escalation: Escalation, *, note: str, by_learner: bool) -> Escalation:
    """The note is added; an answer that did not settle the question puts it back on the desk. Raises EscalationRefused."""
    if escalation.status in {Escalation.Status.RESOLVED, Escalation.Status.ARCHIVED}:
        if not by_learner:
            return escalation
        raise EscalationRefused("closed", _("This question is closed. Ask it once more as a new question."))
    escalation.learner_note = "\n\n".join(part for part in (escalation.learner_note, note) if part)[: 4 * QUESTION_LIMIT]
    changes = {"learner_note": escalation.learner_note, "updated_at": timezone.now(), "seen_by": [], **_found(query, response)}
    if by_learner:
        changes |= {"asked_times": F("asked_times") + 1, "reason": Escalation.Reason.ASKED, "status": Escalation.Status.PENDING}
    Escalation.objects.filter(pk=escalation.pk).update(**changes)
    return escalation
