"""The record of the queue and of the knowledge, and the notes that the days are counted from: SQL functions and triggers.

A new item is one row, and somebody waits for it, so one trigger runs for the row and writes all there is to write. Changes
come a batch at a time: their triggers run once for a statement and see all its rows, and what they note is added up first. Text
stays out of the record: hashes say whether it changed.
"""

from learning.functions import ME, ROLE, trigger_function
from learning.insight_functions import NEW_DECISION

SHOWN = {
    "learning_queue": "status confidence_score category reviewed_by duplicate_of_id entry_id knowledge_id verified_by_id reason "
    "held_reason asked_count".split(),
    "knowledge_base_rag": "category source entry_id version is_live item_id verified_by_id chunk_hash".split(),
}
HASHED = {"learning_queue": ["proposed_content", "question"], "knowledge_base_rag": ["content", "question"]}
ENTRY = "learning_audit_log (actor_id, actor_role, action, table_name, row_id, course_id, before, after)"
WHO = "app_user_id(), coalesce(app_role(), '')"
WHO_HERE = f"{ME}, coalesce({ROLE}, '')"  # the same without a call, for one row
NOTE = (
    "learning_metric_changes (relation, date, course_id, kind, part, counted, first_sum, first_count, second_sum, second_count,"
    " conversions)"
)


def state_of(table: str, row: str) -> str:
    """The row as the record keeps it."""
    shown = [f"'{column}', {row}.{column}" for column in SHOWN[table]]
    hashed = [f"'{column}', encode(sha256(convert_to({row}.{column}, 'UTF8')), 'hex')" for column in HASHED[table]]
    return f"jsonb_build_object({', '.join(shown + hashed)})"


def _changes(table: str) -> str:
    """What an update changed of each row, and nothing of what it left alone. A row whose key was changed leaves two entries."""
    return f"""
    WITH states AS MATERIALIZED (
        SELECT coalesce(n.id, o.id) AS id, coalesce(n.course_id, o.course_id) AS course_id,
               CASE WHEN o.id IS NOT NULL THEN {state_of(table, "o")} END AS old,
               CASE WHEN n.id IS NOT NULL THEN {state_of(table, "n")} END AS new
          FROM old_rows o FULL JOIN new_rows n ON n.id = o.id
    )
    INSERT INTO {ENTRY}
    SELECT {WHO}, 'update', '{table}', s.id, s.course_id, changed.before, changed.after
      FROM states s CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(key, s.old -> key) FILTER (WHERE s.old IS NOT NULL) AS before,
               jsonb_object_agg(key, s.new -> key) FILTER (WHERE s.new IS NOT NULL) AS after
          FROM jsonb_object_keys(coalesce(s.new, s.old)) AS key
         WHERE s.old -> key IS DISTINCT FROM s.new -> key) AS changed
     WHERE s.old IS DISTINCT FROM s.new;
    """


NEW_ITEM = trigger_function(
    "record_new_item",
    f"""
    IF NEW.status NOT IN ('pending', 'approved') THEN
        RAISE EXCEPTION 'a new learning item is pending or approved, not %', NEW.status USING ERRCODE = 'check_violation';
    END IF;
    INSERT INTO {ENTRY}
    VALUES ({WHO_HERE}, 'insert', 'learning_queue', NEW.id, NEW.course_id, NULL, {state_of("learning_queue", "NEW")});
    INSERT INTO {NOTE}
    VALUES ('learning', (NEW.created_at AT TIME ZONE 'UTC')::date, NEW.course_id, NEW.source_type, NEW.status, 1,
            NEW.confidence_score, 0, 0, 0, 0);
    IF NEW.status = 'approved' THEN {NEW_DECISION}; END IF;
    RETURN NULL;
    """,
)
CHANGED_ITEMS = trigger_function(
    "record_changed_items",
    f"""
    {_changes("learning_queue")}
    INSERT INTO {NOTE}
    SELECT 'learning', (created_at AT TIME ZONE 'UTC')::date, course_id, source_type, status, sum(counted),
           sum(counted * confidence_score), 0, 0, 0, 0
      FROM (SELECT created_at, course_id, source_type, status, confidence_score, -1 AS counted FROM old_rows UNION ALL
            SELECT created_at, course_id, source_type, status, confidence_score, 1 FROM new_rows) AS both_sides
     GROUP BY 2, 3, 4, 5 HAVING sum(counted) <> 0 OR sum(counted * confidence_score) <> 0;
    RETURN NULL;
    """,
)
NEW_KNOWLEDGE = trigger_function(
    "record_new_knowledge",
    f"""
    INSERT INTO {ENTRY}
    SELECT {WHO}, 'insert', 'knowledge_base_rag', n.id, n.course_id, NULL, {state_of("knowledge_base_rag", "n")} FROM new_rows n;
    RETURN NULL;
    """,
)
CHANGED_KNOWLEDGE = trigger_function("record_changed_knowledge", f"{_changes('knowledge_base_rag')} RETURN NULL;")

TRIGGERS = """
CREATE TRIGGER trg_learning_queue_made AFTER INSERT ON learning_queue
    FOR EACH ROW EXECUTE FUNCTION record_new_item();
CREATE TRIGGER trg_learning_queue_changed AFTER UPDATE ON learning_queue
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION record_changed_items();
CREATE TRIGGER trg_knowledge_base_rag_made AFTER INSERT ON knowledge_base_rag
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION record_new_knowledge();
CREATE TRIGGER trg_knowledge_base_rag_changed AFTER UPDATE ON knowledge_base_rag
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION record_changed_knowledge()
"""
RECORD = [NEW_ITEM, CHANGED_ITEMS, NEW_KNOWLEDGE, CHANGED_KNOWLEDGE, TRIGGERS]
NO_RECORD = "; ".join(
    f"DROP FUNCTION {name}() CASCADE"
    for name in ("record_new_item", "record_changed_items", "record_new_knowledge", "record_changed_knowledge")
)
