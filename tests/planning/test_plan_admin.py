"""Plans, rulings and disputes in Django admin: found, looked at, not changed; a calendar address is revoked."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course, LearningConcept
from planning.marking import disputing, reviewing
from planning.models import (
    CalendarFeed,
    ImprovementPlan,
    LearningPlan,
    LearningPlanStep,
    MarkDispute,
    MarkRuling,
    StudyPlan,
    Subject,
)
from tests.planning.conftest import signed_in
from tests.planning.marking_cast import HALF, answers_of, hand_in, make_question, propose
from tests.study.conftest import today

pytestmark = pytest.mark.django_db

NAMES = ("studyplan", "improvementplan", "learningplan", "markruling", "markdispute", "calendarfeed")
MOST_QUERIES = 12  # of a list: who asks, the filters' courses and subjects, the rows with all they name
DAY = {"day": 1, "topics": ["9.1"], "interval": 1, "activities": ["study"], "hours_allocated": 1, "ef": 2.5, "completed": False}
WEAK = {"category": "Missing knowledge", "examples": ["<b>Her words</b>"], "severity": "high", "syllabus_points": ["9.1"]}
ACTION = {
    "id": "1",
    "action": "Read it up",
    "target_weakness": "AO1",
    "due_date": "2027-01-04",
    "completed": True,
    "resources": [],
}


@pytest.fixture
def rows(course: Course, ada: User, tess: User) -> dict[str, Any]:
    """The id of hers in each list."""
    attempt = hand_in(ada, (make_question(course), HALF))
    answer = propose(answers_of(attempt)[0])
    with acting_as(ada):
        disputing.dispute(answer, "I did say that files survive.")
    with acting_as(tess):
        reviewing.rule(answer, Decimal(3), tess)
    with acting_as(SYSTEM):
        subject = Subject.objects.get(pk=attempt.subject_id)
        made = [MarkRuling.objects.get(), MarkDispute.objects.get(), *_plans(ada, course, subject, attempt)]
    return {row._meta.model_name: row.pk for row in made}


def _plans(ada: User, course: Course, subject: Subject, attempt: Any) -> list[Any]:
    study = StudyPlan.objects.create(
        student=ada, subject=subject, exam_date=today() + timedelta(days=9), total_days=9, hours_per_day=1, started_on=today(),
        planned_on=today(), schedule=[{**DAY, "date": str(today())}],
    )  # fmt: skip
    weak = {"AO1": [WEAK], "AO2": [], "AO3": []}
    improvement = ImprovementPlan.objects.create(
        student=ada, subject=subject, attempt=attempt, weaknesses=weak, action_items=[ACTION]
    )
    plan = LearningPlan.objects.create(user=ada, course=course, name="Images first", concepts=[], concept_key="k")
    concept = LearningConcept.objects.create(user=ada, course=course, name="Images", category="c", difficulty="beginner")
    LearningPlanStep.objects.create(
        user=ada, course=course, plan=plan, concept=concept, kind="study", source="s", title="Read about images", day=today(),
        position=0, minutes=10,
    )  # fmt: skip
    return [study, improvement, plan, CalendarFeed.objects.create(user=ada, digest="d" * 64)]


def test_it_finds_and_shows_them_to_admins(
    rows: dict[str, Any], rex: User, tess: User, django_assert_max_num_queries: Any
) -> None:
    admin, trainer, pages = signed_in(rex), signed_in(tess), ""
    for name in NAMES:
        place = reverse(f"admin:planning_{name}_changelist")
        with django_assert_max_num_queries(MOST_QUERIES):
            found = admin.get(place, {"q": "ada"})
        assert (found.status_code, str(rows[name]) in found.content.decode()) == (200, True), name
        assert str(rows[name]) not in admin.get(place, {"q": "nobody@example.com"}).content.decode()
        assert trainer.get(place).status_code == 404
        pages += admin.get(reverse(f"admin:planning_{name}_change", args=[rows[name]])).content.decode()
    assert "Read about images" in pages
    assert "&lt;b&gt;Her words&lt;/b&gt;" in pages
    assert "<td>9.1</td>" in pages
    assert "d" * 64 not in pages


def test_it_lets_nobody_change_them_but_revokes_an_address(rows: dict[str, Any], rex: User) -> None:
    admin = signed_in(rex)
    for name in NAMES:
        assert admin.get(reverse(f"admin:planning_{name}_add")).status_code == 403
        assert admin.post(reverse(f"admin:planning_{name}_change", args=[rows[name]]), {"status": "completed"}).status_code == 403
        expected = 302 if name == "calendarfeed" else 403
        gone = admin.post(reverse(f"admin:planning_{name}_delete", args=[rows[name]]), {"post": "yes"})
        assert gone.status_code == expected, name
    with acting_as(SYSTEM):
        assert not CalendarFeed.objects.exists()
        assert StudyPlan.objects.get().status == "active"
