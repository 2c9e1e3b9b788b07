"""The SQL function that finds a settled answer to the same question, whoever asked it.

It runs with the owner's eyes, because the answer is another learner's row, and gives nothing of that person: neither who asked
nor how they put it. An answer counts as settled while every one of these still holds: it is whole and found in the course,
nobody was unhappy with it or with what was taken from it, nobody went to a trainer with the question, the course's text, its
index and its verified answers are as they were, and no earlier turn of a conversation flowed into it. What a trainer verified is
looked up anew each time: it may be taken back.

The first answers are picked out before the doubts are looked for: copies are many, and comparing each with each is what costs.
"""

from accounts.functions import definer

SETTLED_ANSWER = definer(
    "settled_answer(course uuid, exact text, wording text)",
    "json",
    """
    WITH first AS MATERIALIZED (
        SELECT q.question_key, r.id, r.answer, r.evidence, r.confidence_score, r.raw_confidence, r.provider, r.model_used,
               r.finished_at
          FROM ai_coach_queries q JOIN ai_coach_responses r ON r.query_id = q.id JOIN courses c ON c.id = q.course_id
         WHERE q.course_id = course AND course = ANY ((SELECT visible_courses())::uuid[])
           AND (q.question_key = exact AND exact <> '' OR q.wording_key = wording AND wording <> '')
           AND q.status IN ('answered', 'resolved') AND q.intent = 'course_content'
           AND r.state = 'complete' AND r.label NOT IN ('not_found', 'verified')
           AND NOT r.reference_locations @> '[{"content_type": "knowledge"}]'
           AND NOT r.notes ?| array['switched', 'limited', 'unsupported', 'answered_before']
           AND r.confidence_score >= c.escalation_threshold
           AND r.content_version = c.content_version
           AND (r.provider = 'extractive' OR NOT EXISTS (
                SELECT FROM ai_coach_queries b WHERE b.conversation_id = q.conversation_id AND b.id < q.id))),
    doubted AS MATERIALIZED (
        SELECT s.question_key FROM ai_coach_queries s
          LEFT JOIN ai_coach_escalations e ON e.query_id = s.id
          LEFT JOIN ai_coach_responses a ON a.query_id = s.id LEFT JOIN ai_coach_feedback f ON f.response_id = a.id
         WHERE s.course_id = course AND s.question_key IN (SELECT question_key FROM first)
           AND (e.id IS NOT NULL OR f.rating = 'not_helpful'))
    SELECT json_build_object('answer', f.answer, 'evidence', f.evidence, 'confidence', f.confidence_score,
                             'raw', f.raw_confidence, 'provider', f.provider, 'model', f.model_used, 'at', f.finished_at)
      FROM first f
     WHERE NOT EXISTS (SELECT FROM doubted d WHERE d.question_key = f.question_key)
       AND NOT EXISTS (SELECT FROM knowledge_base_rag k
            WHERE k.course_id = course AND k.is_live AND k.verified_at > f.finished_at)
       AND NOT EXISTS (SELECT FROM ai_coach_content_updates u
            WHERE u.course_id = course AND u.status = 'completed' AND u.chunks_updated > 0 AND u.finished_at > f.finished_at)
     ORDER BY f.question_key = exact DESC, f.id DESC LIMIT 1
    """,
)
FORGET = "DROP FUNCTION IF EXISTS settled_answer(uuid, text, text)"
