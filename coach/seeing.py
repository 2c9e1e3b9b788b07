"""Which replies a learner has seen, how many they have not, and which questions a trainer has read."""

from django.db.models import F, Func, Q, Value
from django.utils import timezone

from accounts.models import User
from coach.models import Escalation, Query
from courses.models import Course

UNSEEN = Q(status=Escalation.Status.RESPONDED) & (Q(seen_at=None) | Q(seen_at__lt=F("replied_at")))


def see(query: Query) -> None:
    """The learner has the reply before them. Behind the learner's door."""
    Escalation.objects.filter(UNSEEN, query=query).update(seen_at=timezone.now())


def unseen(person: User, course: Course | None = None) -> int:
    """Replies that are new to this learner, in one course or in all. Behind their door."""
    rows = Escalation.objects.filter(UNSEEN, learner=person)
    return (rows.filter(course=course) if course else rows).count()


def read(escalation: Escalation, trainer: User) -> None:
    """The trainer has the question before them as it is now; when its learner adds to it, it is new again. Behind their door."""
    unread = Escalation.objects.filter(pk=escalation.pk).exclude(seen_by__contains=[trainer.pk])
    unread.update(seen_by=Func(F("seen_by"), Value(trainer.pk), function="array_append"))
