"""What policies cost in plans: who acts is found out once for a statement, and an index leads to the rows."""

import re
from typing import Any

import pytest

from accounts.models import User
from courses.models import Course
from planning.exam_models import Subject
from tests.conftest import owner_connection
from tests.security.scene import acting, app_connection
from tests.security.test_plans import CALLS, PEOPLE, indexes, plan_of

pytestmark = pytest.mark.django_db(transaction=True)

FILLED = """
INSERT INTO enrolments (learner_id, course_id, trainer_id) SELECT id, %(course)s, %(tess)s FROM users WHERE name = 'Many';
INSERT INTO attempts (student_id, subject_id, mode, selection, started_at)
SELECT u.id, %(subject)s, 'untimed', '{}', now() FROM users u, generate_series(1, 10) WHERE u.name = 'Many';
INSERT INTO attempted_questions (attempt_id, version_id, student_id, maximum_marks, position, chosen)
SELECT a.id, v.id, a.student_id, 1, row_number() OVER (PARTITION BY a.id), '[]' FROM attempts a, question_versions v;
UPDATE attempts SET status = 'submitted';
UPDATE attempted_questions SET needs_review = true WHERE position = 1 AND id::text < '8'
"""
STATEMENTS = {
    "attempts": "SELECT * FROM attempts WHERE student_id = %(ada)s ORDER BY id DESC LIMIT 20",
    "answers": "SELECT * FROM attempted_questions WHERE attempt_id = %(attempt)s",
    "queue": "SELECT * FROM attempted_questions WHERE course_id = %(course)s AND needs_review ORDER BY id LIMIT 20",
    "scheme": "SELECT * FROM mark_scheme_points WHERE version_id = %(version)s",
}
PER_ROW = re.compile(r"(?<!hashed )SubPlan")


@pytest.fixture
def values(subject: Subject, course: Course, ada: User, tess: User) -> dict[str, Any]:
    values: dict[str, Any] = {"course": course.pk, "subject": subject.pk, "tess": tess.pk, "ada": ada.pk}
    with owner_connection() as owner:
        owner.execute("SELECT set_config('app.role', 'system', false)")
        owner.execute(PEOPLE.encode())
        for statement in FILLED.split(";"):
            owner.execute(statement.encode(), values if "%(" in statement else None)
        owner.execute("ANALYZE")
        for name, table in (("attempt", "attempts"), ("version", "question_versions")):
            values[name] = owner.execute(f"SELECT id FROM {table} LIMIT 1".encode()).fetchone()[0]  # type: ignore[index]
    return values


def test_it_finds_out_once_who_acts_and_uses_indexes(values: dict[str, Any], ada: User, tess: User) -> None:
    for name, statement in STATEMENTS.items():
        for person in (ada, tess):
            with app_connection() as app, acting(app, str(person.pk), person.role):
                plan = plan_of(app, statement, values)
            said = [str(text) for node in plan for kind, text in node.items() if kind.endswith(("Filter", "Cond"))]
            assert [text for text in said if CALLS.findall(text) or PER_ROW.search(text)] == [], (name, person)
            assert name == "scheme" or indexes(plan), (name, person, plan)  # a scheme is a page or two
