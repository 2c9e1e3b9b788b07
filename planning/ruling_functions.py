"""SQL of rulings and disputes: every mark that a person settles leaves a row, whatever code settled it."""

# After a review of an answer: the ruling is kept, and a dispute about it is over.
RULED = """
    INSERT INTO mark_rulings (answer_id, version_id, question_id, student_id, course_id, maximum_marks, proposed_marks,
                              marks_before, ruled_marks, promised, origin, note, ruled_by_id)
    SELECT NEW.id, NEW.version_id, v.question_id, NEW.student_id, NEW.course_id, NEW.maximum_marks,
           coalesce((OLD.marking_feedback ->> 'proposed')::numeric, OLD.marks_awarded), OLD.marks_awarded, NEW.marks_awarded,
           coalesce((OLD.marking_feedback ->> 'promised')::integer, OLD.confidence_score),
           coalesce(NEW.marking_feedback -> 'ruling' ->> 'origin', 'review'),
           coalesce(NEW.marking_feedback -> 'ruling' ->> 'note', ''), NEW.reviewed_by
      FROM question_versions v WHERE v.id = NEW.version_id;
    UPDATE mark_disputes SET state = CASE WHEN NEW.marks_awarded = OLD.marks_awarded THEN 'upheld' ELSE 'changed' END,
           settled_at = now() WHERE answer_id = NEW.id AND state = 'open';
    RETURN NULL;
"""

# A dispute is about marks of one's own that are there; whose and where it is, the answer says.
DISPUTE_OPENING = """
    SELECT q.student_id, q.course_id, q.marks_awarded INTO NEW.student_id, NEW.course_id, NEW.marks_before
      FROM attempted_questions q WHERE q.id = NEW.answer_id AND q.state = 'marked';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a dispute is about marks that are there' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state <> 'open' OR NEW.settled_at IS NOT NULL THEN
        RAISE EXCEPTION 'a dispute begins open' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
DISPUTE_HANDS = """
    IF (NEW.answer_id, NEW.student_id, NEW.course_id, NEW.reason, NEW.marks_before, NEW.created_at)
       IS DISTINCT FROM (OLD.answer_id, OLD.student_id, OLD.course_id, OLD.reason, OLD.marks_before, OLD.created_at) THEN
        RAISE EXCEPTION 'a dispute stays as it was raised' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND app_role() NOT IN ('trainer', 'admin', 'system') THEN
        RAISE EXCEPTION 'who disputes does not settle' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
"""
# The learner notes that a ruling was seen; nothing else of it ever changes.
RULING_KEPT = """
    IF to_jsonb(NEW) - '{seen_at,ruled_by_id}'::text[]
       IS DISTINCT FROM to_jsonb(OLD) - '{seen_at,ruled_by_id}'::text[] THEN
        RAISE EXCEPTION 'a ruling stays as it was made' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.ruled_by_id IS DISTINCT FROM OLD.ruled_by_id AND app_role() NOT IN ('admin', 'system') THEN
        RAISE EXCEPTION 'a ruling stays signed' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
"""

REVIEWED = f"""
CREATE FUNCTION mark_ruled() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN {RULED} END $body$;
CREATE TRIGGER attempted_questions_ruled AFTER UPDATE ON attempted_questions FOR EACH ROW
    WHEN (OLD.state = 'marked' AND NEW.reviewed_by IS NOT NULL AND
          (NEW.reviewed_at, NEW.marks_awarded) IS DISTINCT FROM (OLD.reviewed_at, OLD.marks_awarded))
    EXECUTE FUNCTION mark_ruled()
"""
NOT_REVIEWED = "DROP TRIGGER attempted_questions_ruled ON attempted_questions; DROP FUNCTION mark_ruled()"
