"""What a decided item must say of itself, whatever code writes it."""

from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts.door import acting_as
from accounts.models import User
from courses.models import Course
from learning.item_functions import TAKES
from learning.models import LearningItem

pytestmark = pytest.mark.django_db

NOW = "2026-01-01"
ITSELF, OTHER = "01890000-0000-7000-8000-000000000001", "01890000-0000-7000-8000-000000000002"
WHOLE = {"reviewed_at": NOW, "applied_at": NOW, "knowledge_id": OTHER, "reason": "No.", "proposed_content": "So."}
SURE = {"source_type": "manual", "confidence_score": 50}
NOTHING = {**dict.fromkeys(WHOLE), "reason": "", "proposed_content": ""}


@pytest.mark.parametrize(
    ("status", "without", "holds"),
    [
        ("pending", {}, True),
        ("pending", NOTHING, True),
        ("approved", {"applied_at": None, "knowledge_id": None, "reason": ""}, True),
        ("approved", {"reviewed_at": None}, False),
        ("approved", {"proposed_content": " \n\t"}, False),
        ("applied", {"reason": ""}, True),
        ("applied", {"reviewed_at": None}, False),
        ("applied", {"applied_at": None}, False),
        ("applied", {"knowledge_id": None}, False),
        ("applied", {"proposed_content": ""}, False),
        ("rejected", {"applied_at": None, "knowledge_id": None, "proposed_content": ""}, True),
        ("rejected", {"reviewed_at": None}, False),
        ("rejected", {"reason": ""}, False),
        ("pending", {"duplicate_of_id": ITSELF}, False),
        ("pending", {"duplicate_of_id": OTHER}, True),
        ("deferred", {}, False),
        ("pending", {"source_type": "rumour"}, False),
        ("pending", {"confidence_score": 101}, False),
        ("pending", {"confidence_score": -1}, False),
    ],
)
def test_it_asks_of_each_state_what_belongs_to_it(status: str, without: dict[str, Any], holds: bool) -> None:
    values = {"id": ITSELF, "status": status, "duplicate_of_id": None, **SURE, **WHOLE, **without}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT learning_item_holds({', '.join(['%s'] * len(TAKES))})", [values[name] for name in TAKES])
        assert cursor.fetchone() == (holds,)


def test_it_is_asked_of_every_row(course: Course, rex: User) -> None:
    with acting_as(rex):
        item = LearningItem.objects.create(course=course, source_type="manual", question="Why?")
    with pytest.raises(IntegrityError, match="learning_queue_holds"), acting_as(rex):
        LearningItem.objects.filter(pk=item.pk).update(status="rejected", reviewed_by=rex, reviewed_at=timezone.now())
