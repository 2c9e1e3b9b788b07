"""Questions that another conversation hands to the desk: each becomes a question of the coach's with an escalation, and what the
trainer makes of it is written back onto the row it came on. Works as the system; doing it again makes nothing twice.
"""

import logging

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from ai.models import Handover
from coach import escalating
from coach.asking import new_conversation
from coach.models import Escalation, Query, Response

log = logging.getLogger("aicoach.coach")

AT_ONCE = 50
WRITE_BACK = """
UPDATE ai_handovers h SET status = e.status, reply = e.reply, signed = e.signed, replied_at = e.replied_at
  FROM ai_coach_escalations e
 WHERE e.query_id = h.query_id AND (h.status, h.reply, h.signed) IS DISTINCT FROM (e.status, e.reply, e.signed)
"""


def pick_up() -> int:
    """Put onto the desk what waits, and write back what became of what is there; how many were new."""
    with acting_as(SYSTEM):
        waiting = list(Handover.objects.select_for_update(skip_locked=True).filter(query_id=None)[:AT_ONCE])
        done = sum(_picked_up(handover) for handover in waiting)
        with connection.cursor() as cursor:
            cursor.execute(WRITE_BACK)
    return done


def _picked_up(handover: Handover) -> bool:
    """One that cannot be put there must not keep the others from it; the log says which."""
    try:
        with transaction.atomic():
            _to_the_desk(handover)
    except (DatabaseError, escalating.EscalationRefused) as error:
        log.error("not_picked_up handover=%s error=%s", handover.pk, type(error).__name__)
        return False
    return True


def _to_the_desk(handover: Handover) -> None:
    query = _question(handover)
    escalation = escalating.ask_trainer(query=query, note=handover.note)
    Escalation.objects.filter(pk=escalation.pk).update(conversation=handover.conversation)
    handover.query_id, handover.status = query.pk, escalation.status
    handover.save(update_fields=["query_id", "status"])


def _question(handover: Handover) -> Query:
    """In a conversation of its own, so that the reply is found where the coach's replies are."""
    owner = {"learner_id": handover.user_id, "course_id": handover.course_id}
    query = Query.objects.create(
        **owner,
        conversation=new_conversation(handover.user, handover.course),
        question=handover.question,
        client_key=handover.pk,
        status=Query.Status.ANSWERED if handover.answer else Query.Status.FAILED,
    )
    Response.objects.create(
        **owner,
        query=query,
        answer=handover.answer,
        label=handover.label or Response.Label.AI_DRAFT,
        state=Response.State.COMPLETE if handover.answer else Response.State.FAILED,
        evidence=handover.evidence,
        confidence_score=handover.confidence,
        finished_at=timezone.now(),
    )
    return query
