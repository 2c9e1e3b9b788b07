"""What row security costs in plans.

Behind the door each main question is answered by the same index as for a role without policies, and who is acting is found out
once for a statement, never for each row.
"""

import re
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.apps import apps

from accounts.models import User
from accounts.policies import RowSecurity
from benchmarks.bulk import DAYS, FEEDBACK, ITEMS, MEMORIES, STATEMENTS
from courses.models import Course
from tests.conftest import make_course, owner_connection
from tests.security.scene import CONTEXT, acting, app_connection

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 4000
CALLS = re.compile(r"\b(?:app_|visible_|run_|trained_|current_setting|trains)\w*\(")
PEOPLE = """
INSERT INTO users (email, name, role, password, time_zone, is_active, is_staff, is_superuser)
SELECT 'many' || n || '@example.com', 'Many', 'learner', '!', 'UTC', true, false, false FROM generate_series(1, 200) n
"""
ENROLLED = """
INSERT INTO enrolments (learner_id, course_id, trainer_id) SELECT u.id, %(course)s, %(tess)s FROM users u WHERE name = 'Many'
"""
LEADING = """
SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
"""
QUERIES = """
INSERT INTO conversations (user_id, course_id, title, total_cost, updated_at)
SELECT id, %(course)s, '', 0, now() FROM users WHERE name = 'Many';
"""
ASKED = """
INSERT INTO ai_coach_queries (learner_id, course_id, conversation_id, question, context, status, client_key, created_at,
       updated_at)
SELECT c.user_id, c.course_id, c.id, 'Why ' || n, '{}', 'escalated', gen_random_uuid(), now() - n * interval '1 hour', now()
  FROM conversations c, generate_series(1, %(many)s / 200) n
"""
ESCALATIONS = """
INSERT INTO ai_coach_escalations (query_id, learner_id, course_id, original_question, ai_context, conversation, place, reason,
       learner_note, asked_times, status, earlier_replies, created_at, updated_at)
SELECT id, learner_id, course_id, question, '[]', '[]', '{}', 'asked', '', 1, 'pending', '[]', created_at, now()
  FROM ai_coach_queries
"""


@pytest.fixture
def values(course: Course, tess: User) -> dict[str, Any]:
    """Enough rows that a planner uses its indexes."""
    values: dict[str, Any] = {"course": course.pk, "other": make_course("other").pk, "tess": tess.pk, "many": MANY}
    with owner_connection() as owner:
        owner.execute("SELECT set_config('app.role', 'system', false)")
        for statement in (PEOPLE, ENROLLED, MEMORIES, FEEDBACK, ITEMS, QUERIES, ASKED, ESCALATIONS, DAYS):
            owner.execute(statement.encode(), values if "%(" in statement else None)
        owner.execute("ANALYZE")
        for name, table in (("turn", "conversation_memory"), ("escalation", "ai_coach_escalations")):
            row = owner.execute(f"SELECT id FROM {table} WHERE course_id = %s LIMIT 1", [course.pk]).fetchone()
            assert row
            values[name] = row[0]
    return values


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def plan_of(connection: "psycopg.Connection[Any]", statement: str, values: dict[str, Any]) -> list[dict[str, Any]]:
    row = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode(), values).fetchone()
    assert row
    return list(nodes(row[0][0]["Plan"]))


def indexes(plan: list[dict[str, Any]]) -> set[str]:
    return {node["Index Name"] for node in plan if "Index Name" in node}


@pytest.mark.parametrize("name", STATEMENTS)
def test_it_uses_the_same_index_behind_the_door(values: dict[str, Any], tess: User, rex: User, name: str) -> None:
    with owner_connection() as owner:
        bare = plan_of(owner, STATEMENTS[name], values)
    assert indexes(bare), "the statement has no index even without policies"
    for person in (tess, rex):
        with app_connection() as app, acting(app, str(person.pk), person.role):
            guarded = plan_of(app, STATEMENTS[name], values)
        assert indexes(guarded) == indexes(bare), (person.role, guarded)


@pytest.mark.parametrize("name", STATEMENTS)
def test_it_finds_out_once_who_acts(values: dict[str, Any], tess: User, name: str) -> None:
    with app_connection() as app, acting(app, str(tess.pk), "trainer"):
        plan = plan_of(app, STATEMENTS[name], values)
    conditions = [str(text) for node in plan for kind, text in node.items() if kind.endswith(("Filter", "Cond"))]
    called = [call for text in conditions for call in CALLS.findall(text)]
    assert called == [], conditions
    assert any(node.get("Parent Relationship") == "InitPlan" for node in plan)
    per_row = [text for text in conditions if re.search(r"(?<!hashed )SubPlan", text)]
    assert per_row == []


def tables_of_the_loop() -> dict[str, str | None]:
    """The tables of learning and of coach and desk, those of tomorrow too, with the rule for reading them."""
    return {
        model._meta.db_table: rule.rules["select"]
        for model in apps.get_models()
        if model._meta.app_label in {"learning", "coach"}
        for rule in model._meta.constraints
        if isinstance(rule, RowSecurity)
    }


def test_it_asks_no_table_of_the_loop_row_by_row() -> None:
    asked = []
    with app_connection() as app:
        for role in ("learner", "trainer", "admin"):
            for table in tables_of_the_loop():
                with acting(app, str(uuid.uuid4()), role):
                    plan = plan_of(app, f"SELECT * FROM {table}", {})
                texts = [str(text) for node in plan for kind, text in node.items() if kind.endswith(("Filter", "Cond"))]
                if any(CALLS.search(text) or re.search(r"(?<!hashed )SubPlan", text) for text in texts):
                    asked.append((role, table, texts))
    assert asked == []


def test_it_has_an_index_for_each_column_that_a_policy_of_the_loop_reads_by() -> None:
    with owner_connection() as owner:
        indexed = set(owner.execute(LEADING).fetchall())
    rules = tables_of_the_loop().items()
    wanted = {(table, column) for table, rule in rules for column in re.findall(r"(\w+) (?:=|BETWEEN)", rule or "")}
    assert len(wanted) > 20
    assert wanted <= indexed


def test_it_sees_through_a_policy_that_asks_for_each_row(values: dict[str, Any], tess: User) -> None:
    """The test above would notice: a policy without the sub-select calls its function in the filter."""
    with owner_connection() as owner:
        owner.execute(CONTEXT.replace("true", "false"), [str(uuid.uuid4()), "trainer"])
        plan = plan_of(owner, "SELECT * FROM learning_queue WHERE course_id = ANY (run_courses())", values)
    assert "run_courses()" in str(plan)
