"""What questions, escalations, replies and ratings add to the dashboard's figures, and the triggers that note it.

A question counts once it is remembered, some seconds after its answer. Figures of a question stand at the day it was asked;
those of a reply at the day of the reply. Words between a learner and a trainer in which the coach has no part (`straight` in the
context of their turn) are no question to the coach that went to a trainer, and what a trainer wrote first is no reply.
"""

from learning.functions import trigger_function
from learning.insight_functions import CONFIDENCES, both, day, made_notes, made_rows, note, noted, queue_notes, queue_rows

TURN_COLUMNS = "source_id, course_id, created_at"
ESCALATION_COLUMNS = "query_id, course_id"
REPLY_COLUMNS = "course_id, created_at, first_replied_at, query_id"
RATING_COLUMNS = "response_id, course_id, rating"

TURN = """JOIN ai_coach_queries q ON q.id = {query} {join} JOIN ai_coach_responses r ON r.query_id = q.id
    JOIN courses c ON c.id = x.course_id"""
WEAK = "coalesce(r.label = 'not_found' OR r.confidence_score < c.escalation_threshold, false)"
FIRST_CITED = "coalesce(r.reference_locations #>> '{0,lab_id}', r.reference_locations #>> '{0,chapter_id}', '')"
PLACE = f"left(coalesce(nullif(q.context ->> 'place', ''), {FIRST_CITED}), 200)"
VARIANT = "coalesce(r.prompt_version, '')"
SURE = "coalesce(r.confidence_score, 0)"
CONFIDENCE_SLOT = f"least({CONFIDENCES - 1}, floor({SURE} * {CONFIDENCES}))::int"


PAST_THE_COACH = "coalesce(q.context ? 'straight', false)"
BY_THE_TRAINER = "coalesce(q.context ->> 'straight' = 'trainer', false)"


def turn_notes(rows: str) -> list[str]:
    source = f"{rows} AS x({TURN_COLUMNS}, n) {TURN.format(query='x.source_id', join='')}"
    sure = {"slot": CONFIDENCE_SLOT, "amount": f"round({SURE} * 1000)::bigint"}
    return [note("asked", source, date=day("q.created_at"), part="r.label", place=PLACE, variant=VARIANT, weak=WEAK, **sure)]


def escalation_notes(rows: str, only: str = f"NOT {PAST_THE_COACH}") -> list[str]:
    source = f"{rows} AS x({ESCALATION_COLUMNS}, n) {TURN.format(query='x.query_id', join='LEFT')} WHERE {only}"
    return [note("escalated", source, date=day("q.created_at"), place=PLACE, variant=VARIANT, weak=WEAK)]


def reply_notes(rows: str, only: str = f"NOT {BY_THE_TRAINER}") -> list[str]:
    query = "JOIN ai_coach_queries q ON q.id = x.query_id"
    source = f"{rows} AS x({REPLY_COLUMNS}, n) {query} WHERE x.first_replied_at IS NOT NULL AND {only}"
    return [note("replied", source, date=day("x.first_replied_at"), slot="time_slot(x.first_replied_at - x.created_at)")]


def rating_notes(rows: str) -> list[str]:
    source = (
        f"{rows} AS x({RATING_COLUMNS}, n) JOIN ai_coach_responses r ON r.id = x.response_id"
        " JOIN ai_coach_queries q ON q.id = r.query_id"
    )
    return [note("rated", source, date=day("q.created_at"), part="x.rating", variant=VARIANT)]


def _rows(columns: str, table: str, condition: str, sign: int = 1) -> str:
    return f"(SELECT {columns}, {sign} FROM {table} WHERE {condition})"


def all_notes(condition: str = "true") -> str:
    """The notes of every row that fits the condition on `course_id`, for a recount. What the queue adds is among them."""
    return noted(
        *turn_notes(_rows(TURN_COLUMNS, "conversation_memory", f"channel = 'coach' AND {condition}")),
        *escalation_notes(_rows(ESCALATION_COLUMNS, "ai_coach_escalations", condition)),
        *reply_notes(_rows(REPLY_COLUMNS, "ai_coach_escalations", condition)),
        *rating_notes(_rows(RATING_COLUMNS, "ai_coach_feedback", condition)),
        *queue_notes(queue_rows(condition)),
        *made_notes(made_rows(condition)),
    )


OLD_RATING = "(VALUES (OLD.response_id, OLD.course_id, OLD.rating, -1))"
FIRST_REPLY = """
CREATE OR REPLACE FUNCTION keep_first_reply() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $body$
BEGIN
    IF app_role() = 'system' AND NEW.first_replied_at <> OLD.first_replied_at THEN RETURN NEW; END IF;  -- the demo's past
    NEW.first_replied_at := CASE WHEN NEW.reply <> '' THEN coalesce(OLD.first_replied_at, NEW.replied_at)
                                 WHEN NEW.earlier_replies = '[]' THEN NULL ELSE OLD.first_replied_at END;
    RETURN NEW;
END $body$
"""
FUNCTIONS = [
    trigger_function("note_turn", f"{noted(*turn_notes(both(TURN_COLUMNS, is_update=False)))}; RETURN NULL;"),
    trigger_function("note_escalation", f"{noted(*escalation_notes(both(ESCALATION_COLUMNS, is_update=False)))}; RETURN NULL;"),
    trigger_function("note_reply", f"{noted(*reply_notes(both(REPLY_COLUMNS)))}; RETURN NULL;"),
    trigger_function(
        "note_rating",
        f"""IF TG_OP = 'INSERT' THEN {noted(*rating_notes(both(RATING_COLUMNS, is_update=False)))};
            ELSIF TG_OP = 'UPDATE' THEN {noted(*rating_notes(both(RATING_COLUMNS)))};
            ELSE {noted(*rating_notes(OLD_RATING))}; END IF; RETURN NULL;""",
    ),
    FIRST_REPLY,
]
TRIGGERS = """
CREATE TRIGGER trg_insight_turn AFTER INSERT ON conversation_memory
    FOR EACH ROW WHEN (NEW.channel = 'coach') EXECUTE FUNCTION note_turn();
CREATE TRIGGER trg_insight_escalation AFTER INSERT ON ai_coach_escalations FOR EACH ROW EXECUTE FUNCTION note_escalation();
CREATE TRIGGER trg_first_reply BEFORE UPDATE ON ai_coach_escalations FOR EACH ROW
    WHEN (OLD.reply IS DISTINCT FROM NEW.reply OR OLD.first_replied_at IS DISTINCT FROM NEW.first_replied_at)
    EXECUTE FUNCTION keep_first_reply();
CREATE TRIGGER trg_insight_reply AFTER UPDATE ON ai_coach_escalations FOR EACH ROW
    WHEN ((OLD.first_replied_at, OLD.created_at) IS DISTINCT FROM (NEW.first_replied_at, NEW.created_at))
    EXECUTE FUNCTION note_reply();
CREATE TRIGGER trg_insight_rating AFTER INSERT OR DELETE ON ai_coach_feedback FOR EACH ROW EXECUTE FUNCTION note_rating();
CREATE TRIGGER trg_insight_rating_changed AFTER UPDATE ON ai_coach_feedback FOR EACH ROW
    WHEN (OLD.rating IS DISTINCT FROM NEW.rating) EXECUTE FUNCTION note_rating()
"""
# A reply that was sent before there was such a column; the oldest of several stands among the earlier ones.
FIRST_REPLIES = """
UPDATE ai_coach_escalations SET first_replied_at = coalesce((earlier_replies #>> '{0,at}')::timestamptz, replied_at)
 WHERE first_replied_at IS NULL AND (reply <> '' OR earlier_replies <> '[]')
"""
PAST = all_notes()
# What was counted before words past the coach were told from questions to it.
PAST_WORDS = noted(
    *escalation_notes(_rows(ESCALATION_COLUMNS, "ai_coach_escalations", "true", -1), PAST_THE_COACH),
    *reply_notes(_rows(REPLY_COLUMNS, "ai_coach_escalations", "true", -1), BY_THE_TRAINER),
)
NOTE_ESCALATION, NOTE_REPLY = FUNCTIONS[1:3]
MAKE = [*FUNCTIONS, TRIGGERS]
UNMAKE = (
    "; ".join(f"DROP FUNCTION {name}() CASCADE" for name in ("note_turn", "note_escalation", "note_reply", "note_rating"))
    + "; DROP FUNCTION keep_first_reply() CASCADE"
)
