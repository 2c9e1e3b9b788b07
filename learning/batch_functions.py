"""What is approved becomes knowledge: the database's own batch, as sets of rows.

Bounded, idempotent and safe with several workers: a row that another has is passed over, an entry that another renews is waited
for. Each step is one statement for the whole batch; the record and the days are written by the triggers, a row for each item.
"""

from learning.lexical import FALLBACK, TERM_LIMIT, vector_of

MOST_WORDS = 64  # of a question, to compare it by words
AT_MOST = 1000  # items of one call

LANGUAGE_OF = f"""coalesce((SELECT t.cfgname::text FROM courses c JOIN pg_ts_config t ON t.cfgname = c.language
     AND pg_ts_config_is_visible(t.oid) WHERE c.id = q.course_id), '{FALLBACK}')"""
QUESTION_WORDS = vector_of(f"({LANGUAGE_OF})::regconfig", "left(q.question, 4000)")
# An item that renews knowledge, or is applied again, adds a version to its entry.
RENEWS = "(q.entry_id IS NOT NULL OR q.applied_at IS NOT NULL)"
ENTRY = "coalesce(q.entry_id, q.id)"

BATCH = f"""
CREATE OR REPLACE FUNCTION batch_process_learning(most int, chosen uuid[] DEFAULT NULL)
RETURNS SETOF uuid LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public AS $body$
DECLARE taken uuid[]; renewed uuid[];
BEGIN
    taken := ARRAY(SELECT q.id FROM learning_queue q
         WHERE q.status = 'approved' AND q.held_reason = '' AND (chosen IS NULL OR q.id = ANY (chosen))
         ORDER BY q.created_at LIMIT least(greatest(most, 0), {AT_MOST}) FOR UPDATE SKIP LOCKED);
    renewed := ARRAY(SELECT DISTINCT {ENTRY} FROM learning_queue q WHERE q.id = ANY (taken) AND {RENEWS} ORDER BY 1);
    PERFORM pg_advisory_xact_lock(hashtextextended(entry::text, 0)) FROM unnest(renewed) AS entry;
    UPDATE knowledge_base_rag SET is_live = false, retired_at = now(), updated_at = now()
     WHERE entry_id = ANY (renewed) AND is_live;
    WITH versions AS (
        SELECT q.id, {ENTRY} AS entry, row_number() OVER (PARTITION BY {ENTRY} ORDER BY q.created_at, q.id) AS version,
               row_number() OVER (PARTITION BY {ENTRY} ORDER BY q.created_at DESC, q.id DESC) = 1 AS is_last
          FROM learning_queue q WHERE q.id = ANY (taken)
    ), made AS (
        INSERT INTO knowledge_base_rag (course_id, category, content, embedding, source, metadata, entry_id, version, is_live,
               retired_at, item_id, question, question_embedding, question_words, embedding_model, verified_by_id,
               verified_by_name, verified_at, place, chunk_hash)
        SELECT q.course_id, left(q.category, 100), q.proposed_content, q.embedding, q.source_type, q.metadata, v.entry,
               v.version + coalesce((SELECT max(k.version) FROM knowledge_base_rag k WHERE k.entry_id = v.entry), 0), v.is_last,
               CASE WHEN NOT v.is_last THEN now() END, q.id, q.question, q.question_embedding,
               ARRAY(SELECT w FROM unnest(tsvector_to_array({QUESTION_WORDS})) AS w
                      WHERE length(w) <= {TERM_LIMIT} LIMIT {MOST_WORDS}),
               q.embedding_model, coalesce(q.verified_by_id, q.reviewed_by), q.verified_by_name, q.reviewed_at, q.place,
               q.chunk_hash
          FROM versions v JOIN learning_queue q ON q.id = v.id ORDER BY q.created_at, q.id
        RETURNING id, item_id, entry_id
    )
    UPDATE learning_queue q SET status = 'applied', applied_at = now(), knowledge_id = made.id, entry_id = made.entry_id
      FROM made WHERE q.id = made.item_id;
    UPDATE owner_corrections c SET applied_at = now()
      FROM learning_queue q WHERE q.id = ANY (taken) AND q.source_type = 'correction' AND c.id = q.source_id;
    RETURN QUERY SELECT unnest(taken);
END $body$
"""
