"""The SQL that keeps the dashboard's figures: what a row adds to them, the triggers of the queue, and the fold.

What a row adds is written once, as a query over rows with a sign `n`. A trigger gives it the old row with -1 and the new one with
+1, a recount gives it all rows; so both can only come to the same figures.
"""

from accounts.functions import only_app
from learning.functions import trigger_function

CONFIDENCES = 10  # slots of a tenth each
TIMES = 48  # slots of time: eight for each power of ten, from a minute on (the last one begins after a year and a half)
FIRST_TIME = 60.0  # seconds
PER_DECADE = 8
FIRST_MONDAY = "2001-01-01"  # from which eight weeks are counted
EIGHT_WEEKS = 56  # days

NOTE = "INSERT INTO insight_notes (course_id, date, event, part, place_id, variant, slot, amount, n, is_weak)"
GROUPED = "GROUP BY 1, 2, 3, 4, 5, 6, 7, 10 HAVING sum(n) <> 0 OR sum(amount) <> 0"
TIME_SLOT = f"""
CREATE OR REPLACE FUNCTION time_slot(took interval) RETURNS int LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $body$
    SELECT least({TIMES - 1}, greatest(0, floor({PER_DECADE} *
           log(greatest(extract(epoch FROM took)::float, {FIRST_TIME}) / {FIRST_TIME}))))::int $body$
"""
ADD_COUNTS = """
CREATE OR REPLACE FUNCTION add_counts(a bigint[], b bigint[]) RETURNS bigint[] LANGUAGE sql IMMUTABLE
    SET search_path = pg_catalog AS $body$
    SELECT array_agg(coalesce(x, 0) + coalesce(y, 0) ORDER BY place) FROM unnest(a, b) WITH ORDINALITY AS t(x, y, place) $body$
"""


def day(moment: str) -> str:
    return f"({moment} AT TIME ZONE 'UTC')::date"


def note(event: str, source: str, *, date: str, part: str = "''", place: str = "''", variant: str = "''", slot: str = "NULL::int",
         amount: str = "0", weak: str = "false") -> str:  # fmt: skip
    """SELECT of the notes that `source` (FROM and WHERE, with `x.course_id` and `x.n`) makes."""
    return (
        f"SELECT x.course_id, {date} AS date, '{event}' AS event, {part} AS part, {place} AS place_id, {variant} AS variant,"
        f" {slot} AS slot, ({amount}) * x.n AS amount, x.n, {weak} AS is_weak FROM {source}"
    )


def noted(*notes: str) -> str:
    """The INSERT of these notes; what is given and taken in the same breath leaves none."""
    told = " UNION ALL ".join(notes)
    return (
        f"{NOTE} SELECT course_id, date, event, part, place_id, variant, slot, sum(amount), sum(n), is_weak FROM ({told}) AS told"
        f" {GROUPED}"
    )


# --- The queue -------------------------------------------------------------------------------------------------------
QUEUE_COLUMNS = "course_id, status, reviewed_at, applied_at, conversation_id"


def queue_notes(rows: str) -> list[str]:
    """`rows` has the columns of QUEUE_COLUMNS and `n`."""
    decided = f"{rows} AS x({QUEUE_COLUMNS}, n)"
    asked = f"{decided} JOIN conversation_memory m ON m.id = x.conversation_id"
    took = "x.applied_at - m.created_at"
    return [
        note("decided", f"{decided} WHERE x.status IN ('approved', 'applied')", date=day("x.reviewed_at"), part="'approved'"),
        note("decided", f"{decided} WHERE x.status = 'rejected'", date=day("x.reviewed_at"), part="'rejected'"),
        note("decided", f"{decided} WHERE x.status = 'applied'", date=day("x.applied_at"), part="'applied'"),
        note("live", f"{asked} WHERE x.status = 'applied'", date=day("x.applied_at"), slot=f"time_slot({took})"),
    ]


def both(columns: str, *, is_update: bool = True) -> str:
    """The old row with -1 and the new one with +1, for a trigger."""
    names = [name.strip() for name in columns.split(",")]
    rows = [("NEW", 1), ("OLD", -1)] if is_update else [("NEW", 1)]
    return "(VALUES " + ", ".join(f"({', '.join(f'{row}.{name}' for name in names)}, {n})" for row, n in rows) + ")"


EFFECT = """
    IF NEW.status = 'applied' AND NEW.entry_id IS NOT NULL AND NEW.question <> '' THEN
        INSERT INTO correction_effects (course_id, entry_id, live_at) VALUES (NEW.course_id, NEW.entry_id, NEW.applied_at)
            ON CONFLICT (entry_id) DO NOTHING;
    END IF;
"""
NEW_DECISION = noted(*queue_notes(both(QUEUE_COLUMNS, is_update=False)))  # for the trigger of a new item: record_functions
NOTE_DECISION = trigger_function(
    "note_learning_decision",
    f"""
    {noted(*queue_notes(both(QUEUE_COLUMNS)))};
    {EFFECT}
    RETURN NULL;
    """,
)
CHANGED = "(OLD.status, OLD.reviewed_at, OLD.applied_at) IS DISTINCT FROM (NEW.status, NEW.reviewed_at, NEW.applied_at)"
QUEUE_TRIGGERS = f"""
CREATE TRIGGER trg_learning_decision_changed AFTER UPDATE ON learning_queue
    FOR EACH ROW WHEN ({CHANGED}) EXECUTE FUNCTION note_learning_decision()
"""


# What came in is known from the days of the queue, which another fold keeps: so the queue's own insert pays nothing for it.
MADE_COLUMNS = "course_id, date, n"


def made_notes(rows: str) -> list[str]:
    """`rows` has MADE_COLUMNS; `n` is how many came in on the day."""
    return [note("decided", f"{rows} AS x({MADE_COLUMNS})", date="x.date", part="'made'")]


def made_rows(condition: str) -> str:
    return f"(SELECT course_id, date, count::int FROM daily_learning_metrics WHERE {condition})"


NOTE_MADE = trigger_function(
    "note_learning_day",
    f"""
    IF TG_OP = 'INSERT' THEN {noted(*made_notes("(VALUES (NEW.course_id, NEW.date, NEW.count::int))"))};
    ELSE {noted(*made_notes("(VALUES (NEW.course_id, NEW.date, (NEW.count - OLD.count)::int))"))}; END IF;
    RETURN NULL;
    """,
)
MADE_TRIGGERS = """
CREATE TRIGGER trg_learning_day_made AFTER INSERT ON daily_learning_metrics FOR EACH ROW EXECUTE FUNCTION note_learning_day();
CREATE TRIGGER trg_learning_day_changed AFTER UPDATE ON daily_learning_metrics
    FOR EACH ROW WHEN (OLD.count <> NEW.count) EXECUTE FUNCTION note_learning_day()
"""


def queue_rows(condition: str) -> str:
    return f"(SELECT {QUEUE_COLUMNS}, 1 FROM learning_queue WHERE {condition})"


# --- The fold --------------------------------------------------------------------------------------------------------
def _sum(condition: str, what: str = "n") -> str:
    return f"coalesce(sum({what}) FILTER (WHERE {condition}), 0)::bigint"


def _slots(event: str, size: int) -> str:
    return "ARRAY[" + ", ".join(_sum(f"event = '{event}' AND slot = {slot}") for slot in range(size)) + "]"


OF_COURSE = {
    "asked": _sum("event = 'asked'"),
    **{label: _sum(f"event = 'asked' AND part = '{label}'") for label in ("course_text", "verified", "ai_draft", "not_found")},
    "confidence_sum": _sum("event = 'asked'", "amount"),
    "confidences": _slots("asked", CONFIDENCES),
    "escalated": _sum("event = 'escalated'"),
    **{rating: _sum(f"event = 'rated' AND part = '{rating}'") for rating in ("helpful", "not_helpful")},
    "reply_times": _slots("replied", TIMES),
    "live_times": _slots("live", TIMES),
    **{state: _sum(f"event = 'decided' AND part = '{state}'") for state in ("made", "approved", "rejected", "applied")},
}
OF_PLACE = {
    "asked": _sum("event = 'asked'"),
    "not_found": _sum("event = 'asked' AND part = 'not_found'"),
    "unsure": _sum("event = 'asked' AND part <> 'not_found' AND is_weak"),
    "escalated": _sum("event = 'escalated'"),
    "gaps": _sum("(event = 'asked' AND is_weak) OR (event = 'escalated' AND NOT is_weak)"),
}
OF_VARIANT = {name: OF_COURSE[name] for name in ("asked", "escalated", "helpful", "not_helpful")}
ARRAYS = ("confidences", "reply_times", "live_times")


RATED = "span <> '8w' AND event IN ('asked', 'escalated', 'rated')"


def eight_weeks(day: str) -> str:
    """The first day of the eight weeks that a date is in."""
    return f"{day} - ({day} - DATE '{FIRST_MONDAY}') % {EIGHT_WEEKS}"


def _folded(table: str, figures: dict[str, str], *, by: str = "", rows: str = "true") -> str:
    keys = ", ".join(filter(None, ["course_id", "span", "date", by]))
    grouped = ", ".join(str(number + 1) for number in range(keys.count(",") + 1))
    selected = ", ".join(filter(None, ["course_id", "span", "first", by]))
    added = ", ".join(
        f"{name} = add_counts(f.{name}, excluded.{name})" if name in ARRAYS else f"{name} = f.{name} + excluded.{name}"
        for name in figures
    )
    return (
        f"INSERT INTO {table} AS f ({keys}, {', '.join(figures)}) SELECT {selected}, {', '.join(figures.values())} FROM spans"
        f" WHERE {rows} GROUP BY {grouped} ORDER BY {grouped} ON CONFLICT ({keys}) DO UPDATE SET {added}"
    )


FOLD = f"""
CREATE OR REPLACE FUNCTION fold_insights(most int) RETURNS int LANGUAGE sql VOLATILE
    SET search_path = pg_catalog, public AS $body$
WITH taken AS (
    DELETE FROM insight_notes WHERE id IN (
        SELECT id FROM insight_notes ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED) RETURNING *
), spans AS (
    SELECT t.course_id, t.event, t.part, t.place_id, t.variant, t.slot, t.amount, t.n, t.is_weak, s.span,
           CASE s.span WHEN 'day' THEN t.date WHEN 'week' THEN date_trunc('week', t.date)::date
                ELSE {eight_weeks("t.date")} END AS first
      FROM taken t CROSS JOIN (VALUES ('day'), ('week'), ('8w')) AS s(span)
     WHERE t.course_id IN (SELECT id FROM courses)  -- a course may be gone meanwhile
), of_course AS ({_folded("course_figures", OF_COURSE, rows="span <> '8w'")}
), of_place AS ({_folded("place_figures", OF_PLACE, by="place_id", rows="event IN ('asked', 'escalated')")}
), of_variant AS ({_folded("variant_figures", OF_VARIANT, by="variant", rows=RATED)}
)
SELECT count(*)::int FROM taken $body$
"""
LATE = 30  # seconds that a note may wait before a reader folds it; the worker comes every 15
WAITS = """EXISTS (SELECT 1 FROM (SELECT * FROM {table} ORDER BY id LIMIT 1) AS oldest
    WHERE {noted} < clock_timestamp() - interval '{late} seconds')"""
NOTES_WAIT = WAITS.format(table="insight_notes", noted="uuid_extract_timestamp(oldest.id)", late=LATE)
CHANGES_WAIT = WAITS.format(table="learning_metric_changes", noted="oldest.noted_at", late=LATE)
FOLD_LATE = f"""
CREATE OR REPLACE FUNCTION fold_late_figures(most int) RETURNS int LANGUAGE plpgsql VOLATILE SECURITY DEFINER
    SET search_path = pg_catalog, public AS $body$
DECLARE done int := 0;
BEGIN
    IF {NOTES_WAIT} THEN done := fold_insights(most); END IF;
    IF {CHANGES_WAIT} THEN done := done + fold_learning_metrics(most); END IF;
    RETURN done;
END $body$
"""
RIGHTS = ";\n".join(
    only_app(name)
    for name in ("fold_insights(int)", "fold_late_figures(int)", "time_slot(interval)", "add_counts(bigint[], bigint[])")
)
MAKE = [TIME_SLOT, ADD_COUNTS, NOTE_DECISION, QUEUE_TRIGGERS, NOTE_MADE, MADE_TRIGGERS, FOLD, FOLD_LATE, RIGHTS]
UNMAKE = (
    "DROP FUNCTION note_learning_day() CASCADE; DROP FUNCTION note_learning_decision() CASCADE; "
    "DROP FUNCTION fold_late_figures(int); DROP FUNCTION fold_insights(int); "
    "DROP FUNCTION add_counts(bigint[], bigint[]); DROP FUNCTION time_slot(interval)"
)
# Weeks that were folded before; nobody folds meanwhile.
PAST_PLACES = f"""
LOCK TABLE place_figures IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO place_figures (course_id, span, date, place_id, {", ".join(OF_PLACE)})
SELECT course_id, '8w', {eight_weeks("date")}, place_id, {", ".join(f"sum({name})" for name in OF_PLACE)}
  FROM place_figures WHERE span = 'week' GROUP BY 1, 2, 3, 4
"""
NO_PLACES = "DELETE FROM place_figures WHERE span = '8w'"
# What went live before there were these tables; a worker looks back for each.
PAST_EFFECTS = """
INSERT INTO correction_effects (course_id, entry_id, live_at)
SELECT k.course_id, k.entry_id, min(k.created_at) FROM knowledge_base_rag k WHERE k.question <> ''
 GROUP BY 1, 2 ON CONFLICT (entry_id) DO NOTHING
"""
