"""Closing an escalation: the learner says whether the reply settled it, a trainer settles what is answered or closes what is not.

Refuses every step that the states do not know; the database refuses it too.
"""

from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.escalating import EscalationRefused, readable_note
from coach.models import Escalation, Query

PENDING, RESPONDED, RESOLVED, ARCHIVED = Escalation.Status.values


def say_settled(*, query: Query) -> None:
    """The learner is content. Behind the learner's door. Raises EscalationRefused."""
    now = timezone.now()
    rows = Escalation.objects.filter(query=query, status=RESPONDED)
    if not rows.update(status=RESOLVED, settled=True, resolved_at=now, seen_at=now, updated_at=now):
        raise EscalationRefused("state", _("There is no reply to settle."))
    Query.objects.filter(pk=query.pk, status=Query.Status.ESCALATED).update(status=Query.Status.RESOLVED, updated_at=now)


def say_unsettled(*, query: Query, note: str) -> None:
    """The reply did not help; the question waits again. Behind the learner's door. Raises EscalationRefused."""
    now = timezone.now()
    rows = Escalation.objects.filter(query=query, status=RESPONDED)
    if not rows.update(status=PENDING, settled=False, settled_note=readable_note(note), seen_at=now, seen_by=[], updated_at=now):
        raise EscalationRefused("state", _("There is no reply to settle."))


def settle(trainer: User, ids: list[UUID]) -> int:
    """A trainer closes some: what is answered is settled, what waits is archived without a reply. Behind the trainer's door.

    Returns how many changed; what is closed already, or not theirs to see, does not count.
    """
    now = timezone.now()
    chosen = Escalation.objects.for_desk(trainer).filter(pk__in=ids)
    answered = list(chosen.filter(status=RESPONDED).values_list("query_id", flat=True))
    waiting = list(chosen.filter(status=PENDING).values_list("query_id", flat=True))
    changed = Escalation.objects.filter(query__in=answered, status=RESPONDED).update(
        status=RESOLVED, resolved_at=now, updated_at=now
    ) + Escalation.objects.filter(query__in=waiting, status=PENDING).update(status=ARCHIVED, resolved_at=now, updated_at=now)
    _close_questions(answered, Query.Status.RESOLVED)
    _close_questions(waiting, Query.Status.ANSWERED)
    return changed


def _close_questions(query_ids: list[UUID], status: str) -> None:
    """A trainer may not write to learners' questions; the system keeps their state in step."""
    if query_ids:
        with acting_as(SYSTEM):
            rows = Query.objects.filter(pk__in=query_ids, status=Query.Status.ESCALATED)
            rows.update(status=status, updated_at=timezone.now())
