"""What was made cheap stays exact: rows changed together are each on record, versions keep their order, policies read no more."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection
from django.db.models import F
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.fields import uuid7
from accounts.models import User
from courses.models import Course
from learning.applying import process
from learning.models import AuditEntry, ConversationFeedback, Knowledge, LearningItem, MetricChange, OwnerCorrection
from tests.conftest import owner_connection
from tests.learning.test_learning_rules import correction_of, memory_of

pytestmark = pytest.mark.django_db(transaction=True)

MANY = """INSERT INTO learning_queue (status, source_type, course_id, proposed_content, category, confidence_score, metadata,
    question, original_answer, verified_by_name, embedding_model, embedding_tries, place, chunk_hash, near, reason, held_reason,
    receipt, asked_count)
    SELECT 'pending', 'manual', %s, 'So.', '', 50, '{}', 'Why?', '', '', '', 3, '{}', '', '[]', '', '', '{}', 1
      FROM generate_series(1, 3000)"""
PENDING = "SELECT id FROM learning_queue WHERE course_id = '{course}' AND status = 'pending' ORDER BY created_at LIMIT 100"


def items_of(course: Course, rex: User, count: int, **values: Any) -> list[LearningItem]:
    approved = {"status": "approved", "reviewed_at": timezone.now(), "reviewed_by": rex, "embedding_tries": 3}
    with acting_as(SYSTEM):
        return [
            LearningItem.objects.create(
                course=course, source_type="manual", proposed_content=f"{n}.", question=f"{n}?", **approved | values
            )
            for n in range(count)
        ]


def test_it_records_each_row_of_one_statement_and_only_what_changed(rex: User, course: Course) -> None:
    items = items_of(course, rex, 3)
    with acting_as(rex):
        LearningItem.objects.all().update(metadata={"seen": True})  # nothing that the record shows
        LearningItem.objects.all().update(confidence_score=70, question=F("question"))
        found = AuditEntry.objects.filter(action="update")
        assert sorted(entry.row_id for entry in found) == sorted(item.pk for item in items)
        assert {(entry.actor_id, str(entry.before), str(entry.after)) for entry in found} == {
            (rex.pk, "{'confidence_score': 50}", "{'confidence_score': 70}")
        }


@pytest.mark.parametrize("status", ["applied", "rejected"])
def test_it_lets_no_item_start_at_the_end(status: str, rex: User, course: Course) -> None:
    with pytest.raises(IntegrityError, match="pending or approved"):
        items_of(course, rex, 1, status=status, reason="No.", applied_at=timezone.now(), knowledge_id=uuid4())


def test_it_adds_up_what_a_statement_changes(rex: User, course: Course) -> None:
    items_of(course, rex, 5)
    with acting_as(SYSTEM):
        MetricChange.objects.all().delete()
    with acting_as(rex):
        LearningItem.objects.all().update(status="rejected", reason="No.")
    with acting_as(SYSTEM):
        noted = MetricChange.objects.values_list("part", "counted", "first_sum")
        assert sorted(noted) == [("approved", -5, -250), ("rejected", 5, 250)]


def test_it_records_a_row_whose_key_was_changed(rex: User, course: Course) -> None:
    items_of(course, rex, 1)
    with acting_as(SYSTEM):
        LearningItem.objects.all().update(id=uuid4())
        found = AuditEntry.objects.filter(action="update")
        assert {(entry.before is None, entry.after is None) for entry in found} == {(False, True), (True, False)}


def test_it_gives_items_of_one_entry_their_versions_in_order(rex: User, course: Course) -> None:
    entry = uuid4()
    for _round in range(2):
        items = items_of(course, rex, 3, entry_id=entry)
        with acting_as(SYSTEM):
            assert sorted(process(None)) == sorted(item.pk for item in items)
    with acting_as(SYSTEM):
        versions = list(Knowledge.objects.order_by("version").values_list("version", "content", "is_live"))
        assert versions == [(n + 1, f"{n % 3}.", n == 5) for n in range(6)]
        assert Knowledge.objects.filter(is_live=False, retired_at=None).count() == 0
        assert AuditEntry.objects.filter(table_name="knowledge_base_rag", action="insert").count() == 6


def test_it_marks_the_correction_that_was_applied(ada: User, tess: User, course: Course) -> None:
    waiting, item = (correction_of(ada, course, tess, priority=priority) for priority in ("normal", "urgent"))
    with acting_as(SYSTEM):
        assert process(None) == [item.pk]
        assert [each.applied_at is not None for each in map(_correction, (waiting, item))] == [False, True]


def _correction(item: LearningItem) -> OwnerCorrection:
    return OwnerCorrection.objects.get(pk=item.source_id)


def test_it_makes_keys_in_order() -> None:
    keys = [uuid7() for _n in range(200)]
    assert {key.version for key in keys} == {7}
    assert [key.int >> 64 for key in keys] == sorted(key.int >> 64 for key in keys)
    assert len(set(keys)) == 200


def plan(run: Callable[[str], Any], statement: str) -> tuple[set[str], int]:
    """The indexes that a statement uses, and the blocks it reads beside those of the policies' own functions."""
    found = run(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}")[0]
    top = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    nodes = [top]
    for node in nodes:
        nodes += node.get("Plans", [])
    own = [node for node in nodes if node.get("Parent Relationship") in ("InitPlan", "SubPlan")]
    blocks = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
    return {node["Index Name"] for node in nodes if "Index Name" in node}, blocks - sum(node["Shared Hit Blocks"] for node in own)


@pytest.mark.parametrize(
    "statement",
    [
        PENDING,
        "SELECT * FROM conversation_feedback WHERE conversation_id = '{turn}'",
    ],
)
def test_it_reads_no_more_for_the_policies(statement: str, ada: User, rex: User, course: Course) -> None:
    memory = memory_of(ada, course)
    with acting_as(ada):
        ConversationFeedback.objects.create(conversation=memory, learner=ada, course=course, feedback_type="thumbs_up")
    asked = statement.format(course=course.pk, turn=memory.pk)
    with owner_connection() as owner, acting_as(rex), connection.cursor() as cursor:
        owner.execute(MANY, [course.pk])
        owner.commit()
        owner.execute("ANALYZE learning_queue")
        with_policies = plan(lambda sql: cursor.execute(sql).fetchone(), asked)
        without = plan(lambda sql: owner.execute(sql).fetchone(), asked)
    assert with_policies[0] == without[0]
    assert with_policies[1] <= 1.1 * without[1]
