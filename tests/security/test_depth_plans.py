"""What row security costs in the plans of labs, offers, records, sessions, personas, content updates and quality.

As in `test_plans`: behind the door the same index, who acts found out once for a statement. The index by learner may
serve instead, since the policy names the learners whom one may see. One test for all, because filling the tables costs.
"""

import re
from typing import Any

import pytest

from accounts.models import User
from courses.models import Course
from tests.conftest import make_course, owner_connection
from tests.security.scene import acting, app_connection
from tests.security.test_plans import CALLS, ENROLLED, PEOPLE, indexes, plan_of

pytestmark = pytest.mark.django_db(transaction=True)

LABS = 20  # of each course
SETS = 300
LEARNERS = (
    "(SELECT learner_id AS learner FROM enrolments WHERE course_id = %(course)s) l,"
    " unnest(ARRAY[%(course)s, %(other)s]::uuid[]) c"
)
BY_LEARNER = {"ai_coach_struggle_once", "idx_ai_coach_struggle_learner"}
ROWS = (
    f"""INSERT INTO ai_coach_lab_struggle_detection (learner_id, course_id, lab_id, struggle_score, due_at)
        SELECT learner, c, 'lab-' || n, (n * 37 %% 100) / 100.0, CASE WHEN n = 1 THEN now() END
          FROM {LEARNERS}, generate_series(1, {LABS}) n""",
    f"""INSERT INTO lab_work (learner_id, course_id, lab_id) SELECT learner, c, 'lab-' || n
          FROM {LEARNERS}, generate_series(1, {LABS}) n""",
    f"""INSERT INTO lab_offers (learner_id, course_id, lab_id, step, episode, score, state, hints)
        SELECT learner, c, 'lab-' || n, 'step', 1, 0.6, 'open', '[]' FROM {LEARNERS}, generate_series(1, {LABS}) n""",
    f"""INSERT INTO xapi_statements (id, learner_id, course_id, verb, activity, effect, statement, digest, happened_at)
        SELECT gen_random_uuid(), learner, c, 'v', 'a', 'noted', '{{}}', '', now()
          FROM {LEARNERS}, generate_series(1, {LABS}) n""",
    f"""INSERT INTO coaching_sessions (student_id, course_id, topic, session_transcript, outcome, lesson, client_key, created_at,
               updated_at)
        SELECT learner, c, 'Volumes', '[]', 'in_progress', '{{}}', gen_random_uuid(), now() - n * interval '1 day', now()
          FROM {LEARNERS}, generate_series(1, {LABS}) n""",
    """INSERT INTO ai_coach_trainer_personalization (trainer_id, course_id, updated_at)
        SELECT id, c, now() FROM users, unnest(ARRAY[%(course)s, %(other)s]::uuid[]) c""",
    f"""INSERT INTO quality_sets (course_id, name) SELECT c, 'Set ' || n
          FROM unnest(ARRAY[%(course)s, %(other)s]::uuid[]) c, generate_series(1, {SETS}) n""",
    """INSERT INTO quality_questions (set_id, course_id, question, expected, expected_answer, source)
        SELECT id, course_id, 'Why ' || n, '["a"]', '', 'hand' FROM quality_sets, generate_series(1, 10) n""",
    """INSERT INTO quality_runs (set_id, course_id, state, done, total, figures, deliveries, worker, error_message)
        SELECT id, course_id, 'pending', 0, 10, '{}', 0, '', '' FROM quality_sets""",
    """INSERT INTO quality_results (run_id, course_id, question_id, question, expected, expected_answer, confidence, is_answered,
               answer, passages)
        SELECT id, course_id, gen_random_uuid(), 'Why?', '[]', '', 0.5, true, '', '[]'
          FROM quality_runs, generate_series(1, 10)""",
    """DO $$ BEGIN FOR n IN 1 .. 700 LOOP
        INSERT INTO ai_coach_content_updates (course_id, update_type, status, triggered_by, chunks_updated, chunks_total,
               chunks_embedded, deliveries, worker, updated_at)
        SELECT id, 'full', 'pending', 'manual', 0, 0, 0, 0, '', now() FROM courses;
        UPDATE ai_coach_content_updates SET status = 'processing' WHERE status = 'pending';
        UPDATE ai_coach_content_updates SET status = 'failed' WHERE status = 'processing';
       END LOOP; END $$""",
)
STATEMENTS = {
    "who struggles in a course": "SELECT * FROM ai_coach_lab_struggle_detection WHERE course_id = %(course)s"
    " AND struggle_score >= 0.9 ORDER BY struggle_score DESC LIMIT 31",
    "labs that the worker judges": "SELECT * FROM ai_coach_lab_struggle_detection WHERE due_at IS NOT NULL"
    " ORDER BY due_at LIMIT 50",
    "one learner's lab": "SELECT * FROM ai_coach_lab_struggle_detection WHERE learner_id = %(learner)s AND course_id = %(course)s"
    " AND lab_id = 'lab-3'",
    "work at a lab": "SELECT * FROM lab_work WHERE learner_id = %(learner)s AND course_id = %(course)s AND lab_id = 'lab-3'",
    "offers of a step": "SELECT * FROM lab_offers WHERE learner_id = %(learner)s AND course_id = %(course)s AND lab_id = 'lab-3'",
    "one's learning records": "SELECT * FROM xapi_statements WHERE learner_id = %(learner)s ORDER BY stored_at, id LIMIT 50",
    "one's sessions": "SELECT * FROM coaching_sessions WHERE student_id = %(learner)s",
    "a trainer's coach": "SELECT * FROM ai_coach_trainer_personalization WHERE trainer_id = %(tess)s AND course_id = %(course)s",
    "sets of a course": "SELECT * FROM quality_sets WHERE course_id = %(course)s AND name = 'Set 3' AND deleted_at IS NULL",
    "questions of a set": "SELECT * FROM quality_questions WHERE set_id = %(set)s ORDER BY id LIMIT 51",
    "the newest run of a set": "SELECT * FROM quality_runs WHERE set_id = %(set)s ORDER BY id DESC LIMIT 1",
    "results of a run": "SELECT * FROM quality_results WHERE run_id = %(run)s",
    "updates that wait": "SELECT * FROM ai_coach_content_updates WHERE course_id = %(course)s AND status = 'pending'",
}


@pytest.fixture
def values(course: Course, tess: User) -> dict[str, Any]:
    """Enough rows that a planner uses its indexes."""
    values: dict[str, Any] = {"course": course.pk, "other": make_course("other").pk, "tess": tess.pk}
    with owner_connection() as owner:
        owner.execute("SELECT set_config('app.role', 'system', false)")
        for statement in (PEOPLE, ENROLLED, *ROWS):
            owner.execute(statement.encode(), values if "%(" in statement else None)
        owner.execute("ANALYZE")
        found = owner.execute(
            "SELECT (SELECT learner_id FROM enrolments WHERE course_id = %(course)s LIMIT 1), r.set_id, r.id FROM quality_runs r"
            " WHERE course_id = %(course)s LIMIT 1",
            values,
        ).fetchone()
        assert found
    return values | dict(zip(("learner", "set", "run"), found, strict=True))


def test_it_uses_the_same_index_and_asks_once_who_acts(values: dict[str, Any], tess: User, rex: User) -> None:
    odd: list[tuple[str, ...]] = []
    for name, statement in STATEMENTS.items():
        with owner_connection() as owner:
            bare = plan_of(owner, statement, values)
        assert indexes(bare), f"{name}: no index even without policies"
        for person in (tess, rex):
            with app_connection() as app, acting(app, str(person.pk), person.role):
                guarded = plan_of(app, statement, values)
            conditions = [str(text) for node in guarded for kind, text in node.items() if kind.endswith(("Filter", "Cond"))]
            if not indexes(guarded) or not indexes(guarded) <= indexes(bare) | BY_LEARNER:
                odd.append((name, person.role, str(indexes(bare)), str(indexes(guarded))))
            if any(CALLS.search(text) or re.search(r"(?<!hashed )SubPlan", text) for text in conditions):
                odd.append((name, person.role, *conditions))
    assert odd == []
