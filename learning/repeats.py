"""How often the question of a verified answer is asked: in the weeks before it went live, and in the weeks after.

A question counts when it is near in meaning, before and after alike, so what the ruler takes for near by mistake stands on both
sides. Looking back reads a bounded number of questions, once for each verified answer; from then on each new question is
compared with its nearest verified answers as it gets its vector. Questions without a vector are not counted.
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
from django.db import connection

from learning.models import ConversationMemory
from learning.retrieval import literal
from learning.updates import short_step

NEAR = 0.65  # cosine of two questions; the queue shows items beside each other from there on, too
WINDOW = timedelta(weeks=8)  # that is looked at on each side
LOOKED_AT = 5_000  # questions at most, the latest ones
AT_ONCE = 20  # verified answers in one go
CANDIDATES = 5  # verified answers that one question may count for

# One at a time: a question that gets its vector while somebody looks back would be counted by both, or by neither.
TURNS = "SELECT pg_advisory_xact_lock(hashtextextended('correction_effects', 0))"
UNCOUNTED = """
SELECT f.id, f.course_id, f.live_at, k.question_embedding::text, vector_dims(k.question_embedding), k.embedding_model
  FROM correction_effects f
  JOIN knowledge_base_rag k ON k.entry_id = f.entry_id AND k.is_live AND k.question_embedding IS NOT NULL
 WHERE f.counted_from IS NULL AND f.live_at > now() - interval '8 weeks' ORDER BY f.live_at LIMIT %s
"""
LOOK_BACK = """
WITH seen AS MATERIALIZED (
    SELECT m.created_at, m.metadata ->> 'label' AS label, 1 - (m.embedding <=> %(vector)s::vector) AS nearness
      FROM (SELECT created_at, metadata, embedding FROM conversation_memory
             WHERE course_id = %(course)s AND created_at >= %(since)s AND created_at < %(until)s
               AND vector_dims(embedding) = %(dimensions)s AND embedding_model = %(model)s
             ORDER BY created_at DESC LIMIT %(most)s) AS m
), near AS (SELECT * FROM seen WHERE nearness >= %(near)s)
UPDATE correction_effects SET
    counted_from = greatest(%(since)s, CASE WHEN (SELECT count(*) FROM seen) = %(most)s
                                            THEN (SELECT min(created_at) FROM seen) ELSE %(since)s END),
    before_asked = (SELECT count(*) FROM near WHERE created_at < live_at),
    before_not_found = (SELECT count(*) FROM near WHERE created_at < live_at AND label = 'not_found'),
    after_asked = (SELECT count(*) FROM near WHERE created_at >= live_at),
    after_not_found = (SELECT count(*) FROM near WHERE created_at >= live_at AND label = 'not_found'),
    after_verified = (SELECT count(*) FROM near WHERE created_at >= live_at AND label = 'verified')
 WHERE id = %(id)s
"""
COUNT = """
WITH near AS (
    SELECT entry_id FROM (
        SELECT entry_id, 1 - (question_embedding::vector({dimensions}) <=> %(vector)s::vector({dimensions})) AS nearness
          FROM knowledge_base_rag WHERE course_id = %(course)s AND is_live AND vector_dims(question_embedding) = {dimensions}
         ORDER BY question_embedding::vector({dimensions}) <=> %(vector)s::vector({dimensions}) LIMIT {most}) AS nearest
     WHERE nearness >= %(near)s)
UPDATE correction_effects SET
    before_asked = before_asked + (%(at)s < live_at)::int,
    before_not_found = before_not_found + (%(at)s < live_at AND %(label)s = 'not_found')::int,
    after_asked = after_asked + (%(at)s >= live_at)::int,
    after_not_found = after_not_found + (%(at)s >= live_at AND %(label)s = 'not_found')::int,
    after_verified = after_verified + (%(at)s >= live_at AND %(label)s = 'verified')::int
 WHERE entry_id IN (SELECT entry_id FROM near) AND counted_from <= %(at)s AND %(at)s < live_at + make_interval(weeks => %(weeks)s)
"""


def look_back(limit: int = AT_ONCE) -> int:
    """Count what was asked around verified answers that are new; how many of them."""
    with short_step(), connection.cursor() as cursor:
        cursor.execute(UNCOUNTED, [limit])
        rows = cursor.fetchall()
    for row in rows:
        with short_step(), connection.cursor() as cursor:
            cursor.execute(TURNS)
            pk, course, live_at, vector, dimensions, model = row
            span = {"since": live_at - WINDOW, "until": live_at + WINDOW}
            found = {"id": pk, "course": course, "vector": vector, "dimensions": dimensions, "model": model, **span}
            cursor.execute(LOOK_BACK, {**found, "near": NEAR, "most": LOOKED_AT})
    return len(rows)


def count_asked(turns: Sequence[ConversationMemory], vectors: "np.ndarray") -> None:
    """Count new questions for the verified answers they are near to, in the transaction that saves their vectors."""
    with connection.cursor() as cursor:
        cursor.execute(TURNS)
        for turn, vector in zip(turns, vectors, strict=True):
            said = {"at": turn.created_at, "label": turn.metadata.get("label", "")}
            values = {"vector": literal(vector), "course": turn.course_id, "near": NEAR, **said}
            cursor.execute(COUNT.format(dimensions=len(vector), most=CANDIDATES), {**values, "weeks": WINDOW.days // 7})
