"""The rules of the learning loop that hold whatever code runs: SQL functions and triggers, made by a migration.

Trigger functions look with the owner's eyes, so that a learner's feedback can make an item of a queue that a learner may not
write. They do one thing each and trust nothing but the row. Text stays out of the audit: hashes say whether it changed.
"""

from accounts.functions import only_app
from learning.lexical import FALLBACK, TERM_LIMIT, vector_of


def question_of_rights(signature: str, types: str, body: str) -> str:
    """A yes or no about a row that is being written, with the owner's eyes; PL/pgSQL, because it keeps its plan."""
    return (
        f"CREATE OR REPLACE FUNCTION {signature} RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER "
        f"SET search_path = pg_catalog, public AS $body$ BEGIN RETURN {body}; END $body$; {only_app(types)}"
    )


# A policy that looks through the policies of another table is planned anew for each row written: three times the insert.
TURN_BELONGS = question_of_rights(
    "turn_belongs(turn uuid, learner uuid, course uuid)",
    "turn_belongs(uuid, uuid, uuid)",
    "EXISTS (SELECT 1 FROM conversation_memory m WHERE m.id = turn AND m.user_id = learner AND m.course_id = course)",
)
TRAINS = question_of_rights(
    "trains(learner uuid, course uuid)",
    "trains(uuid, uuid)",
    """coalesce(app_role() IN ('admin', 'system'), false) OR (coalesce(app_role() = 'trainer', false) AND EXISTS (
        SELECT 1 FROM enrolments e WHERE e.learner_id = learner AND e.course_id = course AND (e.trainer_id = app_user_id()
            OR (e.trainer_id IS NULL AND EXISTS (SELECT 1 FROM course_trainers t
                 WHERE t.course_id = course AND t.trainer_id = app_user_id())))))""",
)
RIGHTS_FIRST = [TURN_BELONGS, TRAINS]


def trigger_function(name: str, body: str, *, declare: str = "") -> str:
    """CREATE OR REPLACE of a trigger function with the owner's eyes, in PL/pgSQL."""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = pg_catalog, public AS $body$ {declare} BEGIN {body} END $body$; "
        f"REVOKE ALL ON FUNCTION {name}() FROM PUBLIC"
    )


# --- From raw material to the queue --------------------------------------------------------------------------------
MAKE_FROM_FEEDBACK = trigger_function(
    "make_item_from_feedback",
    """
    INSERT INTO learning_queue (status, source_type, source_id, course_id, proposed_content, category, confidence_score, metadata,
           learner_id, conversation_id, question, original_answer, verified_by_name, embedding_model, embedding_tries, place,
           chunk_hash, near, reason, held_reason, receipt, asked_count)
    SELECT 'pending', 'feedback', NEW.id, NEW.course_id, '', 'feedback', 50,
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
    INSERT INTO learning_queue (status, source_type, source_id, course_id, proposed_content, category, confidence_score, metadata,
           reviewed_at, reviewed_by, learner_id, conversation_id, question, original_answer, verified_by_id, verified_by_name,
           embedding_model, embedding_tries, place, chunk_hash, near, reason, held_reason, receipt, asked_count)
    SELECT CASE WHEN approved THEN 'approved' ELSE 'pending' END, 'correction', NEW.id, NEW.course_id, NEW.corrected_answer,
           'correction', score,
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

# --- The record ----------------------------------------------------------------------------------------------------
SHOWN = {
    "learning_queue": "status confidence_score category reviewed_by duplicate_of_id entry_id knowledge_id verified_by_id reason "
    "held_reason asked_count".split(),
    "knowledge_base_rag": "category source entry_id version is_live item_id verified_by_id chunk_hash".split(),
}
HASHED = {"learning_queue": ["proposed_content", "question"], "knowledge_base_rag": ["content", "question"]}


def _state(table: str, row: str) -> str:
    """The row as the audit keeps it."""
    shown = [f"'{column}', {row}.{column}" for column in SHOWN[table]]
    hashed = [f"'{column}', encode(sha256(convert_to({row}.{column}, 'UTF8')), 'hex')" for column in HASHED[table]]
    return f"jsonb_build_object({', '.join(shown + hashed)})"


def audit_function(table: str) -> str:
    """Every row that is made, and every change of what the audit shows."""
    insert = (
        "INSERT INTO learning_audit_log (actor_id, actor_role, action, table_name, row_id, course_id, before, after) VALUES "
        f"(app_user_id(), coalesce(app_role(), ''), %s, '{table}', NEW.id, NEW.course_id, old_state, new_state)"
    )
    body = f"""
        new_state := {_state(table, "NEW")};
        IF TG_OP = 'UPDATE' THEN
            old_state := {_state(table, "OLD")};
            IF old_state = new_state THEN RETURN NULL; END IF;
            SELECT jsonb_object_agg(o.key, o.value), jsonb_object_agg(o.key, new_state -> o.key) INTO old_state, new_state
              FROM jsonb_each(old_state) AS o WHERE o.value IS DISTINCT FROM new_state -> o.key;
        END IF;
        {insert % "lower(TG_OP)"};
        RETURN NULL;
    """
    return trigger_function(f"audit_{table}", body, declare="DECLARE old_state jsonb; new_state jsonb;")


AUDIT = ";\n".join(audit_function(table) for table in SHOWN)
AUDIT_TRIGGERS = ";\n".join(
    f"CREATE TRIGGER trg_{table}_audit AFTER INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_{table}()"
    for table in SHOWN
)
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
NOTE_QUEUE = trigger_function(
    "note_learning_change",
    """
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO learning_metric_changes (relation, date, course_id, kind, part, counted, first_sum, first_count, second_sum,
               second_count, conversions)
        VALUES ('learning', (OLD.created_at AT TIME ZONE 'UTC')::date, OLD.course_id, OLD.source_type, OLD.status, -1,
               -OLD.confidence_score, 0, 0, 0, 0),
               ('learning', (NEW.created_at AT TIME ZONE 'UTC')::date, NEW.course_id, NEW.source_type, NEW.status, 1,
               NEW.confidence_score, 0, 0, 0, 0);
        RETURN NULL;
    END IF;
    INSERT INTO learning_metric_changes (relation, date, course_id, kind, part, counted, first_sum, first_count, second_sum,
           second_count, conversions)
    VALUES ('learning', (NEW.created_at AT TIME ZONE 'UTC')::date, NEW.course_id, NEW.source_type, NEW.status, 1,
           NEW.confidence_score, 0, 0, 0, 0);
    RETURN NULL;
    """,
)
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
CREATE TRIGGER trg_learning_metrics_made AFTER INSERT ON learning_queue
    FOR EACH ROW EXECUTE FUNCTION note_learning_change();
CREATE TRIGGER trg_learning_metrics_changed AFTER UPDATE ON learning_queue
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.confidence_score <> NEW.confidence_score)
    EXECUTE FUNCTION note_learning_change();
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
LANGUAGE_OF = f"""coalesce((SELECT t.cfgname::text FROM courses c JOIN pg_ts_config t ON t.cfgname = c.language
     AND pg_ts_config_is_visible(t.oid) WHERE c.id = taken.course_id), '{FALLBACK}')"""
QUESTION_WORDS = vector_of(f"({LANGUAGE_OF})::regconfig", "left(taken.question, 4000)")
BATCH = f"""
CREATE OR REPLACE FUNCTION batch_process_learning(most int, chosen uuid[] DEFAULT NULL)
RETURNS SETOF uuid LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public AS $body$
DECLARE taken learning_queue; made uuid; entry uuid; newest int;
BEGIN
    FOR taken IN SELECT * FROM learning_queue q
         WHERE q.status = 'approved' AND q.held_reason = '' AND (chosen IS NULL OR q.id = ANY (chosen))
         ORDER BY q.created_at LIMIT least(greatest(most, 0), 1000) FOR UPDATE SKIP LOCKED
    LOOP
        entry := coalesce(taken.entry_id, taken.id);
        newest := 0;
        IF taken.entry_id IS NOT NULL OR taken.applied_at IS NOT NULL THEN
            SELECT coalesce(max(version), 0) INTO newest FROM knowledge_base_rag WHERE entry_id = entry;
            UPDATE knowledge_base_rag SET is_live = false, retired_at = now(), updated_at = now()
             WHERE entry_id = entry AND is_live;
        END IF;
        INSERT INTO knowledge_base_rag (course_id, category, content, embedding, source, metadata, entry_id, version, item_id,
               question, question_embedding, question_words, embedding_model, verified_by_id, verified_by_name, verified_at,
               place, chunk_hash)
        VALUES (taken.course_id, left(taken.category, 100), taken.proposed_content, taken.embedding, taken.source_type,
               taken.metadata, entry, newest + 1, taken.id, taken.question, taken.question_embedding,
               ARRAY(SELECT w FROM unnest(tsvector_to_array({QUESTION_WORDS})) w
                      WHERE length(w) <= {TERM_LIMIT} LIMIT 64),
               taken.embedding_model, coalesce(taken.verified_by_id, taken.reviewed_by), taken.verified_by_name,
               taken.reviewed_at, taken.place, taken.chunk_hash)
        RETURNING id INTO made;
        UPDATE learning_queue SET status = 'applied', applied_at = now(), knowledge_id = made, entry_id = entry
         WHERE id = taken.id;
        IF taken.source_type = 'correction' THEN
            UPDATE owner_corrections SET applied_at = now() WHERE id = taken.source_id;
        END IF;
        RETURN NEXT taken.id;
    END LOOP;
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
LINKS, BUILDING = 8, 40  # of HNSW: tens of thousands of rows, of which the nearest few are looked at; two are written per item
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


MAKE = [
    *(MAKE_FROM_FEEDBACK, MAKE_FROM_CORRECTION, MAKE_FROM_TRANSCRIPT, TOUCH_QUEUE, TRIGGERS),
    *(AUDIT, AUDIT_TRIGGERS, APPEND_ONLY, NOTE_QUEUE, NOTE_ANALYTICS, METRIC_TRIGGERS, FOLD_METRICS),
    *(CHECK_SIMILAR, BATCH, RIGHTS),
]
DROPPED = (
    "make_item_from_feedback make_item_from_correction make_item_from_transcript touch_learning_queue audit_learning_queue "
    "audit_knowledge_base_rag refuse_audit_change note_learning_change note_response_change"
).split()
UNMAKE = "; ".join(
    [
        *(f"DROP FUNCTION {name}() CASCADE" for name in DROPPED),
        "DROP FUNCTION fold_learning_metrics(int)",
        "DROP FUNCTION batch_process_learning(int, uuid[])",
        "DROP FUNCTION check_similar_knowledge(uuid, text, vector)",
        "DROP FUNCTION turn_belongs(uuid, uuid, uuid) CASCADE",
        "DROP FUNCTION trains(uuid, uuid) CASCADE",
    ]
)
