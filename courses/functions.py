"""The SQL functions that say which courses and which learners the acting person may see, as the first migration makes them.

What they say is true still; how they find it out now stands in `scope_functions`.
"""

from accounts.functions import NO_LEARNERS_YET, definer

VISIBLE_COURSES = definer(
    "visible_courses()",
    "uuid[]",
    """
    SELECT CASE app_role()
        WHEN 'admin' THEN (SELECT array_agg(id) FROM courses)
        WHEN 'system' THEN (SELECT array_agg(id) FROM courses)
        WHEN 'learner' THEN (SELECT array_agg(e.course_id) FROM enrolments e JOIN courses c ON c.id = e.course_id
            WHERE e.learner_id = app_user_id() AND e.withdrawn_at IS NULL AND c.closed_at IS NULL)
        WHEN 'trainer' THEN (SELECT array_agg(course_id) FROM (
            SELECT course_id FROM course_trainers WHERE trainer_id = app_user_id()
            UNION SELECT e.course_id FROM enrolments e JOIN courses c ON c.id = e.course_id
            WHERE e.learner_id = app_user_id() AND e.withdrawn_at IS NULL AND c.closed_at IS NULL) AS mine)
    END
    """,
)
RUN_COURSES = definer(
    "run_courses()",
    "uuid[]",
    """
    SELECT CASE app_role()
        WHEN 'admin' THEN (SELECT array_agg(id) FROM courses)
        WHEN 'system' THEN (SELECT array_agg(id) FROM courses)
        WHEN 'trainer' THEN (SELECT array_agg(course_id) FROM course_trainers WHERE trainer_id = app_user_id())
    END
    """,
)
# A learner without a trainer of their own belongs to all trainers of the course.
TRAINED_PAIRS = definer(
    "trained_pairs()",
    "TABLE (learner_id uuid, course_id uuid)",
    """
    SELECT e.learner_id, e.course_id FROM enrolments e
    WHERE app_role() = 'trainer' AND (e.trainer_id = app_user_id() OR (e.trainer_id IS NULL AND e.course_id IN (
        SELECT t.course_id FROM course_trainers t WHERE t.trainer_id = app_user_id())))
    """,
)
TRAINED_LEARNERS = definer(
    "trained_learners()", "uuid[]", "SELECT coalesce(array_agg(DISTINCT p.learner_id), '{}') FROM trained_pairs() p"
)
# What a learner may know of a trainer is the name; the account stays closed.
TRAINER_NAMES = definer(
    "trainer_names(course uuid)",
    "TABLE (trainer_id uuid, name text, assigned boolean)",
    """
    SELECT u.id, u.name::text, coalesce(u.id = e.trainer_id, false)
      FROM users u
      LEFT JOIN enrolments e ON e.course_id = course AND e.learner_id = app_user_id()
     WHERE course = ANY (visible_courses())
       AND (u.id = e.trainer_id OR u.id IN (SELECT t.trainer_id FROM course_trainers t WHERE t.course_id = course))
     ORDER BY 3 DESC, 2
    """,
)
SEEING_COURSES = ";\n".join([VISIBLE_COURSES, RUN_COURSES, TRAINED_PAIRS, TRAINED_LEARNERS, TRAINER_NAMES])
UNSEEING_COURSES = (
    f"DROP FUNCTION trainer_names(uuid); {NO_LEARNERS_YET}; DROP FUNCTION trained_pairs(); "
    "DROP FUNCTION run_courses(); DROP FUNCTION visible_courses()"
)
