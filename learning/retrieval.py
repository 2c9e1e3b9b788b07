"""Finds the passages of a course that answer a question: BM25 over words and an exact scan over vectors, fused, in one trip.

`statement` gives one SQL statement and its values for whoever holds the door open; `read` makes passages of its rows; `search`
does both on the current connection. The pointer to the live generation is read inside the statement, so a reader never
sees half an index. Answers that a trainer verified are searched in the same statement: one to the same question comes first, an
unrelated one never comes at all. Refuses to see more than the person at the door may: row-level security decides, and the
explicit course keeps it quick. Without a vector the words alone are searched.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection
from django.utils.translation import gettext as _

from learning.differing import Likeness, likeness
from learning.fusion import CANDIDATES, fused
from learning.lexical import PAIR_GAP, TERM_LIMIT, vector_of
from learning.verified import ALIKE_AT_MOST, VERIFIED, WORDS_VERIFIED, verified_rows

QUESTION_LIMIT = 4000  # characters that are searched for; what comes after them adds nothing but time
WORD_LIMIT = 64  # different words of a question, the first ones
PLACE_LIMIT = 3  # passages of one page that come before those of other pages

LIVE = """
live AS MATERIALIZED (
    SELECT c.index_generation AS generation, i.language, i.chunk_count
      FROM courses c LEFT JOIN ai_coach_lexical_indexes i ON i.course_id = c.id AND i.generation = c.index_generation
     WHERE c.id = %s
)"""

LEXICAL = f"""
words AS MATERIALIZED (
    SELECT w.lexeme, p.place, lead(w.lexeme) OVER following AS next, lead(p.place) OVER following AS next_place
      FROM live CROSS JOIN LATERAL unnest({vector_of("live.language::regconfig", "%s")}) AS w
     CROSS JOIN LATERAL unnest(w.positions) AS p (place)
     WHERE length(w.lexeme) <= {TERM_LIMIT}
    WINDOW following AS (ORDER BY p.place)
), singles AS MATERIALIZED (
    SELECT lexeme AS term FROM words GROUP BY 1 ORDER BY min(place) LIMIT {WORD_LIMIT}
), pairs AS (
    SELECT lexeme || ' ' || next AS term FROM words
     WHERE next_place - place BETWEEN 1 AND {PAIR_GAP} GROUP BY 1 ORDER BY min(place) LIMIT {WORD_LIMIT}
), matched AS MATERIALIZED (
    SELECT term, CASE WHEN strpos(term, ' ') = 0 THEN idf END AS idf, chunk_ids, impacts FROM ai_coach_lexical_impacts
     WHERE course_id = %s AND generation = (SELECT generation FROM live)
       AND term = ANY (ARRAY(SELECT term FROM singles UNION ALL SELECT term FROM pairs))
), scored AS MATERIALIZED (
    SELECT p.chunk_id, sum(p.impact) AS score, sum(m.idf) AS idf
      FROM matched m CROSS JOIN LATERAL unnest(m.chunk_ids, m.impacts) AS p (chunk_id, impact) GROUP BY 1
), whole AS MATERIALIZED (
    SELECT (SELECT max(score) FROM scored) AS score,
           sum(coalesce((SELECT m.idf FROM matched m WHERE m.term = s.term), ln(1 + (l.chunk_count + 0.5::float) / 0.5))) AS idf
      FROM singles s CROSS JOIN live l
), lexical_top AS MATERIALIZED (
    SELECT chunk_id, score, idf, row_number() OVER (ORDER BY score DESC, chunk_id) AS rank
      FROM (SELECT * FROM scored ORDER BY score DESC, chunk_id LIMIT %s) AS best
)"""

DENSE = """
asked AS MATERIALIZED (
    SELECT %s::vector AS embedding
), nearest AS MATERIALIZED (
    SELECT id AS chunk_id, {distance} AS distance FROM ai_coach_content_chunks
     WHERE course_id = %s AND generation = (SELECT generation FROM live) AND vector_dims(embedding) = {dimensions}
       AND (%s::text IS NULL OR embedding_model = %s)
     ORDER BY {distance} LIMIT %s
)"""
DISTANCE = "(embedding::vector({dimensions}) <=> (SELECT embedding FROM asked))"

WORD_CANDIDATES = """
SELECT chunk_id, score, idf, rank AS rank_lexical, NULL::bigint AS rank_dense, NULL::float AS distance FROM lexical_top
"""
# What the words add to passages that the vectors found and the lexical list did not hold.
ALL_CANDIDATES = f"""{WORD_CANDIDATES}
UNION ALL SELECT chunk_id, NULL, NULL, NULL, row_number() OVER (ORDER BY distance, chunk_id), distance FROM nearest
UNION ALL SELECT chunk_id, score, idf, NULL, NULL, NULL FROM scored WHERE chunk_id IN (SELECT chunk_id FROM nearest)
"""
SIMILARITY = """1 - coalesce(n.distance, CASE
    WHEN vector_dims(k.embedding) = {dimensions} AND (%s::text IS NULL OR k.embedding_model = %s)
    THEN k.embedding::vector({dimensions}) <=> (SELECT embedding FROM asked) END)"""

TOP = f"""
candidates AS MATERIALIZED (
    SELECT chunk_id, max(score) AS score, max(idf) AS idf, min(rank_lexical) AS rank_lexical,
           min(rank_dense) AS rank_dense, min(distance) AS distance
      FROM ({{candidates}}) AS each_leg GROUP BY chunk_id
), found AS MATERIALIZED (
    SELECT k.id, k.course_id, k.chapter_id, k.lab_id, k.title, k.day, k.heading_path, k.anchor, k.content, k.content_type,
           {{similarity}} AS dense, n.score / nullif(w.score, 0) AS lexical, n.rank_dense, n.rank_lexical,
           coalesce(n.idf / nullif(w.idf, 0), 0) AS coverage
      FROM candidates n CROSS JOIN whole w JOIN ai_coach_content_chunks k ON k.id = n.chunk_id
     WHERE k.course_id = %s AND CASE WHEN k.lab_id IS NULL
        THEN k.chapter_id <> ALL (ARRAY(SELECT chapter_id FROM chapters WHERE course_id = %s AND removed_at IS NOT NULL))
        ELSE k.lab_id <> ALL (ARRAY(SELECT lab_id FROM labs WHERE course_id = %s AND removed_at IS NOT NULL)) END
), fused AS (
    SELECT *, {fused(dense="dense", lexical="lexical")} AS score FROM found
), ordered AS (
    SELECT *, row_number() OVER (PARTITION BY chapter_id, lab_id ORDER BY score DESC, id) AS place_rank FROM fused
){{verified}}
SELECT id, course_id, chapter_id, lab_id, title, day, heading_path, anchor, content, content_type,
       score, dense, lexical, rank_dense, rank_lexical, coverage, kind, verified_by, verified_at,
       (SELECT coalesce(chunk_count, 0) FROM live) AS among, given_to, given_near
  FROM (SELECT *, 'course' AS kind, '' AS verified_by, NULL::timestamptz AS verified_at, '' AS given_to,
               NULL::float AS given_near FROM ordered
        {{verified_rows}}) AS everything
 ORDER BY kind = 'course', place_rank > {PLACE_LIMIT}, score DESC, id LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of the course that the person at the door may read. `lab_id` is set for a lab's text.

    `score` 0 to 1 is the fused one; `dense` a cosine similarity, None without a vector; `lexical` the BM25 score as a share of
    the best, None when no word of the question is in it; ranks start at 1, None beyond the candidates. `coverage` 0 to 1:
    how much of the question's words, weighed by how rare they are in the course, stands in the passage. `kind` is `knowledge`
    for an answer that a trainer verified; then `chunk_id` is its version's, `score` how surely it answers this very question,
    and the place is that of the passage it corrects, if any. `among` is how many passages the course has, 0 when nobody counted.
    """

    chunk_id: UUID
    course_id: UUID
    chapter_id: str
    lab_id: str | None
    title: str
    day: int
    heading_path: tuple[str, ...]
    anchor: str
    content: str
    content_type: str
    score: float
    dense: float | None
    lexical: float | None
    rank_dense: int | None
    rank_lexical: int | None
    coverage: float = 0.0
    kind: str = "course"
    verified_by: str = ""
    verified_at: datetime | None = None
    among: int = 0


COLUMNS = len(fields(Passage))  # of a row of the statement; behind them stands what a verified answer was given to


def search(
    *, course_id: UUID, question: str, embedding: "np.ndarray | None", limit: int = 8, model: str | None = None
) -> list[Passage]:
    """The best passages of the course's live index, the best first; `embedding` has length 1, or is None without a model.

    With `model`, the name of the embedder that made the vector, it is compared with vectors of that model only; vectors of
    another dimension are passed by in any case. Needs the door open on the current connection. No passage for an empty
    question without a vector.
    """
    sql, values = statement(course_id=course_id, question=question, embedding=embedding, limit=limit, model=model)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return read(cursor.fetchall(), question)


def statement(
    *,
    course_id: UUID,
    question: str,
    embedding: "np.ndarray | None",
    limit: int = 8,
    model: str | None = None,
    has_knowledge: bool = True,
) -> tuple[str, Sequence[Any]]:
    """The search as one SQL statement with its values, for the caller's own trip.

    Whoever knows that the course has no verified answer spares the planner two milliseconds by saying so.
    """
    words = question[:QUESTION_LIMIT].replace("\x00", " ").encode(errors="ignore").decode()
    depth = max(CANDIDATES, limit)
    lexical = [course_id, words, course_id, depth]
    removed = [course_id, course_id, course_id]
    if embedding is None or not np.isfinite(embedding).all():  # a broken vector finds nothing, the words still do
        return lexical_only(has_knowledge), [*lexical, *removed, *([course_id] if has_knowledge else []), limit]
    dense = [literal(embedding), course_id, model, model, depth, model, model]
    verified = [course_id, model, model, course_id, model, model] if has_knowledge else []
    return hybrid(len(embedding), has_knowledge), [*lexical, *dense, *removed, *verified, limit]


def read(rows: Iterable[Sequence[Any]], question: str = "") -> list[Passage]:
    """The passages of the statement's rows. A verified answer that was given to another question than `question` is left out, and
    one that was given to a question which is perhaps another is less than certain.

    The question it was given to is somebody's own and goes no further.
    """
    passages = (_judged(_passage(*row[:COLUMNS]), question, *row[COLUMNS:]) for row in rows)
    return [passage for passage in passages if passage]


def _judged(passage: Passage, question: str, given_to: str = "", near: float | None = None) -> Passage | None:
    if not given_to or not question:
        return passage
    is_like = likeness(question, given_to, near)
    if is_like == Likeness.ALIKE:
        return replace(passage, score=min(passage.score, ALIKE_AT_MOST))
    return passage if is_like else None


@lru_cache(maxsize=8)
def hybrid(dimensions: int, has_knowledge: bool) -> str:
    """The statement with both legs. The cast names the dimension, so that a partial index of that dimension can serve."""
    dense = DENSE.format(distance=DISTANCE.format(dimensions=dimensions), dimensions=dimensions)
    top = TOP.format(
        candidates=ALL_CANDIDATES,
        similarity=SIMILARITY.format(dimensions=dimensions),
        **_knowledge(VERIFIED.format(dimensions=dimensions), has_knowledge),
    )
    return f"WITH {LIVE}, {LEXICAL}, {dense}, {top}"


@lru_cache(maxsize=2)
def lexical_only(has_knowledge: bool) -> str:
    """The statement without vectors."""
    knowledge = _knowledge(WORDS_VERIFIED, has_knowledge)
    return f"WITH {LIVE}, {LEXICAL}, " + TOP.format(candidates=WORD_CANDIDATES, similarity="NULL::float", **knowledge)


def _knowledge(verified: str, has_knowledge: bool) -> dict[str, str]:
    if not has_knowledge:
        return {"verified": "", "verified_rows": ""}
    return {"verified": f", {verified}", "verified_rows": f"UNION ALL {verified_rows()}"}


def literal(embedding: "np.ndarray") -> str:
    """pgvector's text form; nine digits give each float32 back exactly."""
    return "[" + ",".join(f"{value:.9g}" for value in embedding.tolist()) + "]"


def _passage(*row: Any) -> Passage:
    """Raw cursors return jsonb as text."""
    passage = Passage(*row)
    path = passage.heading_path
    title = passage.title or (_("Verified answer") if passage.kind == "knowledge" else "")
    return replace(passage, heading_path=tuple(json.loads(path) if isinstance(path, str) else path), title=title)
