"""Rows of the learning loop in bulk, and the main statements of desk and loop, for measurements and for the tests of plans.

`%(course)s` and `%(other)s` are two courses, `%(many)s` a number of rows; the learners are those of the first course.
"""

MEMORIES = """
INSERT INTO conversation_memory (user_id, course_id, channel, source_id, transcript, summary, metadata, embedding_model,
       embedding_tries, created_at)
SELECT (ids.a)[1 + n %% cardinality(ids.a)], CASE WHEN n %% 4 = 0 THEN %(course)s::uuid ELSE %(other)s::uuid END, 'coach',
       uuidv7(), 'What?', '', '{}', '', 3, now() - n * interval '1 minute'
  FROM generate_series(1, %(many)s) n, (SELECT array_agg(learner_id) AS a FROM enrolments WHERE course_id = %(course)s) ids
"""
FEEDBACK = """
INSERT INTO conversation_feedback (conversation_id, learner_id, course_id, feedback_type, metadata, created_at)
SELECT id, user_id, course_id, 'thumbs_up', '{}', now() FROM conversation_memory
"""
ITEMS = """
INSERT INTO learning_queue (status, source_type, source_id, course_id, proposed_content, category, confidence_score, metadata,
       reason, question, original_answer, verified_by_name, embedding_model, embedding_tries, place, chunk_hash, near,
       held_reason, receipt, asked_count, created_at)
SELECT 'pending', 'manual', uuidv7(), CASE WHEN n %% 2 = 0 THEN %(course)s::uuid ELSE %(other)s::uuid END, 'x', '', 50, '{}',
       '', 'Why?', '', '', 'm', 3, '{}', '', '[]', '', '{}', 1, now() - n * interval '1 minute'
  FROM generate_series(1, %(many)s) n
"""
DAYS = """
INSERT INTO daily_learning_metrics (course_id, date, source_type, status, count, confidence_sum)
SELECT c, current_date - n, 'manual', 'pending', 1, 50
  FROM generate_series(1, 700) n, unnest(ARRAY[%(course)s, %(other)s]::uuid[]) c
"""
# The statements as the pages ask them, with the names of their values.
STATEMENTS = {
    "pending items of a course": "SELECT id, question FROM learning_queue WHERE course_id = %(course)s AND status = 'pending'"
    " ORDER BY created_at LIMIT 100",
    "a conversation's feedback": "SELECT * FROM conversation_feedback WHERE conversation_id = %(turn)s",
    "the desk's list": "SELECT * FROM ai_coach_escalations WHERE status = 'pending' ORDER BY created_at, id LIMIT 31",
    "the desk's list of one course": "SELECT * FROM ai_coach_escalations WHERE course_id = %(course)s AND status = 'pending'"
    " ORDER BY created_at, id LIMIT 31",
    "one question": "SELECT * FROM ai_coach_escalations WHERE id = %(escalation)s",
    "a dashboard's days": "SELECT * FROM daily_learning_metrics WHERE course_id = %(course)s ORDER BY date DESC LIMIT 400",
}
