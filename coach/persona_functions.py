"""SQL that decides what of a trainer's settings anybody else may see. Pages, the API and prompts all read through it."""

from accounts.functions import definer, only_app

# What the level of sharing lets through, of one row of settings. The only place where that is decided.
PERSONA_SHARED = f"""
CREATE OR REPLACE FUNCTION persona_shared(level text, coach_name text, trainer_name text, tone text, greeting text, picture text,
                                          linkedin text, info jsonb)
RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, public AS $body$
    SELECT jsonb_build_object('name', CASE WHEN coach_name <> '' THEN coach_name
                                           ELSE split_part(trainer_name, ' ', 1) || '''s AI Coach' END,
                              'tone', tone, 'greeting', greeting)
        || CASE WHEN level IN ('name_expertise', 'full') THEN
               jsonb_build_object('picture', picture, 'expertise', coalesce(info -> 'expertise', '[]'))
           ELSE '{{}}' END
        || CASE WHEN level = 'full' THEN jsonb_build_object(
               'headline', coalesce(info ->> 'headline', ''), 'about', coalesce(info ->> 'about', ''),
               'experience', coalesce(info -> 'experience', '[]'), 'education', coalesce(info -> 'education', '[]'),
               'languages', coalesce(info -> 'languages', '[]'), 'linkedin', coalesce(linkedin, ''))
           ELSE '{{}}' END
$body$; {only_app("persona_shared(text, text, text, text, text, text, text, jsonb)")}
"""
# Of the trainer who answers this learner in this course: their own, or the only one there is. Settings for the course go before
# those for all courses, also when they are switched off.
_SETTINGS = """
    SELECT p.* FROM ai_coach_trainer_personalization p
     WHERE p.trainer_id = (
        SELECT coalesce((SELECT e.trainer_id FROM enrolments e WHERE e.learner_id = learner AND e.course_id = course),
                        (SELECT (array_agg(t.trainer_id))[1] FROM course_trainers t WHERE t.course_id = course
                         HAVING count(*) = 1)))
       AND (p.course_id = course OR p.course_id IS NULL)
     ORDER BY p.course_id NULLS LAST LIMIT 1
"""
_MAY_KNOW = "(app_role() = 'system' OR (learner = app_user_id() AND course = ANY (visible_courses())))"
COACH_PERSONA = definer(
    "coach_persona(course uuid, learner uuid)",
    "jsonb",
    f"""
    SELECT persona_shared(s.share_level, s.coach_name, u.name, s.tone, s.greeting, s.picture_hash, s.linkedin_profile_url,
                          s.trainer_info)
      FROM ({_SETTINGS}) s JOIN users u ON u.id = s.trainer_id
     WHERE s.personalization_enabled AND u.is_active AND {_MAY_KNOW}
    """,
)
PERSONA_PICTURE = definer(
    "coach_persona_picture(course uuid, learner uuid)",
    "bytea",
    f"""
    SELECT s.picture FROM ({_SETTINGS}) s JOIN users u ON u.id = s.trainer_id
     WHERE s.personalization_enabled AND u.is_active AND s.share_level <> 'name_only' AND {_MAY_KNOW}
    """,
)
PERSONA = ";\n".join([PERSONA_SHARED, COACH_PERSONA, PERSONA_PICTURE])
DROP_PERSONA = (
    "DROP FUNCTION coach_persona_picture(uuid, uuid); DROP FUNCTION coach_persona(uuid, uuid); "
    "DROP FUNCTION persona_shared(text, text, text, text, text, text, text, jsonb)"
)
