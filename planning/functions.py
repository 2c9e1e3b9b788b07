"""SQL of exams: which subjects a person may see, whose hand may write what, and how an attempt moves on."""

from accounts.functions import definer

VISIBLE_SUBJECTS = definer(
    "visible_subjects()",
    "uuid[]",
    """
    SELECT CASE
        WHEN app_role() IN ('admin', 'system') THEN (SELECT array_agg(id) FROM subjects)
        WHEN app_role() IN ('learner', 'trainer') THEN (SELECT array_agg(id) FROM subjects
            WHERE course_id IS NULL OR course_id = ANY (visible_courses()))
    END
    """,
)
# Who may read mark schemes before an answer is handed in, and who reviews marks.
RUN_SUBJECTS = definer(
    "run_subjects()",
    "uuid[]",
    """
    SELECT CASE
        WHEN app_role() IN ('admin', 'system') THEN (SELECT array_agg(id) FROM subjects)
        WHEN app_role() = 'trainer' THEN (SELECT array_agg(id) FROM subjects WHERE course_id = ANY (run_courses()))
    END
    """,
)
# What the acting person has handed in: from then on its scheme and model answer are theirs to read.
ANSWERED_VERSIONS = definer(
    "answered_versions()",
    "uuid[]",
    """
    SELECT array_agg(DISTINCT version_id) FROM attempted_questions
     WHERE app_role() IN ('learner', 'trainer') AND student_id = app_user_id() AND state <> 'open'
    """,
)
SEEING_SUBJECTS = ";\n".join([VISIBLE_SUBJECTS, RUN_SUBJECTS])
UNSEEING_SUBJECTS = "DROP FUNCTION run_subjects(); DROP FUNCTION visible_subjects()"
SEEING_SCHEMES = ANSWERED_VERSIONS
UNSEEING_SCHEMES = "DROP FUNCTION answered_versions()"

COURSE_KEPT = """
    IF NEW.course_id IS DISTINCT FROM OLD.course_id AND EXISTS (SELECT 1 FROM attempts WHERE subject_id = OLD.id) THEN
        RAISE EXCEPTION 'a subject that was practised keeps its course' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

# What was answered is marked as it was: its scheme neither grows nor shrinks.
SCHEME_KEPT = """
    IF EXISTS (SELECT 1 FROM attempted_questions WHERE version_id = CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id
                                                                         ELSE NEW.version_id END) THEN
        RAISE EXCEPTION 'a version that was answered keeps its scheme' USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
"""

ATTEMPT_OPENING = """
    SELECT s.course_id INTO NEW.course_id FROM subjects s WHERE s.id = NEW.subject_id;
    IF app_role() IN ('learner', 'trainer') AND
       (NEW.status <> 'in_progress' OR NEW.submitted_at IS NOT NULL OR NEW.marked_at IS NOT NULL) THEN
        RAISE EXCEPTION 'an attempt begins in progress' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
"""
ATTEMPT_HANDS = """
    IF app_role() IN ('learner', 'trainer') AND
       (NEW.student_id, NEW.subject_id, NEW.course_id, NEW.mode, NEW.started_at, NEW.deadline, NEW.submitted_at, NEW.marked_at)
       IS DISTINCT FROM
       (OLD.student_id, OLD.subject_id, OLD.course_id, OLD.mode, OLD.started_at, OLD.deadline, OLD.submitted_at, OLD.marked_at)
    THEN
        RAISE EXCEPTION 'an attempt keeps its rules' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.status <> OLD.status AND NEW.status = 'submitted' THEN
        NEW.submitted_at := least(now(), OLD.deadline);
    ELSIF NEW.status <> OLD.status AND NEW.status = 'marked' THEN
        IF EXISTS (SELECT 1 FROM attempted_questions WHERE attempt_id = NEW.id AND state <> 'marked') THEN
            RAISE EXCEPTION 'an attempt is marked once all its answers are' USING ERRCODE = 'check_violation';
        END IF;
        NEW.marked_at := now();
    END IF;
    RETURN NEW;
"""
# Locks are taken in one order everywhere: the answers first, then their attempt.
ATTEMPT_SUBMITTED = """
    UPDATE attempted_questions SET state = 'pending' WHERE attempt_id = NEW.id AND state = 'open';
    RETURN NULL;
"""

ANSWER_OPENING = """
    SELECT a.student_id, a.course_id, v.maximum_marks INTO NEW.student_id, NEW.course_id, NEW.maximum_marks
      FROM attempts a JOIN question_versions v ON v.id = NEW.version_id AND v.subject_id = a.subject_id
     WHERE a.id = NEW.attempt_id AND a.status = 'in_progress';
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a question joins an attempt of its subject that is in progress' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF app_role() IN ('learner', 'trainer') AND (NEW.state <> 'open' OR NEW.marks_awarded IS NOT NULL
       OR NEW.confidence_score IS NOT NULL OR NEW.needs_review OR NEW.reviewed_by IS NOT NULL) THEN
        RAISE EXCEPTION 'an answer begins without marks' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
"""
# The learner writes the answer while the attempt runs; the marker marks; who reviews signs. Nobody does the work of another.
ANSWER_HANDS = """
    IF (NEW.attempt_id, NEW.version_id, NEW.student_id, NEW.course_id, NEW.maximum_marks, NEW.position)
       IS DISTINCT FROM (OLD.attempt_id, OLD.version_id, OLD.student_id, OLD.course_id, OLD.maximum_marks, OLD.position) THEN
        RAISE EXCEPTION 'an answer keeps its question' USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.answer, NEW.chosen, NEW.revision) IS DISTINCT FROM (OLD.answer, OLD.chosen, OLD.revision) THEN
        IF app_role() <> 'system' AND OLD.student_id <> app_user_id() THEN
            RAISE EXCEPTION 'an answer is its learner''s alone' USING ERRCODE = 'insufficient_privilege';
        END IF;
        PERFORM 1 FROM attempts WHERE id = OLD.attempt_id AND status = 'in_progress'
            AND (deadline IS NULL OR deadline + interval '5 seconds' > clock_timestamp()) FOR SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'an answer that was handed in stays as it is' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF NEW.state = 'marked' AND OLD.state <> 'marked' THEN NEW.marked_at := now(); END IF;
    IF app_role() = 'system' THEN RETURN NEW; END IF;
    IF NEW.state <> OLD.state AND NOT (OLD.state = 'open' AND NEW.state = 'pending'
       AND EXISTS (SELECT 1 FROM attempts WHERE id = OLD.attempt_id AND status = 'submitted')) THEN
        RAISE EXCEPTION 'an answer is marked by the marker' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (NEW.marks_awarded, NEW.marking_feedback, NEW.confidence_score, NEW.needs_review, NEW.reviewed_by, NEW.reviewed_at)
       IS DISTINCT FROM
       (OLD.marks_awarded, OLD.marking_feedback, OLD.confidence_score, OLD.needs_review, OLD.reviewed_by, OLD.reviewed_at) THEN
        IF app_role() NOT IN ('trainer', 'admin') OR (OLD.student_id = app_user_id() AND app_role() <> 'admin') THEN
            RAISE EXCEPTION 'nobody marks themselves' USING ERRCODE = 'insufficient_privilege';
        END IF;
        IF OLD.state <> 'marked' OR NEW.reviewed_by IS DISTINCT FROM app_user_id() THEN
            RAISE EXCEPTION 'a review is of a marked answer, and signed' USING ERRCODE = 'insufficient_privilege';
        END IF;
    END IF;
    IF app_role() <> 'admin' AND (NEW.marked_at, NEW.claimed_at, NEW.deliveries, NEW.error)
       IS DISTINCT FROM (OLD.marked_at, OLD.claimed_at, OLD.deliveries, OLD.error) THEN
        RAISE EXCEPTION 'how far the marker is, the marker says' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
"""
# The attempt is locked before its other answers are looked at, so that of two markers who finish together one sees the other.
ANSWER_MARKED = """
    PERFORM 1 FROM attempts WHERE id = NEW.attempt_id FOR UPDATE;
    UPDATE attempts SET status = 'marked' WHERE id = NEW.attempt_id AND status = 'submitted'
       AND NOT EXISTS (SELECT 1 FROM attempted_questions WHERE attempt_id = NEW.attempt_id AND state <> 'marked');
    RETURN NULL;
"""

REVIEWER = """
ALTER TABLE attempted_questions ADD CONSTRAINT fk_attempted_questions_reviewed_by
    FOREIGN KEY (reviewed_by) REFERENCES users (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED
"""
DROP_REVIEWER = "ALTER TABLE attempted_questions DROP CONSTRAINT fk_attempted_questions_reviewed_by"
