"""The leg of the search that finds answers a trainer verified, as a part of the search's one statement.

An answer counts when it was given to the same question: near in meaning, to the question it was given to or to the answer itself,
with the shared words beside it. It also has to be nearer than every passage of the course. Then it comes first; otherwise it
does not come at all, because a wrong answer with a person's name on it is worse than none. Questions that both name numbers, and
no number in common ("step 2", "step 4"), are different questions however alike they sound. Who reads the rows asks besides
what the two questions are to each other in the words that matter (`differing`). The evidence for the figures stands in
docs/decisions/0043-verified-answers.md.
"""

SAME = 0.6  # how sure it must be that the question is the same one, with vectors
SAME_ALONE, AHEAD = 0.5, 0.1  # enough when it is nearer than anything in the course by this much: the course has no answer then
SAME_WORDS = 0.55  # and with words alone
NEARNESS, WORDS = 0.8, 0.2  # what the meaning and the words count
CERTAIN = 0.75  # below it a reader is told that the answer was given to a similar question
ALIKE_AT_MOST = 0.74  # how sure it is of a question that is perhaps another one: below CERTAIN
AT_MOST = 2  # verified answers to one question
LOOKED_AT = 8  # by each vector
READ = 20_000  # characters of an answer that leave the database: as long as a reply; a megabyte is kept, and never sent around

OTHER_NUMBERS = """
    EXISTS (SELECT FROM singles WHERE term ~ '^[0-9]+$')
    AND EXISTS (SELECT FROM unnest(k.question_words) AS w WHERE w ~ '^[0-9]+$')
    AND NOT k.question_words && ARRAY(SELECT term FROM singles WHERE term ~ '^[0-9]+$')
"""
# The share of the asked words in the stored question, rare ones counting more, and of its words in the asked one: their
# harmonic mean. A word that the course does not know is as rare as can be.
OVERLAP = f"""
    SELECT k.id, coalesce(sum(o.idf) / nullif(w.idf, 0), 0) AS cover,
           count(o.term)::float / nullif(cardinality(k.question_words), 0) AS share
      FROM knowledge_base_rag k CROSS JOIN whole w LEFT JOIN LATERAL (
        SELECT s.term, coalesce((SELECT m.idf FROM matched m WHERE m.term = s.term), ln(1 + (l.chunk_count + 0.5) / 0.5)) AS idf
          FROM singles s CROSS JOIN live l WHERE s.term = ANY (k.question_words)) AS o ON true
     WHERE {{rows}} AND NOT ({OTHER_NUMBERS}) GROUP BY k.id, w.idf, k.question_words
"""
HARMONIC = "coalesce(2 * o.cover * o.share / nullif(o.cover + o.share, 0), 0)"
NEAR = """SELECT id FROM (SELECT id FROM knowledge_base_rag
      WHERE course_id = %s AND is_live AND vector_dims({column}) = {{dimensions}}
        AND (%s::text IS NULL OR embedding_model = %s)
      ORDER BY {column}::vector({{dimensions}}) <=> (SELECT embedding FROM asked) LIMIT {most}) AS by_{column}"""
CLOSE = "1 - ({column}::vector({{dimensions}}) <=> (SELECT embedding FROM asked))"

VERIFIED = f"""known AS MATERIALIZED (
    {NEAR.format(column="question_embedding", most=LOOKED_AT)} UNION {NEAR.format(column="embedding", most=LOOKED_AT)}
), shared_words AS MATERIALIZED ({OVERLAP.format(rows="k.id IN (SELECT id FROM known)")}), judged AS MATERIALIZED (
    SELECT k.id, o.cover, {HARMONIC} AS words,
           {CLOSE.format(column="k.question_embedding")} AS asked_near,
           greatest({CLOSE.format(column="k.question_embedding")}, {CLOSE.format(column="k.embedding")}, 0) AS near
      FROM knowledge_base_rag k JOIN shared_words o ON o.id = k.id
), verified AS MATERIALIZED (
    SELECT id, cover, words, near, asked_near, {NEARNESS} * near + {WORDS} * words AS surety FROM judged
     WHERE near >= (SELECT coalesce(max(dense), 0) FROM found)
       AND {NEARNESS} * near + {WORDS} * words >= CASE WHEN near >= (SELECT coalesce(max(dense), 0) + {AHEAD} FROM found)
           THEN {SAME_ALONE} ELSE {SAME} END
     ORDER BY surety DESC, id LIMIT {AT_MOST}
)"""
WORDS_VERIFIED = f"""shared_words AS MATERIALIZED ({OVERLAP.format(rows="k.course_id = %s AND k.is_live")}),
verified AS MATERIALIZED (
    SELECT o.id, o.cover, {HARMONIC} AS words, NULL::float AS near, NULL::float AS asked_near, {HARMONIC} AS surety
      FROM shared_words o WHERE {HARMONIC} >= {SAME_WORDS} ORDER BY surety DESC, o.id LIMIT {AT_MOST}
)"""


def verified_rows() -> str:
    """The verified answers in the columns of the passages that the course gave, with the question each was given to."""
    return f"""
        SELECT k.id, k.course_id, coalesce(k.place ->> 'chapter_id', ''), k.place ->> 'lab_id', coalesce(k.place ->> 'title', ''),
               coalesce((k.place ->> 'day')::int, 0), coalesce(k.place -> 'heading_path', '[]'),
               coalesce(k.place ->> 'anchor', ''),
               left(k.content, {READ}) || CASE WHEN length(k.content) > {READ} THEN ' …' ELSE '' END,
               'knowledge', v.near, v.words, 1, 1, v.cover, v.surety, 0, 'knowledge', k.verified_by_name, k.verified_at,
               k.question, v.asked_near
          FROM verified v JOIN knowledge_base_rag k ON k.id = v.id"""
