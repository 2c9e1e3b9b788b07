"""SQL of learning concepts: what moves a concept's progress, and what a concept may need before it.

Progress and time are reckoned by the database from evidence and minutes, so nothing else can say how far somebody is.
"""

from accounts.functions import definer

# Weights of what a concept consists of. A lab counts by its best try; one that is only ticked off, as if it were just passed.
CHAPTER, LAB, OBJECTIVE = 2, 3, 1
LAB_TICKED = "0.6"
QUESTION, QUESTIONS_MOST = 3, 15  # percentage points
SAID = "coalesce(sum(l.value), 0)"  # of the objectives that were said, each as far as it agrees with the course

# What evidence alone says, 0 to 100. It runs with the owner's eyes: a course that was closed takes no progress away.
RECKONED = definer(
    "concept_reckoned(concept uuid, course uuid, places jsonb, objectives jsonb)",
    "numeric",
    f"""
    WITH live AS (
        SELECT kind, place_id, source, value FROM learning_concept_evidence e
         WHERE e.concept_id = concept AND e.withdrawn_at IS NULL),
    parts AS (
        SELECT h.chapter_id AS place_id, {CHAPTER} AS weight FROM chapters h
         WHERE h.course_id = course AND h.removed_at IS NULL AND places ? h.chapter_id
        UNION ALL
        SELECT l.lab_id, {LAB} FROM labs l WHERE l.course_id = course AND l.removed_at IS NULL AND places ? l.lab_id),
    aims AS (SELECT DISTINCT 'objective:' || md5(aim) AS source FROM jsonb_array_elements_text(objectives) aim),
    sums AS (
        SELECT coalesce((SELECT sum(weight) FROM parts), 0) + {OBJECTIVE} * (SELECT count(*) FROM aims) AS whole,
               coalesce((SELECT sum(p.weight * (SELECT coalesce(max(least(l.value, 1)), 0) FROM live l
                   WHERE l.place_id = p.place_id AND l.kind IN ('chapter', 'lab'))) FROM parts p), 0)
               + {OBJECTIVE} * (SELECT {SAID} FROM aims a JOIN live l USING (source) WHERE l.kind = 'self_check') AS there,
               least({QUESTIONS_MOST}, {QUESTION} * (SELECT count(*) FROM live WHERE kind = 'question')) AS asked)
    SELECT least(100, round(CASE WHEN whole > 0 THEN 100.0 * there / whole ELSE 0 END + asked, 2)) FROM sums
    """,
)
# A correction by hand is a point on the way from nothing to everything; evidence since then moves on from that point.
PERCENTAGE = definer(
    "concept_percentage(concept uuid, course uuid, places jsonb, objectives jsonb)",
    "numeric",
    """
    SELECT round(CASE
        WHEN h.value IS NULL THEN r.now
        WHEN r.now >= h.base AND h.base >= 100 THEN h.value * 100
        WHEN r.now >= h.base THEN h.value * 100 + (r.now - h.base) / (100 - h.base) * (100 - h.value * 100)
        ELSE h.value * 100 * r.now / h.base END, 2)
      FROM (SELECT concept_reckoned(concept, course, places, objectives) AS now) r
      LEFT JOIN LATERAL (
        SELECT e.value, e.base FROM learning_concept_evidence e
         WHERE e.concept_id = concept AND e.kind = 'by_hand' AND e.withdrawn_at IS NULL
         ORDER BY e.noted_at DESC, e.id DESC LIMIT 1) h ON true
    """,
)
SIGNATURE = "(uuid, uuid, jsonb, jsonb)"
DROP_RECKONING = f"DROP FUNCTION concept_percentage{SIGNATURE}; DROP FUNCTION concept_reckoned{SIGNATURE}"

# What was read and tried before the concept was there, or before it had these places.
# One by one in the order of time, so that the record says what each of them moved.
GATHER = f"""
CREATE OR REPLACE FUNCTION gather_concept_evidence(c learning_concepts) RETURNS void LANGUAGE plpgsql AS $body$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT CASE WHEN l.id IS NULL THEN 'chapter' ELSE 'lab' END AS kind, p.place_id, 'place:' || p.place_id AS source,
               CASE WHEN l.id IS NULL THEN 1 ELSE {LAB_TICKED} END AS value, '{{}}'::jsonb AS detail, p.done_at AS noted_at
          FROM place_progress p LEFT JOIN labs l ON l.course_id = p.course_id AND l.lab_id = p.place_id
         WHERE p.learner_id = c.user_id AND p.course_id = c.course_id AND p.done_at IS NOT NULL AND c.place_ids ? p.place_id
        UNION ALL
        SELECT 'lab', a.lab_id, 'attempt:' || a.id, coalesce(a.score, CASE WHEN a.passed THEN 1 ELSE 0 END),
               jsonb_build_object('passed', a.passed), a.finished_at
          FROM lab_attempts a
         WHERE a.learner_id = c.user_id AND a.course_id = c.course_id AND a.finished_at IS NOT NULL AND c.place_ids ? a.lab_id
           AND coalesce(a.score, CASE WHEN a.passed THEN 1 ELSE 0 END) > 0
         ORDER BY noted_at
    LOOP
        INSERT INTO learning_concept_evidence (concept_id, user_id, course_id, kind, place_id, source, value, detail, noted_at)
        VALUES (c.id, c.user_id, c.course_id, found.kind, found.place_id, found.source, found.value, found.detail, found.noted_at)
        ON CONFLICT (concept_id, source) DO NOTHING;
    END LOOP;
END $body$
"""
DROP_GATHER = "DROP FUNCTION gather_concept_evidence(learning_concepts)"

# --- Bodies of triggers -----------------------------------------------------------------------------------------
# One learner's concepts change one after another: two requests beside each other cannot close a circle between them.
NO_CIRCLE = """
    IF jsonb_typeof(NEW.prerequisites) <> 'array' OR jsonb_typeof(NEW.learning_objectives) <> 'array'
       OR jsonb_typeof(NEW.place_ids) <> 'array' THEN
        RAISE EXCEPTION 'a concept lists what it needs, its objectives and its places' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.prerequisites = '[]' OR (TG_OP = 'UPDATE' AND NEW.prerequisites = OLD.prerequisites AND NEW.user_id = OLD.user_id) THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('learning_concepts:' || NEW.user_id, 0));
    IF EXISTS (SELECT 1 FROM jsonb_array_elements_text(NEW.prerequisites) need WHERE NOT EXISTS (
            SELECT 1 FROM learning_concepts c WHERE c.user_id = NEW.user_id AND c.id::text = need)) THEN
        RAISE EXCEPTION 'a concept needs only concepts of the same learner' USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF EXISTS (
        WITH RECURSIVE needed(id) AS (
            SELECT need::uuid FROM jsonb_array_elements_text(NEW.prerequisites) need
            UNION
            SELECT further::uuid FROM needed n JOIN learning_concepts c ON c.id = n.id,
                   LATERAL jsonb_array_elements_text(c.prerequisites) further)
        SELECT 1 FROM needed WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'concepts may not need each other in a circle' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'learning_concepts_no_circle';
    END IF;
    RETURN NEW;
"""
TRUE_FIGURES = """
    NEW.completion_percentage := concept_percentage(NEW.id, NEW.course_id, NEW.place_ids, NEW.learning_objectives);
    NEW.time_spent := round((SELECT count(*) FROM learning_concept_minutes m WHERE m.concept_id = NEW.id) / 60.0, 2);
    NEW.last_studied := greatest(
        (SELECT max(e.noted_at) FROM learning_concept_evidence e
          WHERE e.concept_id = NEW.id AND e.kind <> 'by_hand' AND e.withdrawn_at IS NULL),
        (SELECT max(m.minute) FROM learning_concept_minutes m WHERE m.concept_id = NEW.id));
    RETURN NEW;
"""
GATHERED = """
    PERFORM gather_concept_evidence(NEW);
    RETURN NULL;
"""
NEEDED_NO_MORE = """
    UPDATE learning_concepts SET prerequisites = prerequisites - OLD.id::text
     WHERE user_id = OLD.user_id AND prerequisites ? OLD.id::text;
    RETURN NULL;
"""
WEIGHED = """
    IF NEW.kind = 'by_hand' THEN
        SELECT concept_reckoned(c.id, c.course_id, c.place_ids, c.learning_objectives) INTO NEW.base
          FROM learning_concepts c WHERE c.id = NEW.concept_id;
    END IF;
    RETURN NEW;
"""
MOVES = """
    SELECT completion_percentage INTO was FROM learning_concepts WHERE id = NEW.concept_id;
    UPDATE learning_concepts SET updated_at = now() WHERE id = NEW.concept_id RETURNING completion_percentage INTO came_to;
    UPDATE learning_concept_evidence SET percentage = came_to, moved = came_to - was WHERE id = NEW.id;
    RETURN NULL;
"""
COUNTS = """
    UPDATE learning_concepts SET updated_at = now() WHERE id = NEW.concept_id;
    RETURN NULL;
"""
READ = f"""
    IF NEW.done_at IS NULL THEN
        UPDATE learning_concept_evidence SET withdrawn_at = now()
         WHERE user_id = NEW.learner_id AND course_id = NEW.course_id AND source = 'place:' || NEW.place_id
           AND withdrawn_at IS NULL;
        RETURN NULL;
    END IF;
    INSERT INTO learning_concept_evidence (concept_id, user_id, course_id, kind, place_id, source, value, detail, noted_at)
    SELECT c.id, c.user_id, c.course_id, CASE WHEN l.id IS NULL THEN 'chapter' ELSE 'lab' END, NEW.place_id,
           'place:' || NEW.place_id, CASE WHEN l.id IS NULL THEN 1 ELSE {LAB_TICKED} END, '{{}}', NEW.done_at
      FROM learning_concepts c LEFT JOIN labs l ON l.course_id = c.course_id AND l.lab_id = NEW.place_id
     WHERE c.user_id = NEW.learner_id AND c.course_id = NEW.course_id AND c.place_ids ? NEW.place_id
    ON CONFLICT (concept_id, source) DO UPDATE SET withdrawn_at = NULL, noted_at = excluded.noted_at
     WHERE learning_concept_evidence.withdrawn_at IS NOT NULL;
    RETURN NULL;
"""
TRIED = """
    IF NEW.finished_at IS NULL OR coalesce(NEW.score, CASE WHEN NEW.passed THEN 1 ELSE 0 END) <= 0 THEN
        RETURN NULL;
    END IF;
    INSERT INTO learning_concept_evidence (concept_id, user_id, course_id, kind, place_id, source, value, detail, noted_at)
    SELECT c.id, c.user_id, c.course_id, 'lab', NEW.lab_id, 'attempt:' || NEW.id,
           coalesce(NEW.score, CASE WHEN NEW.passed THEN 1 ELSE 0 END), jsonb_build_object('passed', NEW.passed), NEW.finished_at
      FROM learning_concepts c
     WHERE c.user_id = NEW.learner_id AND c.course_id = NEW.course_id AND c.place_ids ? NEW.lab_id
    ON CONFLICT (concept_id, source) DO UPDATE SET value = excluded.value, detail = excluded.detail;
    RETURN NULL;
"""
