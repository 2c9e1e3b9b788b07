"""Who answers a question: a claim with a lease, and handing a question to a colleague.

A claim is one conditional update, so two trainers never hold the same question; it runs out by itself. Refuses to hand on to
somebody who does not train the course.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.escalation_models import LEASE
from coach.models import Escalation
from courses.models import CourseTrainer


class HoldRefused(ValueError):
    """Says who has the question, or why it cannot go where it should; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def free_for(person_id: Any, now: datetime) -> Q:
    """Rows that nobody else holds."""
    return Q(claimed_by=None) | Q(claimed_by=person_id) | Q(claimed_at__lt=now - LEASE)


def claim(escalation: Escalation, person: User) -> bool:
    """Hold a waiting question for the length of a lease; False when somebody else holds it. Behind the trainer's door."""
    now = timezone.now()
    rows = Escalation.objects.filter(free_for(person.pk, now), pk=escalation.pk, status=Escalation.Status.PENDING)
    taken = rows.update(claimed_by=person, claimed_at=now, updated_at=now) == 1
    if taken:
        escalation.claimed_by_id, escalation.claimed_at = person.pk, now
    return taken


def release(escalation: Escalation, person: User) -> bool:
    """Let go of what one holds."""
    rows = Escalation.objects.filter(pk=escalation.pk, claimed_by=person)
    return rows.update(claimed_by=None, claimed_at=None, updated_at=timezone.now()) == 1


def hand_on(escalation: Escalation, to: UUID | None, by: User) -> None:
    """Give a waiting question to a trainer of its course, or to all of them (None). Raises HoldRefused.

    The row was read through `by`'s door; it is written as the system, because the giver may not see it afterwards.
    """
    with acting_as(SYSTEM):
        if to is not None and not _trains(escalation, to):
            raise HoldRefused("person", _("This person does not train the course."))
        now = timezone.now()
        rows: QuerySet[Escalation] = Escalation.objects.filter(
            free_for(by.pk, now), pk=escalation.pk, status=Escalation.Status.PENDING
        )
        if not rows.update(trainer_id=to, claimed_by=None, claimed_at=None, updated_at=now):
            raise HoldRefused("held", _("Somebody else is answering this question, or has answered it."))


def _trains(escalation: Escalation, person_id: UUID) -> bool:
    return CourseTrainer.objects.filter(course_id=escalation.course_id, trainer_id=person_id).exists()
