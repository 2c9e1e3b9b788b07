"""SQL of the mentor: whose hand may write what, and what trainers may learn of questions that come again."""

from accounts.functions import definer

# A learner rates, flags and passes on; what was answered, by whom and at what price is the system's to say.
HANDS = """
    IF app_role() IN ('learner', 'trainer') AND
       (NEW.user_id, NEW.conversation_id, NEW.question, NEW.response, NEW.model, NEW.tokens_used, NEW.cost_usd, NEW.label,
        NEW.provider, NEW.confidence, NEW.reference_locations, NEW.evidence, NEW.question_hash, NEW.created_at,
        NEW.prompt_version, NEW.prompt_variant_id)
       IS DISTINCT FROM
       (OLD.user_id, OLD.conversation_id, OLD.question, OLD.response, OLD.model, OLD.tokens_used, OLD.cost_usd, OLD.label,
        OLD.provider, OLD.confidence, OLD.reference_locations, OLD.evidence, OLD.question_hash, OLD.created_at,
        OLD.prompt_version, OLD.prompt_variant_id) THEN
        RAISE EXCEPTION 'an answer is not its reader''s to change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
"""

# Questions of a course that were asked more than once, for those who run it: words and figures, never names. It runs with the
# owner's eyes because a mentor's threads are closed to trainers.
ASKED_AGAIN = definer(
    "mentor_questions_asked_again(of_course uuid, most integer)",
    "TABLE (question_hash text, question text, asked bigint, learners bigint, rating numeric, last_asked timestamptz)",
    """
    SELECT c.question_hash, (array_agg(c.question ORDER BY c.created_at DESC))[1], count(*), count(DISTINCT c.user_id),
           round(avg(c.student_rating), 1), max(c.created_at)
      FROM ai_mentor_chats c
     WHERE c.course_id = of_course AND c.course_id = ANY (run_courses()) AND c.question_hash IS NOT NULL
     GROUP BY c.question_hash HAVING count(*) > 1
     ORDER BY count(*) DESC, max(c.created_at) DESC LIMIT most
    """,
)
DROP_ASKED_AGAIN = "DROP FUNCTION mentor_questions_asked_again(uuid, integer)"
