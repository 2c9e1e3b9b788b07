"""What trainers see of the mentor: questions that come again, in figures without names, and answers that learners flagged."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from courses.models import Course
from mentor.models import Chat

MOST = 50  # of each list


@dataclass(frozen=True, slots=True)
class AskedAgain:
    """A question that was asked more than once; `question` as it was put last, `rating` the mean of 1 to 5."""

    question_hash: str
    question: str
    asked: int
    learners: int
    rating: Decimal | None
    last_asked: datetime


def asked_again(course: Course) -> list[AskedAgain]:
    """Most often asked first. Behind the door of somebody who runs the course; empty for everybody else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM mentor_questions_asked_again(%s, %s)", [course.pk, MOST])
        return [AskedAgain(*row) for row in cursor.fetchall()]


def flagged(course: Course) -> list[Chat]:
    """Flagged answers that this trainer may read, newest first."""
    rows = Chat.objects.for_pages().filter(course=course, flagged_for_review=True).select_related("user", "course")
    return list(rows.order_by("-pk")[:MOST])
