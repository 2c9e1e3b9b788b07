"""SQL functions of the desk, and the body of the trigger that says whose hand may write what into an escalation."""

from accounts.functions import definer

# The names on the desk: a colleague's account stays closed, and so does a learner's who has another trainer.
ESCALATION_PEOPLE = definer(
    "escalation_people(ids uuid[])",
    "TABLE (person_id uuid, name text)",
    """
    SELECT DISTINCT u.id, u.name::text
      FROM ai_coach_escalations e JOIN users u ON u.id IN (e.learner_id, e.trainer_id, e.claimed_by_id, e.replied_by_id)
     WHERE e.id = ANY (ids) AND (app_role() IN ('admin', 'system') OR app_role() = 'trainer' AND (
           (e.trainer_id = app_user_id() AND e.course_id = ANY (run_courses()))
           OR (e.learner_id, e.course_id) IN (SELECT p.learner_id, p.course_id FROM trained_pairs() p)))
    """,
)
# Ids of the same course's escalations by the share of words in common (Dice's coefficient): of those that wait with the same
# words, and of the newest six hundred of each state, so that it costs the same at any size. What was answered longer ago, the
# coach has learnt. It runs with the owner's eyes, as word searches gain nothing from an index behind a policy; the caller reads
# the rows through its own.
ESCALATIONS_LIKE = definer(
    "escalations_like(escalation uuid, most integer)",
    "TABLE (id uuid, likeness real)",
    r"""
    WITH asked AS (
        SELECT a.id, a.course_id, a.same_key, tsvector_to_array(a.search) AS words,
               (SELECT string_agg('''' || replace(replace(w, '\', '\\'), '''', '''''') || '''', ' | ')
                  FROM unnest(tsvector_to_array(a.search)) w)::tsquery AS any_word
          FROM ai_coach_escalations a WHERE a.id = escalation AND a.course_id = ANY (run_courses())),
    recent AS (
        SELECT e.id, e.search FROM asked, unnest(ARRAY['pending', 'responded', 'resolved']) AS state, LATERAL (
            SELECT x.id, x.search FROM ai_coach_escalations x
             WHERE x.course_id = asked.course_id AND x.status = state ORDER BY x.created_at DESC, x.id DESC LIMIT 600) e
         WHERE e.id <> asked.id AND e.search @@ asked.any_word
        UNION ALL (
        SELECT e.id, e.search FROM asked JOIN ai_coach_escalations e ON e.course_id = asked.course_id
           AND e.same_key = asked.same_key AND e.status = 'pending' AND e.id <> asked.id WHERE asked.same_key <> '' LIMIT 60)),
    near AS (
        SELECT recent.id, recent.search FROM recent, asked ORDER BY ts_rank(recent.search, asked.any_word, 1) DESC LIMIT 100)
    SELECT DISTINCT near.id, (2.0 * (SELECT count(*) FROM unnest(tsvector_to_array(near.search)) w WHERE w = ANY (asked.words))
                     / (cardinality(asked.words) + length(near.search)))::real AS likeness
      FROM near, asked ORDER BY 2 DESC, 1 LIMIT most
    """,
)
DESK = ";\n".join([ESCALATION_PEOPLE, ESCALATIONS_LIKE])
DROP_DESK = "DROP FUNCTION escalation_people(uuid[]); DROP FUNCTION escalations_like(uuid, integer)"

# The words of a question in its course's language, for likeness; the same set of words counts as the same question.
WORDS = """
    SELECT to_tsvector(coalesce((SELECT g.oid FROM courses c JOIN pg_ts_config g ON g.cfgname = c.language
                                  WHERE c.id = NEW.course_id LIMIT 1), 'english'::regconfig)::regconfig,
                       left(NEW.original_question, 2000)) INTO NEW.search;
    NEW.same_key := CASE WHEN length(NEW.search) = 0 THEN ''
                         ELSE md5(array_to_string(tsvector_to_array(NEW.search), ' ')) END;
    RETURN NEW;
"""

# A new escalation comes without a reply; the learner's trainer is the enrolment's, whatever the caller says.
OPENING = """
    IF app_role() NOT IN ('learner', 'trainer') THEN RETURN NEW; END IF;
    IF NEW.status <> 'pending' OR NEW.reply <> '' OR NEW.replied_by_id IS NOT NULL OR NEW.claimed_by_id IS NOT NULL OR NEW.teach
       OR NEW.mail_due_at IS NOT NULL THEN
        RAISE EXCEPTION 'an escalation begins without a reply' USING ERRCODE = '42501';
    END IF;
    SELECT e.trainer_id INTO NEW.trainer_id FROM enrolments e WHERE e.learner_id = NEW.learner_id AND e.course_id = NEW.course_id;
    RETURN NEW;
"""

HANDS = """
    IF app_role() = 'system' THEN RETURN NEW; END IF;
    IF (OLD.query_id, OLD.learner_id, OLD.course_id, OLD.original_question, OLD.created_at)
       IS DISTINCT FROM (NEW.query_id, NEW.learner_id, NEW.course_id, NEW.original_question, NEW.created_at) THEN
        RAISE EXCEPTION 'a question stays as it was asked' USING ERRCODE = '42501';
    END IF;
    IF OLD.learner_id = app_user_id() AND app_role() <> 'admin' THEN
        IF OLD.seen_by <> NEW.seen_by AND NEW.seen_by <> '{}' THEN
            RAISE EXCEPTION 'a learner cannot read for a trainer' USING ERRCODE = '42501';
        END IF;
        IF (OLD.trainer_id, OLD.claimed_by_id, OLD.claimed_at, OLD.reply, OLD.replied_by_id, OLD.replied_at, OLD.signed,
            OLD.earlier_replies, OLD.teach, OLD.priority, OLD.mail_due_at, OLD.mailed_at, OLD.mail_tries)
           IS DISTINCT FROM (NEW.trainer_id, NEW.claimed_by_id, NEW.claimed_at, NEW.reply, NEW.replied_by_id, NEW.replied_at,
            NEW.signed, NEW.earlier_replies, NEW.teach, NEW.priority, NEW.mail_due_at, NEW.mailed_at, NEW.mail_tries)
           OR (OLD.status <> NEW.status AND OLD.status || ':' || NEW.status NOT IN
               ('pending:archived', 'responded:archived', 'responded:resolved', 'responded:pending')) THEN
            RAISE EXCEPTION 'a learner may withdraw and settle, never reply' USING ERRCODE = '42501';
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.learner_note, OLD.asked_times, OLD.settled, OLD.settled_note, OLD.seen_at)
       IS DISTINCT FROM (NEW.learner_note, NEW.asked_times, NEW.settled, NEW.settled_note, NEW.seen_at) THEN
        RAISE EXCEPTION 'what the learner said stays the learner''s' USING ERRCODE = '42501';
    END IF;
    IF OLD.seen_by <> NEW.seen_by AND NEW.seen_by <> array_append(OLD.seen_by, app_user_id()) THEN
        RAISE EXCEPTION 'each trainer reads for themselves' USING ERRCODE = '42501';
    END IF;
    IF OLD.reply <> NEW.reply AND NEW.reply <> '' AND NEW.replied_by_id IS DISTINCT FROM app_user_id() THEN
        RAISE EXCEPTION 'a reply is signed by who wrote it' USING ERRCODE = '42501';
    END IF;
    IF OLD.status = 'responded' AND NEW.status = 'pending' AND OLD.replied_at < now() - interval '1 minute' THEN
        RAISE EXCEPTION 'a reply can be taken back for a minute' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
"""

# What was said in a coaching session stays said, and a session that has ended stays as it ended.
SESSION_KEPT = """
    IF OLD.outcome <> 'in_progress' AND NEW.session_transcript IS DISTINCT FROM OLD.session_transcript THEN
        RAISE EXCEPTION 'a session that has ended does not go on' USING ERRCODE = 'check_violation';
    END IF;
    IF (SELECT coalesce(jsonb_agg(said.turn ORDER BY said.place), '[]'::jsonb)
          FROM jsonb_array_elements(NEW.session_transcript) WITH ORDINALITY AS said (turn, place)
         WHERE said.place <= jsonb_array_length(OLD.session_transcript)) IS DISTINCT FROM OLD.session_transcript THEN
        RAISE EXCEPTION 'what was said in a session stays as it was said' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
