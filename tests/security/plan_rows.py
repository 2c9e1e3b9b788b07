"""Ada's rows in the tables of plans."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from courses.models import Course
from planning.models import Attempt, CalendarFeed, ImprovementPlan, StudyPlan, StudyReview, Subject


def plan_rows(ada: User, course: Course) -> dict[str, Any]:
    """The id of hers in each of them."""
    subject = Subject.objects.create(code="plans", title="Plans", course=course)
    today = timezone.now().date()
    nothing: dict[str, Any] = {"AO1": [], "AO2": [], "AO3": []}
    made: list[Any] = [
        StudyPlan.objects.create(
            student=ada, subject=subject, exam_date=today + timedelta(days=9), total_days=9, hours_per_day=1, schedule=[],
            started_on=today, planned_on=today,
        ),
        StudyReview.objects.create(student=ada, subject=subject, topic="1", grade=4, reviewed_on=today),
        ImprovementPlan.objects.create(
            student=ada, subject=subject, attempt=Attempt.objects.create(student=ada, subject=subject), weaknesses=nothing,
            action_items=[],
        ),
        CalendarFeed.objects.create(user=ada, digest="c" * 64),
    ]  # fmt: skip
    return {row._meta.db_table: row.pk for row in made}
