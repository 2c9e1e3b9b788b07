"""What the database itself holds of plans: their shape, their days, and whose calendar an address opens."""

from accounts.functions import definer

LONGEST = 731  # days to an exam: the two years of the longest courses (docs/decisions/0125)


def _unless(condition: str) -> str:
    """A jsonpath filter for what breaks `condition`, values of another type included: that is neither true nor false."""
    return f"? (!({condition}) || ({condition}) is unknown)"


DAY = (
    '@.day >= 1 && @.date.type() == "string" && @.topics.type() == "array" && @.topics.size() <= 3 && @.interval >= 1'
    ' && @.activities.type() == "array" && @.activities.size() >= 1 && @.hours_allocated >= 0 && @.ef >= 1.3 && @.ef <= 2.5'
    ' && @.completed.type() == "boolean"'
)
WEAKNESS = (
    '@.category.type() == "string" && @.examples.type() == "array" && @.syllabus_points.type() == "array"'
    ' && (@.severity == "low" || @.severity == "medium" || @.severity == "high")'
)
ACTION = (
    '@.id.type() == "string" && @.action.type() == "string" && @.target_weakness.type() == "string"'
    ' && @.due_date.type() == "string" && @.completed.type() == "boolean" && @.resources.type() == "array"'
)

# Shape, bounds and times of a study plan. Everything here is also said by the form, in better words.
PLAN_RULES = f"""
    IF TG_OP = 'INSERT' OR NEW.exam_date <> OLD.exam_date THEN
        IF NEW.exam_date <= (now() AT TIME ZONE NEW.time_zone)::date THEN
            RAISE EXCEPTION 'the exam is in the past' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.exam_date > (now() AT TIME ZONE NEW.time_zone)::date + {LONGEST} THEN
            RAISE EXCEPTION 'the exam is too far away' USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.status <> 'active' THEN
        RAISE EXCEPTION 'a plan that is closed stays as it is' USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.student_id, NEW.subject_id, NEW.created_at, NEW.started_on)
       IS DISTINCT FROM (OLD.student_id, OLD.subject_id, OLD.created_at, OLD.started_on) THEN
        RAISE EXCEPTION 'a plan keeps its learner and its subject' USING ERRCODE = 'check_violation';
    END IF;
    IF jsonb_typeof(NEW.schedule) <> 'array' OR jsonb_path_exists(NEW.schedule, '$[*] {_unless(DAY)}') THEN
        RAISE EXCEPTION 'a schedule is a list of days' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_array_elements(NEW.schedule) AS entry
               WHERE (entry->>'date')::date >= NEW.exam_date AND NOT (entry->>'completed')::boolean
                 AND (entry->>'date')::date >= NEW.planned_on) THEN
        RAISE EXCEPTION 'a day is after the exam' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT 1 FROM jsonb_array_elements(NEW.schedule) AS entry
               WHERE (entry->>'hours_allocated')::float > NEW.hours_per_day + 1e-9
                 AND (entry->>'date')::date > NEW.planned_on) THEN
        RAISE EXCEPTION 'a day has more hours than there are' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.easiness_factors IS NOT NULL AND (jsonb_typeof(NEW.easiness_factors) <> 'object'
       OR jsonb_path_exists(NEW.easiness_factors, '$.* {_unless("@ >= 1.3 && @ <= 2.5")}')) THEN
        RAISE EXCEPTION 'an easiness factor is 1.3 to 2.5' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

# Weaknesses by objective; actions with a day; progress by action.
IMPROVEMENT_RULES = f"""
    IF TG_OP = 'UPDATE' AND ((NEW.student_id, NEW.attempt_id, NEW.subject_id)
       IS DISTINCT FROM (OLD.student_id, OLD.attempt_id, OLD.subject_id)
       OR app_role() <> 'system' AND (NEW.weaknesses, NEW.shares) IS DISTINCT FROM (OLD.weaknesses, OLD.shares)) THEN
        RAISE EXCEPTION 'what an attempt showed is not its learner''s to change' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF jsonb_typeof(NEW.weaknesses) <> 'object'
       OR ARRAY(SELECT jsonb_object_keys(NEW.weaknesses) ORDER BY 1) <> ARRAY['AO1', 'AO2', 'AO3']
       OR jsonb_path_exists(NEW.weaknesses, 'strict $.* ? (@.type() != "array")')
       OR jsonb_path_exists(NEW.weaknesses, '$.*[*] {_unless(WEAKNESS)}') THEN
        RAISE EXCEPTION 'weaknesses stand under AO1, AO2 and AO3' USING ERRCODE = 'check_violation';
    END IF;
    IF jsonb_typeof(NEW.action_items) <> 'array' OR jsonb_path_exists(NEW.action_items, '$[*] {_unless(ACTION)}') THEN
        RAISE EXCEPTION 'an action has an id, words, a weakness and a day' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.progress IS NOT NULL AND jsonb_typeof(NEW.progress) <> 'object' THEN
        RAISE EXCEPTION 'progress is kept by action' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""

KEYS = """
ALTER TABLE study_plans ADD CONSTRAINT fk_student
    FOREIGN KEY (student_id) REFERENCES users (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE study_plans ADD CONSTRAINT fk_subject
    FOREIGN KEY (subject_id) REFERENCES subjects (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE improvement_plans ADD CONSTRAINT fk_student
    FOREIGN KEY (student_id) REFERENCES users (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE improvement_plans ADD CONSTRAINT fk_attempt
    FOREIGN KEY (attempt_id) REFERENCES attempts (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
"""
DROP_KEYS = """
ALTER TABLE improvement_plans DROP CONSTRAINT fk_attempt;
ALTER TABLE improvement_plans DROP CONSTRAINT fk_student;
ALTER TABLE study_plans DROP CONSTRAINT fk_subject;
ALTER TABLE study_plans DROP CONSTRAINT fk_student
"""

# A calendar program signs in with nothing but the address, so this looks through the policies, at one row.
CALENDAR_READER = definer(
    "calendar_reader(address_digest text)",
    "TABLE (reader_id uuid, reader_role text)",
    "WITH used AS (UPDATE calendar_feeds SET last_used_at = now() WHERE digest = address_digest "
    "AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')) "
    "SELECT u.id, u.role::text FROM calendar_feeds f JOIN users u ON u.id = f.user_id "
    "WHERE f.digest = address_digest AND u.is_active",
    volatility="VOLATILE",
)
DROP_CALENDAR_READER = "DROP FUNCTION calendar_reader(text)"
