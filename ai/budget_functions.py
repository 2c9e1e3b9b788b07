"""SQL of the budgets: asking for an answer's share before a model is asked, and settling it afterwards.

`budget_reserve` is part of the statement that claims a question, so the check costs no trip of its own. It locks the day's
counters in one order (course, everybody, learner), looks at all of them and only then takes its share: of many claims at one
instant exactly as many pass as the budget holds. It runs with the owner's eyes, because a learner may not read budgets.
"""

from accounts.functions import only_app

ESTIMATE = "0.02"  # US dollars held back for an answer until its cost is known, and what one of unknown price counts as

RESERVE = f"""
CREATE OR REPLACE FUNCTION budget_reserve(learner uuid, in_course uuid) RETURNS text LANGUAGE plpgsql VOLATILE SECURITY DEFINER
SET search_path = pg_catalog, public AS $body$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    budget record;
    used record;
    taken uuid[] := '{{}}';
BEGIN
    IF NOT EXISTS (SELECT 1 FROM ai_budgets) THEN RETURN ''; END IF;
    IF app_role() NOT IN ('admin', 'system') AND app_user_id() IS DISTINCT FROM learner THEN
        RAISE EXCEPTION 'a share is taken for oneself' USING ERRCODE = '42501';
    END IF;
    FOR budget IN
        SELECT DISTINCT ON (b.scope) b.scope, b.usd_per_day, b.answers_per_day FROM ai_budgets b
         WHERE b.scope <> 'course' OR (in_course IS NOT NULL AND (b.course_id = in_course OR b.course_id IS NULL))
         ORDER BY b.scope, b.course_id NULLS LAST
    LOOP
        INSERT INTO ai_budget_days (scope, user_id, course_id, day)
        VALUES (budget.scope, CASE WHEN budget.scope = 'learner' THEN learner END,
                CASE WHEN budget.scope = 'course' THEN in_course END, today) ON CONFLICT DO NOTHING;
        SELECT d.id, d.answers, d.spent + d.reserved AS dollars INTO used FROM ai_budget_days d
         WHERE d.scope = budget.scope AND d.day = today
           AND d.user_id IS NOT DISTINCT FROM CASE WHEN budget.scope = 'learner' THEN learner END
           AND d.course_id IS NOT DISTINCT FROM CASE WHEN budget.scope = 'course' THEN in_course END
           FOR UPDATE;
        IF used.answers >= budget.answers_per_day OR used.dollars + {ESTIMATE} > budget.usd_per_day THEN
            RETURN budget.scope;
        END IF;
        taken := taken || used.id;
    END LOOP;
    UPDATE ai_budget_days SET answers = answers + 1, reserved = reserved + {ESTIMATE} WHERE id = ANY (taken);
    RETURN today::text;
END $body$; {only_app("budget_reserve(uuid, uuid)")}
"""
SETTLE = f"""
CREATE OR REPLACE FUNCTION budget_settle(learner uuid, in_course uuid, on_day date, dollars numeric, was_used boolean)
RETURNS void LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public AS $body$
BEGIN
    IF app_role() <> 'system' THEN RAISE EXCEPTION 'a share is settled by the system' USING ERRCODE = '42501'; END IF;
    PERFORM d.id FROM ai_budget_days d
      WHERE d.day = on_day AND (d.user_id = learner OR d.course_id = in_course OR d.scope = 'everybody')
      ORDER BY d.scope FOR UPDATE;
    UPDATE ai_budget_days SET reserved = greatest(reserved - {ESTIMATE}, 0),
           spent = spent + CASE WHEN was_used THEN coalesce(dollars, {ESTIMATE}) ELSE 0 END,
           answers = greatest(answers - CASE WHEN was_used THEN 0 ELSE 1 END, 0)
     WHERE day = on_day AND (user_id = learner OR course_id = in_course OR scope = 'everybody');
END $body$; {only_app("budget_settle(uuid, uuid, date, numeric, boolean)")}
"""
BUDGETS = RESERVE + ";" + SETTLE
DROP_BUDGETS = "DROP FUNCTION budget_reserve(uuid, uuid); DROP FUNCTION budget_settle(uuid, uuid, date, numeric, boolean)"
