"""SQL functions of the desk's list and of questions that are like one another.

They run with the owner's eyes, because counting and comparing behind a policy costs several times as much; each says itself what
the acting trainer may know.
"""

from accounts.functions import definer
from coach.functions import ESCALATIONS_LIKE


# The rule of the table's policy for those who answer, and that nobody answers themselves; a test holds both against each other.
def at_desk(row: str) -> str:
    """The condition over an escalation that stands under the name `row`."""
    return f"""((SELECT app_role()) IN ('admin', 'system') OR {row}.learner_id <> (SELECT app_user_id()) AND (
         ({row}.learner_id, {row}.course_id) IN (SELECT p.learner_id, p.course_id FROM trained_pairs() p)
         OR ((SELECT app_role()) = 'trainer' AND {row}.trainer_id = (SELECT app_user_id())
             AND {row}.course_id = ANY ((SELECT run_courses())::uuid[]))))"""


# What waits in each course of the trainer, and when anything changed there last.
DESK_COUNTS = definer(
    "desk_counts()",
    "TABLE (id uuid, slug text, title text, waiting bigint, oldest timestamptz, unassigned bigint, mine bigint,"
    " changed timestamptz)",
    f"""
    SELECT c.id, c.slug::text, c.title::text, coalesce(w.waiting, 0), w.oldest, coalesce(w.unassigned, 0), coalesce(w.mine, 0),
           (SELECT max(x.updated_at) FROM ai_coach_escalations x WHERE x.course_id = c.id)
      FROM courses c LEFT JOIN (
        SELECT e.course_id, count(*) AS waiting, min(e.created_at) AS oldest,
               count(*) FILTER (WHERE e.trainer_id IS NULL) AS unassigned,
               count(*) FILTER (WHERE e.claimed_by_id = (SELECT app_user_id())) AS mine
          FROM ai_coach_escalations e
         WHERE e.status = 'pending' AND e.course_id = ANY ((SELECT run_courses())::uuid[]) AND {at_desk("e")} GROUP BY e.course_id
      ) w ON w.course_id = c.id
     WHERE c.id = ANY ((SELECT run_courses())::uuid[]) ORDER BY 3
    """,
)
# How many wait with the same question as each of these, themselves included: the same words, or as good as the same meaning.
ESCALATION_TWINS = definer(
    "escalation_twins(ids uuid[], same real)",
    "TABLE (id uuid, twins bigint)",
    f"""
    SELECT one.id, 1 + count(DISTINCT twin.id)
      FROM ai_coach_escalations one CROSS JOIN LATERAL (
        SELECT t.id FROM ai_coach_escalations t
         WHERE t.course_id = one.course_id AND t.same_key = one.same_key AND t.status = 'pending' AND one.same_key <> ''
           AND t.id <> one.id AND {at_desk("t")}
         UNION ALL
        SELECT t.id FROM ai_coach_escalation_links l JOIN ai_coach_escalations t ON t.id = l.other_id AND t.status = 'pending'
         WHERE l.escalation_id = one.id AND l.likeness >= same AND {at_desk("t")}
      ) twin WHERE one.id = ANY (ids) AND one.course_id = ANY ((SELECT run_courses())::uuid[]) GROUP BY one.id
    """,
)
# Questions of the same course that are like one: by the links that a worker made from their meaning; by the share of words in
# common as long as it has not come by. The same words always count. The caller reads the rows through its own eyes.
ESCALATIONS_NEAR = definer(
    "escalations_near(escalation uuid, most integer)",
    "TABLE (id uuid, likeness real, by_meaning boolean)",
    r"""
    WITH asked AS (
        SELECT a.id, a.course_id, a.same_key, a.embedding_model <> '' AS has_meaning, tsvector_to_array(a.search) AS words,
               (SELECT string_agg('''' || replace(replace(w, '\', '\\'), '''', '''''') || '''', ' | ')
                  FROM unnest(tsvector_to_array(a.search)) w)::tsquery AS any_word
          FROM ai_coach_escalations a WHERE a.id = escalation AND a.course_id = ANY (run_courses())),
    recent AS (
        SELECT e.id, e.search FROM (SELECT * FROM asked WHERE NOT has_meaning) asked,
               unnest(ARRAY['pending', 'responded', 'resolved']) AS state, LATERAL (
            SELECT x.id, x.search FROM ai_coach_escalations x
             WHERE x.course_id = asked.course_id AND x.status = state ORDER BY x.created_at DESC, x.id DESC LIMIT 600) e
         WHERE e.id <> asked.id AND e.search @@ asked.any_word),
    near AS (
        SELECT recent.id, recent.search FROM recent, asked ORDER BY ts_rank(recent.search, asked.any_word, 1) DESC LIMIT 100),
    found AS (
        SELECT near.id, (2.0 * (SELECT count(*) FROM unnest(tsvector_to_array(near.search)) w WHERE w = ANY (asked.words))
                         / (cardinality(asked.words) + length(near.search)))::real AS likeness, false AS by_meaning
          FROM near, asked
        UNION ALL SELECT l.other_id, l.likeness, true
          FROM asked JOIN ai_coach_escalation_links l ON l.escalation_id = asked.id WHERE asked.has_meaning
        UNION ALL (
        SELECT e.id, 1.0, asked.has_meaning FROM asked JOIN ai_coach_escalations e ON e.course_id = asked.course_id
           AND e.same_key = asked.same_key AND e.status = 'pending' AND e.id <> asked.id WHERE asked.same_key <> '' LIMIT 200))
    SELECT f.id, max(f.likeness), bool_or(f.by_meaning) FROM found f GROUP BY f.id ORDER BY 2 DESC, 1 LIMIT most
    """,
)
NEAR_DESK = ";\n".join([DESK_COUNTS, ESCALATION_TWINS, ESCALATIONS_NEAR, "DROP FUNCTION escalations_like(uuid, integer)"])
FAR_DESK = (
    f"{ESCALATIONS_LIKE}; DROP FUNCTION escalations_near(uuid, integer); DROP FUNCTION escalation_twins(uuid[], real); "
    "DROP FUNCTION desk_counts()"
)
