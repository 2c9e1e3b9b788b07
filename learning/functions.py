"""The rules of the learning loop that hold whatever code runs: SQL functions and triggers, made by a migration.

Trigger functions look with the owner's eyes, so that a learner's feedback can make an item of a queue that a learner may not
write. They do one thing each and trust nothing but the row. The record stands in `record_functions`, the batch in
`batch_functions`.
"""

from accounts.functions import only_app, setting


def question_of_rights(signature: str, types: str, body: str) -> str:
    """A yes or no about a row that is being written, with the owner's eyes; PL/pgSQL, because it keeps its plan."""
    return (
        f"CREATE OR REPLACE FUNCTION {signature} RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER "
        f"SET search_path = pg_catalog, public AS $body$ BEGIN {body} END $body$; {only_app(types)}"
    )


# A policy that looks through the policies of another table is planned anew for each row written: three times the insert.
TURN_BELONGS = question_of_rights(
    "turn_belongs(turn uuid, learner uuid, course uuid)",
    "turn_belongs(uuid, uuid, uuid)",
    "RETURN EXISTS (SELECT 1 FROM conversation_memory m WHERE m.id = turn AND m.user_id = learner AND m.course_id = course);",
)
TRAINS = question_of_rights(
    "trains(learner uuid, course uuid)",
    "trains(uuid, uuid)",
    """RETURN coalesce(app_role() IN ('admin', 'system'), false) OR (coalesce(app_role() = 'trainer', false) AND EXISTS (
        SELECT 1 FROM enrolments e WHERE e.learner_id = learner AND e.course_id = course AND (e.trainer_id = app_user_id()
            OR (e.trainer_id IS NULL AND EXISTS (SELECT 1 FROM course_trainers t
                 WHERE t.course_id = course AND t.trainer_id = app_user_id())))));""",
)
RIGHTS_FIRST = [TURN_BELONGS, TRAINS]
# The whole rule of an insert in one call, without sub-selects: those pay for many rows, and cost a single one its planning. Who
# acts is read from the settings themselves, because each function that is called from here costs as much as the rest. The turn is
# looked up by a statement of its own: as part of an expression it would be a plan within a plan.
ME = f"{setting('user_id')}::uuid"
ROLE = setting("role")
OF_THE_TURN = "PERFORM FROM conversation_memory m WHERE m.id = turn AND m.user_id = learner AND m.course_id = course;"
MAY_RATE = question_of_rights(
    "may_rate(turn uuid, learner uuid, course uuid)",
    "may_rate(uuid, uuid, uuid)",
    f"""
    IF {ROLE} IN ('admin', 'system') OR ({ROLE} IN ('learner', 'trainer') AND learner = {ME}) THEN
        {OF_THE_TURN}
        RETURN FOUND;
    END IF;
    RETURN false;
    """,
)
MAY_CORRECT = question_of_rights(
    "may_correct(turn uuid, learner uuid, course uuid, trainer uuid)",
    "may_correct(uuid, uuid, uuid, uuid)",
    f"""
    IF {ROLE} IN ('admin', 'system') THEN
        {OF_THE_TURN}
        RETURN FOUND;
    END IF;
    IF {ROLE} = 'trainer' AND trainer = {ME} THEN
        PERFORM FROM conversation_memory m JOIN enrolments e ON e.learner_id = learner AND e.course_id = course
          WHERE m.id = turn AND m.user_id = learner AND m.course_id = course AND (e.trainer_id = trainer
             OR (e.trainer_id IS NULL AND EXISTS (SELECT 1 FROM course_trainers t
                  WHERE t.course_id = course AND t.trainer_id = trainer)));
        RETURN FOUND;
    END IF;
    RETURN false;
    """,
)


NO_RIGHTS_OF_INSERTS = "DROP FUNCTION may_rate(uuid, uuid, uuid); DROP FUNCTION may_correct(uuid, uuid, uuid, uuid)"


def trigger_function(name: str, body: str, *, declare: str = "") -> str:
    """CREATE OR REPLACE of a trigger function with the owner's eyes, in PL/pgSQL."""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = pg_catalog, public AS $body$ {declare} BEGIN {body} END $body$; "
        f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC"
    )


# --- From raw material to the queue --------------------------------------------------------------------------------
# An item of an opinion or a correction has the key of its source: PostgreSQL opens /dev/urandom for each key that it makes.
MAKE_FROM_FEEDBACK = trigger_function(
    "make_item_from_feedback",
    """
    INSERT INTO learning_queue (id, status, source_type, source_id, course_id, proposed_content, category, confidence_score,
           metadata, learner_id, conversation_id, question, original_answer, verified_by_name, embedding_model, embedding_tries,
           place, chunk_hash, near, reason, held_reason, receipt, asked_count)
    SELECT NEW.id, 'pending', 'feedback', NEW.id, NEW.course_id, '', 'feedback', 50,
           jsonb_build_object('feedback_type', NEW.feedback_type, 'rating', NEW.rating, 'reason', NEW.reason),
           NEW.learner_id, NEW.conversation_id, coalesce(m.metadata ->> 'question', m.summary),
           coalesce(m.metadata ->> 'answer', ''), '', '', 0, coalesce(m.metadata #> '{sources,0}', '{}'),
           coalesce(m.metadata #>> '{sources,0,content_hash}', ''), '[]', '', '', '{}', 1
      FROM conversation_memory m WHERE m.id = NEW.conversation_id
        ON CONFLICT (source_type, source_id) DO NOTHING;
    RETURN NULL;
    """,
)
MAKE_FROM_CORRECTION = trigger_function(
    "make_item_from_correction",
    """
    score := CASE NEW.priority WHEN 'urgent' THEN 95 WHEN 'high' THEN 90 WHEN 'normal' THEN 75 ELSE 70 END;
    approved := score >= 90 AND NEW.trainer_id IS NOT NULL AND NEW.corrected_answer ~ '\\S';
    INSERT INTO learning_queue (id, status, source_type, source_id, course_id, proposed_content, category, confidence_score,
           metadata, reviewed_at, reviewed_by, learner_id, conversation_id, question, original_answer, verified_by_id,
           verified_by_name, embedding_model, embedding_tries, place, chunk_hash, near, reason, held_reason, receipt, asked_count)
    SELECT NEW.id, CASE WHEN approved THEN 'approved' ELSE 'pending' END, 'correction', NEW.id, NEW.course_id,
           NEW.corrected_answer, 'correction', score,
           jsonb_build_object('priority', NEW.priority, 'context', NEW.correction_context, 'approved_by_rule', approved),
           CASE WHEN approved THEN now() END, CASE WHEN approved THEN NEW.trainer_id END, NEW.learner_id, NEW.conversation_id,
           coalesce(m.metadata ->> 'question', m.summary), NEW.original_response, NEW.trainer_id, NEW.trainer_name, '', 0,
           coalesce(m.metadata #> '{sources,0}', '{}'), coalesce(m.metadata #>> '{sources,0,content_hash}', ''),
           '[]', '', '', '{}', 1
      FROM conversation_memory m WHERE m.id = NEW.conversation_id
        ON CONFLICT (source_type, source_id) DO NOTHING;
    RETURN NULL;
    """,
    declare="DECLARE score int; approved boolean;",
)
MAKE_FROM_TRANSCRIPT = trigger_function(
    "make_item_from_transcript",
    """
    INSERT INTO learning_queue (status, source_type, source_id, course_id, proposed_content, category, confidence_score, metadata,
           learner_id, conversation_id, question, original_answer, verified_by_name, embedding_model, embedding_tries, place,
           chunk_hash, near, reason, held_reason, receipt, asked_count)
    VALUES ('pending', 'transcript', NEW.id, NEW.course_id, coalesce(NEW.learning_insights #>> '{proposal,content}', ''),
           'transcript', 50, NEW.learning_insights, NEW.learner_id, NEW.conversation_id,
           left(coalesce(NEW.learning_insights #>> '{proposal,question}', NEW.processed_summary, NEW.transcript), 4000),
           '', '', '', 0, coalesce(NEW.learning_insights #> '{proposal,place}', '{}'), '', '[]', '', '', '{}', 1)
        ON CONFLICT (source_type, source_id) DO NOTHING;
    RETURN NULL;
    """,
)
TOUCH_QUEUE = (
    "CREATE OR REPLACE FUNCTION touch_learning_queue() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public"
    " AS $body$ BEGIN NEW.updated_at := now(); RETURN NEW; END $body$"
)
UNHAPPY = "NEW.feedback_type = 'thumbs_down' OR NEW.rating <= 2"
TRIGGERS = f"""
CREATE TRIGGER trg_feedback_learning AFTER INSERT ON conversation_feedback
    FOR EACH ROW WHEN ({UNHAPPY}) EXECUTE FUNCTION make_item_from_feedback();
CREATE TRIGGER trg_feedback_learning_changed AFTER UPDATE OF feedback_type, rating ON conversation_feedback
    FOR EACH ROW WHEN ({UNHAPPY}) EXECUTE FUNCTION make_item_from_feedback();
CREATE TRIGGER trg_corrections_learning AFTER INSERT ON owner_corrections
    FOR EACH ROW EXECUTE FUNCTION make_item_from_correction();
CREATE TRIGGER trg_transcripts_learning AFTER INSERT OR UPDATE OF sentiment ON voice_transcripts
    FOR EACH ROW WHEN (NEW.sentiment = 'negative') EXECUTE FUNCTION make_item_from_transcript();
CREATE TRIGGER trg_learning_queue_updated_at BEFORE UPDATE ON learning_queue
    FOR EACH ROW EXECUTE FUNCTION touch_learning_queue()
"""

# --- The record: see record_functions ----------------------------------------------------------------------------------
APPEND_ONLY = """
CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
    BEGIN RAISE EXCEPTION 'the learning audit is append-only' USING ERRCODE = 'insufficient_privilege'; END $body$;
CREATE TRIGGER trg_learning_audit_append_only BEFORE UPDATE OR DELETE ON learning_audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER trg_learning_audit_no_truncate BEFORE TRUNCATE ON learning_audit_log
    FOR EACH STATEMENT WHEN (current_setting('app.role', true) IS NOT NULL AND current_setting('app.role', true) <> '')
    EXECUTE FUNCTION refuse_audit_change();
DO $grant$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'aicoach_app') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON learning_audit_log FROM aicoach_app; END IF; END $grant$
"""

# --- Days, by increments -------------------------------------------------------------------------------------------
_ANALYTICS = """
    INSERT INTO learning_metric_changes (relation, date, course_id, kind, part, counted, first_sum, first_count, second_sum,
           second_count, conversions)
    VALUES ('responses', ({row}.created_at AT TIME ZONE 'UTC')::date, {row}.course_id, {row}.response_type,
           coalesce({row}.ab_test_variant, ''), {sign}1, {sign}coalesce({row}.user_engagement_score, 0),
           {sign}({row}.user_engagement_score IS NOT NULL)::int, {sign}coalesce({row}.response_time_ms, 0),
           {sign}({row}.response_time_ms IS NOT NULL)::int, {sign}({row}.led_to_conversion)::int);
"""
NOTE_ANALYTICS = trigger_function(
    "note_response_change",
    f"IF TG_OP = 'UPDATE' THEN {_ANALYTICS.format(row='OLD', sign='-')} END IF;"
    f" {_ANALYTICS.format(row='NEW', sign='')} RETURN NULL;",
)
METRIC_TRIGGERS = """
CREATE TRIGGER trg_response_metrics_made AFTER INSERT ON response_analytics
    FOR EACH ROW EXECUTE FUNCTION note_response_change();
CREATE TRIGGER trg_response_metrics_changed AFTER UPDATE ON response_analytics
    FOR EACH ROW EXECUTE FUNCTION note_response_change()
"""
FOLD_METRICS = """
CREATE OR REPLACE FUNCTION fold_learning_metrics(most int) RETURNS int LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public AS $body$
WITH taken AS (
    DELETE FROM learning_metric_changes WHERE id IN (
        SELECT id FROM learning_metric_changes ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED) RETURNING *
), counted AS (
    SELECT * FROM taken WHERE course_id IN (SELECT id FROM courses)  -- a course may be gone meanwhile
), learning AS (
    INSERT INTO daily_learning_metrics AS d (date, course_id, source_type, status, count, confidence_sum)
    SELECT date, course_id, kind, part, sum(counted), sum(first_sum) FROM counted WHERE relation = 'learning'
     GROUP BY 1, 2, 3, 4 ORDER BY 2, 1, 3, 4
        ON CONFLICT (course_id, date, source_type, status) DO UPDATE
       SET count = d.count + excluded.count, confidence_sum = d.confidence_sum + excluded.confidence_sum
), responses AS (
    INSERT INTO response_performance_metrics AS r (date, course_id, response_type, ab_test_variant, total_responses,
           engagement_sum, engagement_count, response_time_sum, response_time_count, conversions)
    SELECT date, course_id, kind, part, sum(counted), sum(first_sum), sum(first_count), sum(second_sum), sum(second_count),
           sum(conversions) FROM counted WHERE relation = 'responses' GROUP BY 1, 2, 3, 4 ORDER BY 2, 1, 3, 4
        ON CONFLICT (course_id, date, response_type, ab_test_variant) DO UPDATE
       SET total_responses = r.total_responses + excluded.total_responses,
           engagement_sum = r.engagement_sum + excluded.engagement_sum,
           engagement_count = r.engagement_count + excluded.engagement_count,
           response_time_sum = r.response_time_sum + excluded.response_time_sum,
           response_time_count = r.response_time_count + excluded.response_time_count,
           conversions = r.conversions + excluded.conversions
)
SELECT count(*)::int FROM taken $body$
"""

# --- Duplicates and application --------------------------------------------------------------------------------------
NEAREST = """SELECT %4$L::text, s.id, 1 - (s.embedding::vector(%1$s) <=> $2::vector(%1$s)), s.%2$I FROM %3$I s
     WHERE s.course_id = $1 AND vector_dims(s.embedding) = %1$s AND %5$s
     ORDER BY s.embedding::vector(%1$s) <=> $2::vector(%1$s) LIMIT 5"""
CHECK_SIMILAR = f"""
CREATE OR REPLACE FUNCTION check_similar_knowledge(course uuid, content text, embedding vector)
RETURNS TABLE (origin text, id uuid, similarity float, known text) LANGUAGE plpgsql STABLE
    SET search_path = pg_catalog, public AS $body$
BEGIN
    IF embedding IS NULL THEN
        RETURN QUERY
        SELECT 'knowledge'::text, k.id, 1.0::float, k.content FROM knowledge_base_rag k
         WHERE k.course_id = course AND k.is_live AND k.content = check_similar_knowledge.content LIMIT 5;
        RETURN;
    END IF;
    RETURN QUERY EXECUTE format($sql$ {NEAREST} $sql$, vector_dims(embedding), 'content', 'knowledge_base_rag', 'knowledge',
        's.is_live') USING course, embedding;
    RETURN QUERY EXECUTE format($sql$ {NEAREST} $sql$, vector_dims(embedding), 'proposed_content', 'learning_queue', 'queue',
        's.status IN (''pending'', ''approved'')') USING course, embedding;
END $body$
"""
RIGHTS = ";\n".join(
    only_app(signature)
    for signature in (
        "check_similar_knowledge(uuid, text, vector)",
        "batch_process_learning(int, uuid[])",
        "fold_learning_metrics(int)",
    )
)

# --- Vectors ---------------------------------------------------------------------------------------------------------
LINKS, BUILDING = 6, 32  # of HNSW: tens of thousands of rows, of which the nearest few are looked at; two are written per item
HNSW = {
    "idx_learning_embedding_hnsw": ("learning_queue", "embedding", "status IN ('pending', 'approved')"),
    "idx_transcripts_embedding_hnsw": ("voice_transcripts", "embedding", "true"),
    "idx_knowledge_embedding_hnsw": ("knowledge_base_rag", "embedding", "is_live"),
    "idx_knowledge_question_hnsw": ("knowledge_base_rag", "question_embedding", "is_live"),
}


def vector_index(name: str, dimensions: int, *, beside: str = "") -> str:
    """The HNSW index of this name for one dimension; `beside` makes it under that name, while readers and writers go on."""
    table, column, condition = HNSW[name]
    return (
        f"CREATE INDEX {f'CONCURRENTLY {beside}' if beside else name} ON {table}"
        f" USING hnsw (({column}::vector({dimensions})) vector_cosine_ops)"
        f" WITH (m = {LINKS}, ef_construction = {BUILDING}) WHERE vector_dims({column}) = {dimensions} AND {condition}"
    )


def vector_indexes(dimensions: int) -> list[str]:
    """HNSW indexes of the learning tables for one dimension; rows of another are left out, and found again once renewed."""
    return [vector_index(name, dimensions) for name in HNSW]
