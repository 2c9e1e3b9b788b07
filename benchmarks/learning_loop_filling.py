"""A course's first year in bulk: conversations, feedback, figures, the queue and the knowledge, more of each every month.

As the owner, without triggers, from generate_series; vector indexes and statistics come last. People differ: a few ask a lot. The
vectors lie in clusters, as those of questions do: many ask for nearly the same.
"""

import time
from typing import Any

import psycopg

from accounts.models import User
from courses.models import Course
from learning.functions import HNSW, vector_indexes

YEAR = {
    "conversation_memory": 360_000,
    "conversation_feedback": 3_600_000,
    "response_analytics": 3_600_000,
    "learning_queue": 1_800_000,
    "knowledge_base_rag": 36_000,
}
DIMENSIONS = 384
TOPICS = 500  # clusters of vectors
APART = 0.5  # of the noise about a cluster's middle, against the middle's own length

NOISE = f"(SELECT array_agg({{size}} * (random() - 0.5) + 0 * i * d) FROM generate_series(1, {DIMENSIONS}) AS d)::vector"
VECTOR = f"(SELECT t.v FROM topics t WHERE t.n = i % {TOPICS}) + {NOISE.format(size=APART)}"
WHEN = "now() - interval '1 year' * (1 - (i::float / {n}) ^ 0.7)"  # the year's end is busier than its beginning
LEARNER = "({ids})[1 + floor({people} * random() ^ 2)::int]"
TOPIC_ROWS = f"""CREATE TEMP TABLE topics AS
    SELECT i - 1 AS n, {NOISE.format(size=1)} AS v FROM generate_series(1, {TOPICS}) AS i;
    CREATE INDEX ON topics (n); ANALYZE topics"""
MEMORY = """INSERT INTO conversation_memory (user_id, course_id, channel, source_id, transcript, summary, metadata,
    embedding_model, embedding_tries, created_at)
    SELECT {learner}, {course}, 'coach', uuidv7(), 'What about ' || i || '? That.', 'What about ' || i || '?',
           jsonb_build_object('question', 'What about ' || i || '?', 'answer', 'That.'), '', 3, {when}
      FROM generate_series(1, {n}) AS i"""
NUMBERED = """CREATE TEMP TABLE numbered AS
    SELECT id, user_id, course_id, row_number() OVER (ORDER BY id) AS n FROM conversation_memory;
    CREATE INDEX ON numbered (n); ANALYZE numbered"""
FEEDBACK = """INSERT INTO conversation_feedback (conversation_id, learner_id, course_id, feedback_type, rating, metadata,
    created_at) SELECT m.id, m.user_id, m.course_id,
           CASE WHEN i % 100 < 70 THEN 'thumbs_up' WHEN i % 100 < 82 THEN 'thumbs_down' WHEN i % 100 < 97 THEN 'star_rating'
                ELSE 'emoji' END, CASE WHEN i % 100 >= 82 THEN i % 5 + 1 END, '{{}}', {when}
      FROM generate_series(1, {n}) AS i JOIN numbered m ON m.n = i % {memories} + 1"""
ANALYTICS = """INSERT INTO response_analytics (conversation_id, learner_id, course_id, response_text, response_type,
    user_engagement_score, led_to_conversion, response_time_ms, ab_test_variant, metrics, created_at)
    SELECT m.id, m.user_id, m.course_id, 'That.', (ARRAY['course_text', 'verified', 'ai_draft', 'not_found'])[i % 4 + 1],
           CASE WHEN i % 2 = 0 THEN i % 101 END, i % 7 = 0, 200 + i % 900, (ARRAY['a', 'b', NULL])[i % 3 + 1], '{{}}', {when}
      FROM generate_series(1, {n}) AS i JOIN numbered m ON m.n = i % {memories} + 1"""
QUEUE = """INSERT INTO learning_queue (status, source_type, source_id, course_id, proposed_content, category, confidence_score,
    metadata, reviewed_at, applied_at, knowledge_id, learner_id, reason, question, original_answer, verified_by_name, embedding,
    embedding_model, embedding_tries, place, chunk_hash, near, held_reason, receipt, asked_count, created_at)
    SELECT s.status, s.source, uuidv7(), {course}, 'Answer ' || i, s.source, 50 + i % 50, '{{}}',
           CASE WHEN s.status <> 'pending' THEN now() END, CASE WHEN s.status = 'applied' THEN now() END,
           CASE WHEN s.status = 'applied' THEN uuidv7() END, {learner}, CASE WHEN s.status = 'rejected' THEN 'no' ELSE '' END,
           'Question ' || i, '', '', CASE WHEN s.status = 'pending' THEN {vector} END, 'm', 3, '{{}}', '', '[]', '', '{{}}', 1,
           {when}
      FROM generate_series(1, {n}) AS i, LATERAL (
        SELECT CASE WHEN i % 20 = 0 THEN 'pending' WHEN i % 20 < 10 THEN 'rejected' ELSE 'applied' END AS status,
               CASE WHEN i % 10 < 7 THEN 'feedback' WHEN i % 10 < 8 THEN 'correction' WHEN i % 10 < 9 THEN 'transcript'
                    ELSE 'manual' END AS source) AS s"""
KNOWLEDGE = """INSERT INTO knowledge_base_rag (course_id, category, content, embedding, question_embedding, source, metadata,
    entry_id, version, question, question_words, embedding_model, verified_by_name, place, chunk_hash, created_at)
    SELECT {course}, 'correction', 'Answer ' || i, v.v, v.v, 'correction', '{{}}', uuidv7(), 1, 'Question ' || i, '{{}}', 'm',
           'Tess', '{{}}', '', {when}
      FROM generate_series(1, {n}) AS i, LATERAL (SELECT {vector} AS v) AS v"""
DAYS = """INSERT INTO daily_learning_metrics (date, course_id, source_type, status, count, confidence_sum)
    SELECT (created_at AT TIME ZONE 'UTC')::date, course_id, source_type, status, count(*), sum(confidence_score)
      FROM learning_queue GROUP BY 1, 2, 3, 4"""
STATEMENTS = {
    "conversation_memory": MEMORY, "conversation_feedback": FEEDBACK, "response_analytics": ANALYTICS,
    "learning_queue": QUEUE, "knowledge_base_rag": KNOWLEDGE,
}  # fmt: skip
FIRST = {"conversation_feedback": NUMBERED, "learning_queue": TOPIC_ROWS}


def fill(owner: "psycopg.Connection[Any]", share: float, course: Course, people: list[User]) -> None:
    """`share` of a year's rows for the course; `people` are its learners. Prints what it does and how long it took."""
    ids = "ARRAY[" + ", ".join(f"'{person.pk}'" for person in people) + "]::uuid[]"
    common = {
        "course": f"'{course.pk}'::uuid", "learner": LEARNER.format(ids=ids, people=len(people)), "vector": VECTOR,
        "memories": round(YEAR["conversation_memory"] * share),
    }  # fmt: skip
    for name in HNSW:
        owner.execute(f"DROP INDEX IF EXISTS {name}")
    for table, statement in STATEMENTS.items():
        count = round(YEAR[table] * share)
        if table in FIRST:
            owner.execute(FIRST[table])
        since = time.perf_counter()
        without_triggers(owner, table, statement.format(n=count, when=WHEN.format(n=count), **common))
        print(f"  filled {table:<24}{count:>9,} rows {time.perf_counter() - since:>6.0f} s", flush=True)
    owner.execute(DAYS)
    since = time.perf_counter()
    for statement in vector_indexes(DIMENSIONS):
        owner.execute(statement)
    owner.execute("VACUUM ANALYZE")
    print(f"  vector indexes and statistics {time.perf_counter() - since:>20.0f} s", flush=True)


def without_triggers(owner: "psycopg.Connection[Any]", table: str, statement: str) -> None:
    """As the owner, who writes no record of it and counts no day."""
    owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    owner.execute(statement)
    owner.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
