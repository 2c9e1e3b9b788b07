"""What row security costs in exams and plans: no page reads a whole table, who acts is found out once for a statement, and each
column that a policy narrows by leads an index."""

import re
from datetime import date
from itertools import product
from typing import Any

import pytest
from django.apps import apps

from accounts.door import acting_as
from accounts.models import User
from courses.models import Course
from planning.marking.reviewing import queue
from tests.conftest import make_course, owner_connection
from tests.security.scene import acting, app_connection
from tests.security.test_plans import CALLS, ENROLLED, PEOPLE, indexes, plan_of

pytestmark = pytest.mark.django_db(transaction=True)

TABLES = ("attempts", "attempted_questions", "mark_rulings", "mark_disputes", "study_plans", "study_reviews", "improvement_plans")
FILL = """
INSERT INTO subjects (code, title, course_id, updated_at)
SELECT 's' || n, 'S', CASE WHEN n <= 10 THEN %(course)s::uuid ELSE %(other)s::uuid END, now() FROM generate_series(1, 20) n;
INSERT INTO syllabus_points (subject_id, code, title, description, position)
SELECT s.id, 'p' || n, 'P', '', n FROM subjects s, generate_series(1, 100) n;
INSERT INTO questions (subject_id, code, updated_at) SELECT s.id, 'q' || n, now() FROM subjects s, generate_series(1, 50) n;
INSERT INTO question_versions (question_id, subject_id, number, kind, title, text, text_format, maximum_marks, several, choices)
SELECT id, subject_id, 1, 'written', '', 'Why?', 'markdown', 4, false, '[]' FROM questions;
INSERT INTO mark_scheme_points (version_id, subject_id, position, objective, marks, text, alternatives)
SELECT v.id, v.subject_id, n, 'AO1', 1, 'Because', '[]' FROM question_versions v, generate_series(0, 3) n;
INSERT INTO attempts (student_id, subject_id, course_id, mode, status, selection, submitted_at, marked_at)
SELECT u.id, s.id, s.course_id, 'untimed', 'marked', '{}', now(), now()
  FROM users u, subjects s WHERE u.name = 'Many';
INSERT INTO attempted_questions (attempt_id, version_id, student_id, course_id, position, maximum_marks, state, marks_awarded,
       marking_feedback, needs_review, answer, chosen)
SELECT a.id, v.id, a.student_id, a.course_id, n, 4, 'marked', 2, '{}', n = 1 AND random() < 0.05, 'So', '[]'
  FROM attempts a JOIN LATERAL (SELECT id, row_number() OVER (ORDER BY id) AS n FROM question_versions q
                                 WHERE q.subject_id = a.subject_id LIMIT 2) v ON true;
INSERT INTO mark_rulings (answer_id, version_id, question_id, student_id, course_id, maximum_marks, proposed_marks, marks_before,
       ruled_marks)
SELECT q.id, q.version_id, v.question_id, q.student_id, q.course_id, 4, 2, 2, 2
  FROM attempted_questions q JOIN question_versions v ON v.id = q.version_id WHERE q.position = 1;
INSERT INTO mark_disputes (answer_id, student_id, course_id, marks_before, reason, state, settled_at)
SELECT id, student_id, course_id, 2, 'I did say it.', CASE WHEN n > 20 THEN 'upheld' ELSE 'open' END,
       CASE WHEN n > 20 THEN now() END
  FROM (SELECT *, row_number() OVER () AS n FROM attempted_questions WHERE position = 2) q;
INSERT INTO study_plans (student_id, subject_id, exam_date, total_days, hours_per_day, schedule, status, days_off, known, lack,
       changes, started_on, planned_on, next_day)
SELECT student_id, subject_id, current_date + 9, 9, 1, '[]', CASE WHEN random() < 0.1 THEN 'active' ELSE 'completed' END, '{}',
       '[]', '{}', '{}', current_date, current_date, current_date - 3 + (random() * 40)::int
  FROM attempts;
INSERT INTO study_reviews (student_id, subject_id, topic, grade, reviewed_on, source)
SELECT student_id, subject_id, 'p' || n, 4, current_date, 'plan' FROM attempts, generate_series(1, 3) n;
INSERT INTO improvement_plans (student_id, attempt_id, subject_id, weaknesses, action_items, shares)
SELECT student_id, id, subject_id, '{"AO1": [], "AO2": [], "AO3": []}', '[]', '{}' FROM attempts;
"""
PER_ROW = re.compile(r"(?<!hashed )SubPlan")
# As the pages and the worker ask them.
STATEMENTS = {
    "a learner's attempts": "SELECT * FROM attempts WHERE student_id = %(many)s ORDER BY id DESC LIMIT 21",
    "an attempt's answers": "SELECT * FROM attempted_questions WHERE attempt_id = %(attempt)s ORDER BY position",
    "what a learner has met": "SELECT version_id FROM attempted_questions WHERE student_id = %(many)s",
    "a course's queue": "SELECT * FROM attempted_questions WHERE course_id = %(course)s AND needs_review ORDER BY id LIMIT 31",
    "a question's rulings": "SELECT * FROM mark_rulings WHERE question_id = %(question)s ORDER BY id DESC LIMIT 500",
    "what was decided": "SELECT * FROM mark_rulings WHERE student_id = %(many)s AND seen_at IS NULL ORDER BY id DESC",
    "an answer's dispute": "SELECT * FROM mark_disputes WHERE answer_id = %(answer)s",
    "a learner's plans": "SELECT * FROM study_plans WHERE student_id = %(many)s",
    "plans with a missed day": "SELECT id FROM study_plans WHERE status = 'active' AND next_day < %(today)s",
    "a learner's grades": "SELECT * FROM study_reviews WHERE student_id = %(many)s AND subject_id = %(subject)s",
    "what to improve": "SELECT * FROM improvement_plans WHERE student_id = %(many)s ORDER BY id DESC LIMIT 50",
    "what an attempt showed": "SELECT * FROM improvement_plans WHERE attempt_id = %(attempt)s",
    "a syllabus": "SELECT * FROM syllabus_points WHERE subject_id = %(subject)s ORDER BY position, code",
    "what can be asked": "SELECT * FROM questions WHERE subject_id = %(subject)s AND active",
    "a mark scheme": "SELECT * FROM mark_scheme_points WHERE version_id = %(version)s ORDER BY position",
}
# What narrows further after an indexed column has narrowed: the learner stands before the course, the version before its subject.
OUR_TABLES = {model._meta.db_table for model in apps.get_app_config("planning").get_models()}
NARROWED = {"course_id", "state", "status"}


@pytest.fixture
def values(course: Course, ada: User, tess: User) -> dict[str, Any]:
    """Two hundred learners with twenty attempts each."""
    values: dict[str, Any] = {"course": course.pk, "other": make_course("other").pk, "tess": tess.pk, "today": date.today()}
    with owner_connection() as owner:
        owner.execute("SELECT set_config('app.role', 'system', false)")
        for statement in (PEOPLE, ENROLLED):
            owner.execute(statement.encode(), values if "%(" in statement else None)
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER".encode())
        for statement in FILL.split(";\n"):
            if statement.strip():
                owner.execute(statement.encode(), values if "%(" in statement else None)
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER".encode())
        owner.execute("ANALYZE")
        row = owner.execute(
            "SELECT q.student_id, q.attempt_id, q.id, v.question_id, v.id, v.subject_id FROM attempted_questions q"
            " JOIN question_versions v ON v.id = q.version_id WHERE q.course_id = %s AND q.position = 2 ORDER BY q.id LIMIT 1",
            [course.pk],
        ).fetchone()
    assert row
    return values | dict(zip(("many", "attempt", "answer", "question", "version", "subject"), row, strict=True))


def test_it_reads_by_an_index_and_asks_once_who_acts(values: dict[str, Any], tess: User, rex: User) -> None:
    cast = ((str(values["many"]), "learner"), (str(tess.pk), "trainer"), (str(rex.pk), "admin"), ("", "system"))
    seen: set[str] = set()
    wrong = []
    for (name, statement), (person, role) in product(STATEMENTS.items(), cast):
        with app_connection() as app, acting(app, person, role):
            plan = plan_of(app, statement, values)
        seen |= indexes(plan)
        whole = [node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"]
        conditions = [str(text) for node in plan for kind, text in node.items() if kind.endswith(("Filter", "Cond"))]
        called = [text for text in conditions if CALLS.search(text) or PER_ROW.search(text)]
        if whole or called:
            wrong.append((name, role, whole, called))
    assert wrong == [], "\n".join(map(str, wrong))
    assert "idx_attempted_questions_review" in seen
    with acting_as(tess):
        read = queue(tess)[:31].explain()
    assert "attempted_questions_pkey" in read, read


def test_it_has_an_index_for_each_column_of_a_policy() -> None:
    """The columns that a policy of a table reads, by the catalogue; each leads an index but those that only narrow further."""
    with owner_connection() as owner:
        rows = owner.execute(
            "SELECT c.relname, a.attname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid"
            " JOIN pg_depend d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refobjid = c.oid"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid"
            " WHERE p.polcmd IN ('r', '*')"
        ).fetchall()
        leading = set(
            owner.execute(
                "SELECT c.relname, a.attname FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid"
                " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indpred IS NULL"
            ).fetchall()
        )
    columns = {table: {column for name, column in rows if name == table} for table in OUR_TABLES}
    assert all(columns.values())
    needed = {(table, column) for table, found in columns.items() for column in found - NARROWED or found}
    assert sorted(needed - leading) == []
