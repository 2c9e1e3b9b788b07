"""SQL of lab struggle: the mark that a row is to be judged anew, and whose hand may write what."""

from accounts.functions import only_app

STRUGGLE = "ai_coach_lab_struggle_detection"


def _marking(name: str, lab: str) -> str:
    """A trigger function, with the owner's eyes: whatever code writes an event, its lab is judged. Many events are one mark, and
    a mark that stands is locked but not written again.
    """
    return f"""
    CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, public AS $body$
    BEGIN
        INSERT INTO {STRUGGLE} AS s (learner_id, course_id, lab_id, due_at)
        VALUES (NEW.learner_id, NEW.course_id, {lab}, now())
            ON CONFLICT (learner_id, course_id, lab_id) DO UPDATE SET due_at = now() WHERE s.due_at IS NULL;
        RETURN NULL;
    END $body$; {only_app(f"{name}()")}
    """


MARKING = ";\n".join([_marking("mark_lab_due", "NEW.lab_id"), _marking("mark_asked_lab_due", "NEW.context ->> 'place'")])
DROP_MARKING = "DROP FUNCTION mark_lab_due(); DROP FUNCTION mark_asked_lab_due()"
ASKED_IN_LAB = "NEW.context ->> 'kind' = 'lab' AND coalesce(NEW.context ->> 'straight', '') = ''"


def _trigger(table: str, function: str, events: str, condition: str = "") -> str:
    when = f"WHEN ({condition})" if condition else ""
    return f"CREATE TRIGGER {table}_due AFTER {events} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {function}()"


DUE = ";\n".join(
    [
        _trigger("lab_attempts", "mark_lab_due", "INSERT OR UPDATE"),
        _trigger("lab_work", "mark_lab_due", "INSERT OR UPDATE OF steps_done, open_seconds"),
        _trigger("ai_coach_queries", "mark_asked_lab_due", "INSERT", ASKED_IN_LAB),
    ]
)
DROP_DUE = "; ".join(f"DROP TRIGGER {table}_due ON {table}" for table in ("ai_coach_queries", "lab_work", "lab_attempts"))

STRUGGLE_HANDS = """
    IF app_role() = 'system' THEN RETURN NEW; END IF;
    IF (to_jsonb(OLD) - ARRAY['acknowledged', 'acknowledged_by_id', 'acknowledged_at', 'due_at'])
       IS DISTINCT FROM (to_jsonb(NEW) - ARRAY['acknowledged', 'acknowledged_by_id', 'acknowledged_at', 'due_at']) THEN
        RAISE EXCEPTION 'a struggle is found by the worker; people acknowledge it' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
"""
OFFER_HANDS = """
    IF (OLD.learner_id, OLD.course_id, OLD.lab_id, OLD.step, OLD.episode, OLD.offered_at)
       IS DISTINCT FROM (NEW.learner_id, NEW.course_id, NEW.lab_id, NEW.step, NEW.episode, NEW.offered_at)
       OR NEW.level < OLD.level THEN
        RAISE EXCEPTION 'an offer stays what it was' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
"""
