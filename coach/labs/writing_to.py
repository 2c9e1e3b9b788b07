"""Words between a learner and a trainer about a lab, without the coach: a turn of the conversation that goes straight to the
desk, or comes straight from it. The rest is as with every question that a trainer answers: news, mail, "did this settle it?".

Such a turn says so in its context (`straight`), is never answered by the coach and counts as no repeated question. Refuses an
empty or endless message, and one to somebody whom the writer does not train.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import asking, escalating
from coach.escalation_models import UNDO
from coach.labs.steps import step_with
from coach.models import ConversationHistory, Escalation, LabStruggle, Query
from coach.replying import readable
from courses.models import Lab

BY_LEARNER, BY_TRAINER = "learner", "trainer"


def ask_trainer(learner: User, lab: Lab, step_id: str, key: UUID) -> Query:
    """Behind the learner's door."""
    words = _about(lab, step_id, _("I am stuck in the lab “%(lab)s”."), _("I am stuck in the lab “%(lab)s”, at “%(step)s”."))
    query = asking.ask(learner=learner, course=lab.course, question=words, key=key, now=timezone.now(), place_id=lab.lab_id)
    context = query.context | {"straight": BY_LEARNER}
    Query.objects.filter(pk=query.pk, status=Query.Status.PENDING).update(status=Query.Status.FAILED, context=context)
    query.refresh_from_db()
    escalating.ask_trainer(query=query)
    return query


def write(struggle: LabStruggle, lab: Lab, text: str, trainer: User, key: UUID) -> Escalation:
    """A trainer's message lands in the learner's conversation, and they are told. The caller has read `struggle` through the
    trainer's door. Sent twice with the same key it is one message. Raises ReplyRefused.
    """
    text, now = readable(text), timezone.now()
    with acting_as(SYSTEM):
        known = Escalation.objects.filter(query__client_key=key, learner_id=struggle.learner_id).first()
        if known:
            return known
        query = _turn(struggle, lab, key, now)
        said: dict[str, Any] = {"reply": text, "replied_by": trainer, "replied_at": now, "signed": str(trainer)}
        escalation = Escalation.objects.create(
            query=query, learner_id=struggle.learner_id, course_id=struggle.course_id, trainer=trainer,
            original_question=query.question, place=query.context, reason=Escalation.Reason.STRUGGLE,
            status=Escalation.Status.RESPONDED, mail_due_at=now + UNDO, **said,
        )  # fmt: skip
        owner = {"learner_id": struggle.learner_id, "course_id": struggle.course_id}
        ConversationHistory.objects.create(**owner, query=query, escalation=escalation)
    return escalation


def _turn(struggle: LabStruggle, lab: Lab, key: UUID, now: datetime) -> Query:
    learner = User.objects.get(pk=struggle.learner_id)
    going = asking.current_conversation(learner, lab.course, now) or asking.new_conversation(learner, lab.course)
    words = _about(lab, struggle.step, _("About the lab “%(lab)s”"), _("About the lab “%(lab)s”, “%(step)s”"))
    place = {"place": lab.lab_id, "kind": "lab", "title": lab.title, "day": lab.day, "straight": BY_TRAINER}
    return Query.objects.create(
        learner=learner, course=lab.course, conversation=going, question=words, context=place, client_key=key,
        status=Query.Status.ESCALATED, intent=Query.Intent.LAB_STRUGGLE,
    )  # fmt: skip


def _about(lab: Lab, step_id: str, whole: str, at_step: str) -> str:
    step = step_with(lab, step_id) if step_id else None
    return at_step % {"lab": lab.title, "step": step.title} if step else whole % {"lab": lab.title}
