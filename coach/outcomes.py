"""What became of an answer of the coach: SQL for those who compare versions of its prompt."""

from ai.variants.measuring import Reading

OUTCOMES = Reading("""
    SELECT r.learner_id, (r.state = 'failed' OR r.provider = 'extractive') AS failed,
           EXISTS (SELECT 1 FROM ai_coach_escalations e WHERE e.query_id = r.query_id) AS escalated,
           (SELECT f.rating = 'helpful' FROM ai_coach_feedback f
             WHERE f.response_id = r.id AND f.learner_id = r.learner_id) AS helpful,
           NULL::int AS rating, r.cost, (r.timings ->> 'total')::int AS ms
      FROM ai_coach_responses r
     WHERE r.prompt_variant_id = %(variant)s AND r.created_at >= %(since)s AND r.state <> 'streaming' AND r.notes ? 'tries'
""")
