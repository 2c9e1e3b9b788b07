"""What the first version of the learning loop installed and a later migration replaced: kept so that both can be made and unmade.

Nothing here is in force in a database that has all its migrations; what is stands in `functions`, `record_functions` and
`batch_functions`.
"""

from learning import functions
from learning.functions import trigger_function
from learning.lexical import FALLBACK, TERM_LIMIT, vector_of
from learning.record_functions import SHOWN, state_of


def audit_function(table: str) -> str:
    """Every row that is made, and every change of what the audit shows."""
    insert = (
        "INSERT INTO learning_audit_log (actor_id, actor_role, action, table_name, row_id, course_id, before, after) VALUES "
        f"(app_user_id(), coalesce(app_role(), ''), %s, '{table}', NEW.id, NEW.course_id, old_state, new_state)"
    )
    body = f"""
        new_state := {state_of(table, "NEW")};
        IF TG_OP = 'UPDATE' THEN
            old_state := {state_of(table, "OLD")};
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
METRIC_TRIGGERS = """
CREATE TRIGGER trg_learning_metrics_made AFTER INSERT ON learning_queue
    FOR EACH ROW EXECUTE FUNCTION note_learning_change();
CREATE TRIGGER trg_learning_metrics_changed AFTER UPDATE ON learning_queue
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status OR OLD.confidence_score <> NEW.confidence_score)
    EXECUTE FUNCTION note_learning_change()
"""

ROW_BY_ROW = [AUDIT, AUDIT_TRIGGERS, NOTE_QUEUE, METRIC_TRIGGERS]
NOT_ROW_BY_ROW = "; ".join(
    f"DROP FUNCTION {name}() CASCADE" for name in ("audit_learning_queue", "audit_knowledge_base_rag", "note_learning_change")
)

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

MAKE = [
    *(functions.MAKE_FROM_FEEDBACK, functions.MAKE_FROM_CORRECTION, functions.MAKE_FROM_TRANSCRIPT, functions.TOUCH_QUEUE),
    *(functions.TRIGGERS, functions.APPEND_ONLY, *ROW_BY_ROW),
    *(functions.NOTE_ANALYTICS, functions.METRIC_TRIGGERS, functions.FOLD_METRICS),
    *(functions.CHECK_SIMILAR, BATCH, functions.RIGHTS),
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
