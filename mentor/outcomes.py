"""What became of an answer of the mentor: SQL for those who compare versions of its prompt."""

from ai.variants.measuring import Reading

HELPFUL = 4  # of 5, and what is above it
OUTCOMES = Reading(
    f"""
    SELECT c.user_id AS learner_id, (c.status = 'failed' OR c.provider = 'extractive') AS failed,
           coalesce(c.escalated_to_trainer, false) AS escalated, c.student_rating >= {HELPFUL} AS helpful,
           c.student_rating AS rating, c.cost_usd AS cost, c.response_time_ms AS ms
      FROM ai_mentor_chats c
     WHERE c.prompt_variant_id = %(variant)s AND c.created_at >= %(since)s AND c.status IN ('answered', 'interrupted', 'failed')
       AND c.notes ? 'tries'
""",
    has_rating=True,
)
