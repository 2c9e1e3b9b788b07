"""A trainer's reply makes the coach better.

The wish and its priority stand on the escalation, in the same transaction as the reply. At the moment when the reply can no
longer be taken back, a worker hands it to the learning rooms as the correction of the turn, once for each reply, and what needs
no reviewer is applied right after. Beat looks after messages that were lost. Refuses nothing: a correction that is refused there
is noted in the log and left.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Q, QuerySet

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.escalation_models import UNDO
from coach.models import Escalation
from coach.remembering import remember
from learning.correcting import CorrectionRefused, correct
from learning.waking import wake

log = logging.getLogger("aicoach.coach")

AT_ONCE = 50  # replies in one go
TEACH_TASK = "coach.teach_replies"
MARGIN = timedelta(milliseconds=200)  # after the window's end, for clocks that differ a little
ANSWERED = (Escalation.Status.RESPONDED, Escalation.Status.RESOLVED)


def teach(escalation: Escalation, priority: str) -> None:
    """Remember that the reply shall be learnt. Behind the trainer's door, inside the transaction of the reply."""
    escalation.teach, escalation.priority = True, priority
    escalation.save(update_fields=["teach", "priority", "updated_at"])
    if escalation.replied_at:
        wake(TEACH_TASK, at=escalation.replied_at + UNDO + MARGIN)


def teach_due(now: datetime) -> int:
    """Hand over the replies whose minute for second thoughts is over; how many. Opens the door itself, for each one alone."""
    with acting_as(SYSTEM):
        ids = list(_due(now).order_by("replied_at").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_hand_over(escalation_id, now) for escalation_id in ids)


def _due(now: datetime) -> QuerySet[Escalation]:
    untaught = Q(taught_at=None) | Q(taught_at__lt=F("replied_at"))
    return Escalation.objects.filter(
        untaught, teach=True, status__in=ANSWERED, replied_at__lt=now - UNDO, replied_by__isnull=False
    )


def _hand_over(escalation_id: UUID, now: datetime) -> bool:
    with acting_as(SYSTEM):
        if not _due(now).filter(pk=escalation_id).update(taught_at=now):  # another worker was quicker
            return False
        escalation = Escalation.objects.select_related("replied_by").get(pk=escalation_id)
        return escalation.replied_by is not None and _correct(escalation, escalation.replied_by)


def _correct(escalation: Escalation, trainer: User) -> bool:
    memory = remember(escalation.query_id)
    if memory is None:
        log.warning("nothing_to_correct escalation=%s", escalation.pk)
        return False
    try:
        correct(conversation=memory, trainer=trainer, corrected_answer=escalation.reply, priority=escalation.priority)
    except CorrectionRefused as refusal:
        log.warning("correction_refused escalation=%s code=%s", escalation.pk, refusal.code)
        return False
    return True
