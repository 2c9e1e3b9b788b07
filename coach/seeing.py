"""Which replies a learner has seen, and how many they have not."""

from django.db.models import F, Q
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
