"""The SQL that keeps, for each trainer, whom they train: worked out when an enrolment changes, not when a statement asks.

`trainer_scopes` has a row for each trainer with somebody to train. Triggers on enrolments and course trainers work it out anew
from these two tables, in the transaction that changes them. Nobody reads or writes the table but these functions, which look
with the owner's eyes; a policy asks `trained_learners()`, `trained_courses()` and `trained_pairs()`.
"""

from accounts.functions import only_app, setting

ME = f"{setting('user_id')}::uuid"
ROLE = setting("role")
ALL_COURSES = "RETURN (SELECT array_agg(id) FROM courses)"


def kept(name: str, returns: str, body: str) -> str:
    """CREATE OR REPLACE of a STABLE function with the owner's eyes, in PL/pgSQL, which keeps its plan."""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS {returns} LANGUAGE plpgsql STABLE SECURITY DEFINER "
        f"SET search_path = pg_catalog, public AS $body$ BEGIN {body} END $body$; {only_app(f'{name}()')}"
    )


# The empty array makes a plain value of a stored one: that would be fetched anew for each row it is compared with.
TRAINED_LEARNERS = kept(
    "trained_learners",
    "uuid[]",
    f"""
    IF {ROLE} IS DISTINCT FROM 'trainer' THEN RETURN '{{}}'; END IF;
    RETURN coalesce((SELECT s.learners || '{{}}'::uuid[] FROM trainer_scopes s WHERE s.trainer_id = {ME}), '{{}}');
    """,
)
TRAINED_PAIRS = kept(
    "trained_pairs",
    "TABLE (learner_id uuid, course_id uuid)",
    f"""
    IF {ROLE} = 'trainer' THEN
        RETURN QUERY SELECT pair.l, pair.c FROM trainer_scopes s, unnest(s.pair_learners, s.pair_courses) AS pair(l, c)
                      WHERE s.trainer_id = {ME};
    END IF;
    """,
)
# The pairs as `{learner: [course, ...]}`. The empty object does here what the empty array does above.
COURSES_BY_LEARNER = """
CREATE FUNCTION courses_by_learner(learners uuid[], courses uuid[]) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE
    SET search_path = pg_catalog AS $body$
    SELECT coalesce(jsonb_object_agg(learner, theirs), '{}') FROM (
        SELECT learner, jsonb_agg(course) AS theirs FROM unnest(learners, courses) AS pair(learner, course)
         GROUP BY learner) AS each
$body$
"""
DROP_COURSES_BY_LEARNER = "DROP FUNCTION courses_by_learner(uuid[], uuid[])"
TRAINED_COURSES = kept(
    "trained_courses",
    "jsonb",
    f"""
    IF {ROLE} IS DISTINCT FROM 'trainer' THEN RETURN '{{}}'; END IF;
    RETURN coalesce((SELECT s.courses_by_learner || '{{}}' FROM trainer_scopes s WHERE s.trainer_id = {ME}), '{{}}');
    """,
)
DROP_TRAINED_COURSES = "DROP FUNCTION trained_courses()"
VISIBLE_COURSES = kept(
    "visible_courses",
    "uuid[]",
    f"""
    IF {ROLE} IN ('admin', 'system') THEN {ALL_COURSES}; END IF;
    IF {ROLE} IN ('learner', 'trainer') THEN RETURN (SELECT array_agg(mine.course_id) FROM (
        SELECT e.course_id FROM enrolments e JOIN courses c ON c.id = e.course_id
         WHERE e.learner_id = {ME} AND e.withdrawn_at IS NULL AND c.closed_at IS NULL
        UNION SELECT t.course_id FROM course_trainers t WHERE t.trainer_id = {ME} AND {ROLE} = 'trainer') AS mine);
    END IF;
    RETURN NULL;
    """,
)
RUN_COURSES = kept(
    "run_courses",
    "uuid[]",
    f"""
    IF {ROLE} IN ('admin', 'system') THEN {ALL_COURSES}; END IF;
    IF {ROLE} = 'trainer' THEN RETURN (SELECT array_agg(t.course_id) FROM course_trainers t WHERE t.trainer_id = {ME}); END IF;
    RETURN NULL;
    """,
)

# A learner without a trainer of their own belongs to all trainers of the course.
PAIRS_OF = """(
    SELECT e.trainer_id, e.learner_id, e.course_id FROM enrolments e WHERE e.trainer_id = ANY (trainers)
    UNION ALL
    SELECT t.trainer_id, e.learner_id, e.course_id FROM course_trainers t
      JOIN enrolments e ON e.course_id = t.course_id AND e.trainer_id IS NULL WHERE t.trainer_id = ANY (trainers)
)"""
WORK_OUT = f"""
CREATE OR REPLACE FUNCTION work_out_scopes(trainers uuid[]) RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public AS $body$
BEGIN
    -- One after the other: who waits here sees afterwards what the other wrote.
    PERFORM pg_advisory_xact_lock(hashtextextended('scope of ' || t, 0))
       FROM (SELECT DISTINCT t FROM unnest(trainers) AS t ORDER BY t) AS each WHERE t IS NOT NULL;
    DELETE FROM trainer_scopes s WHERE s.trainer_id = ANY (trainers);
    INSERT INTO trainer_scopes (trainer_id, learners, pair_learners, pair_courses)
    SELECT p.trainer_id, array_agg(DISTINCT p.learner_id), array_agg(p.learner_id ORDER BY p.learner_id, p.course_id),
           array_agg(p.course_id ORDER BY p.learner_id, p.course_id)
      FROM {PAIRS_OF} AS p GROUP BY p.trainer_id;
END $body$;
REVOKE ALL ON FUNCTION work_out_scopes(uuid[]) FROM PUBLIC;
DO $revoke$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'aicoach_app') THEN
    REVOKE ALL ON FUNCTION work_out_scopes(uuid[]) FROM aicoach_app; END IF; END $revoke$
"""


# The courses first: a trainer and a learner who come to a course at the same time must not miss each other.
AFTER_CHANGE = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public
    AS $body$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('scopes in ' || c, 0))
       FROM (SELECT DISTINCT course_id AS c FROM {rows} AS changed ORDER BY c) AS each;
    PERFORM work_out_scopes(ARRAY(
        SELECT changed.trainer_id FROM {rows} AS changed WHERE changed.trainer_id IS NOT NULL
        UNION SELECT t.trainer_id FROM {rows} AS changed JOIN course_trainers t ON t.course_id = changed.course_id
               WHERE changed.trainer_id IS NULL));
    RETURN NULL;
END $body$;
REVOKE ALL ON FUNCTION {name}() FROM PUBLIC;
CREATE TRIGGER {name} AFTER {verb} ON {table} REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {name}()
"""
OLD, NEW = (f"(SELECT {{columns}} FROM {rows})" for rows in ("old_rows", "new_rows"))
VERBS = {  # the rows that a verb changed, and the tables that show them; a withdrawal changes nobody's trainer
    "insert": (NEW, "NEW TABLE AS new_rows"),
    "delete": (OLD, "OLD TABLE AS old_rows"),
    "update": (
        f"(({OLD} EXCEPT {NEW}) UNION ({NEW} EXCEPT {OLD}))",
        "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    ),
}
COLUMNS = {"enrolments": "trainer_id, course_id, learner_id", "course_trainers": "trainer_id, course_id"}
NAMES = {(table, verb): f"trg_scopes_{table}_{verb}" for table in COLUMNS for verb in VERBS}
TRIGGERS = [
    AFTER_CHANGE.format(
        name=name, table=table, verb=verb.upper(), seen=VERBS[verb][1], rows=VERBS[verb][0].format(columns=COLUMNS[table])
    )
    for (table, verb), name in NAMES.items()
]
ALL_AT_FIRST = """
SELECT work_out_scopes(ARRAY(SELECT trainer_id FROM course_trainers
                             UNION SELECT trainer_id FROM enrolments WHERE trainer_id IS NOT NULL))
"""
MAKE = [WORK_OUT, *TRIGGERS, ALL_AT_FIRST, TRAINED_LEARNERS, TRAINED_PAIRS, VISIBLE_COURSES, RUN_COURSES]
UNMAKE = [*(f"DROP FUNCTION {name}() CASCADE" for name in NAMES.values()), "DROP FUNCTION work_out_scopes(uuid[])"]
