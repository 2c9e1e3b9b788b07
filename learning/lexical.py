"""The lexical leg: BM25 over PostgreSQL's lexemes, weighed once when a course is indexed.

The words of a passage are its headings (twice), its text and the section its page stands in. Signs that are not part of a word
become spaces, so that a path, an address or a line of an error is found by its parts; words with hyphens are kept
whole and in parts, as PostgreSQL's parser does. Pairs of neighbouring words count as terms of their own. Any word
of a question is enough for a match. Refuses to work outside the door: the tables are writable for the system alone.

Formula: Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), with the idf that is never negative.
"""

from typing import Any
from uuid import UUID

from django.db import connection

K1 = 1.2  # how soon further occurrences of a word stop adding
B = 0.75  # how much a long passage pays for its length
HEADING_WEIGHT = 2  # an occurrence in the headings counts like this many in the text
PAIR_WEIGHT = 0.3  # a pair of words beside the two words themselves
PAIR_SEEN = 2  # passages; pairs of one passage alone are four fifths of all pairs and a fifth of their use
PAIR_GAP = 2  # positions; a stop word may stand between the two
TERM_LIMIT = 200  # characters; longer terms are noise and would not fit an index entry
FALLBACK = "simple"  # the text search configuration of a language that PostgreSQL does not know

WORDS = r"regexp_replace({text}, '[^\w\s-]|_', ' ', 'g')"


def vector_of(language: str, text: str) -> str:
    """The SQL for the lexemes of `text`, with positions; both arguments are SQL expressions."""
    return f"to_tsvector({language}, {WORDS.format(text=text)})"


LANGUAGE = f"""
SELECT coalesce((SELECT t.cfgname::text FROM pg_ts_config t
                  WHERE t.cfgname = c.language AND pg_ts_config_is_visible(t.oid)), '{FALLBACK}')
  FROM courses c WHERE c.id = %(course)s
"""

ADD_INDEX = """
INSERT INTO ai_coach_lexical_indexes (course_id, generation, language, chunk_count)
SELECT %(course)s, %(generation)s, %(language)s, count(*)
  FROM ai_coach_content_chunks WHERE course_id = %(course)s AND generation = %(generation)s
"""

ADD_IMPACTS = f"""
WITH texts AS MATERIALIZED (
    SELECT k.id AS chunk_id, f.field, f.weight, {vector_of("%(language)s::regconfig", "f.text")} AS words
      FROM ai_coach_content_chunks k
      LEFT JOIN chapters c ON c.course_id = k.course_id AND c.chapter_id = k.chapter_id AND k.lab_id IS NULL
      LEFT JOIN labs l ON l.course_id = k.course_id AND l.lab_id = k.lab_id
     CROSS JOIN LATERAL (VALUES
        (1, {HEADING_WEIGHT}, (SELECT string_agg(h, ' | ' ORDER BY n)
            FROM jsonb_array_elements_text(k.heading_path) WITH ORDINALITY AS path (h, n))),
        (2, 1, k.content),
        (3, 1, coalesce(l.section, c.section, ''))) AS f (field, weight, text)
     WHERE k.course_id = %(course)s AND k.generation = %(generation)s
), singles AS (
    SELECT t.chunk_id, w.lexeme AS term, sum(t.weight * cardinality(w.positions))::float AS tf
      FROM texts t CROSS JOIN LATERAL unnest(t.words) AS w GROUP BY 1, 2
), places AS (
    SELECT t.chunk_id, w.lexeme, p.place, lead(w.lexeme) OVER following AS next, lead(p.place) OVER following AS next_place
      FROM texts t CROSS JOIN LATERAL unnest(t.words) AS w CROSS JOIN LATERAL unnest(w.positions) AS p (place)
     WHERE t.field < 3
    WINDOW following AS (PARTITION BY t.chunk_id, t.field ORDER BY p.place)
), pairs AS (
    SELECT chunk_id, term, tf FROM (
        SELECT chunk_id, lexeme || ' ' || next AS term, count(*)::float AS tf, count(*) OVER (PARTITION BY lexeme, next) AS n
          FROM places WHERE next_place - place BETWEEN 1 AND {PAIR_GAP} GROUP BY chunk_id, lexeme, next) AS neighbours
     WHERE n >= {PAIR_SEEN}
), terms AS (
    SELECT chunk_id, term, tf, 1.0::float AS weight, sum(tf) OVER (PARTITION BY chunk_id) AS length FROM singles
    UNION ALL
    SELECT chunk_id, term, tf, {PAIR_WEIGHT}, sum(tf) OVER (PARTITION BY chunk_id) FROM pairs
), sizes AS MATERIALIZED (
    SELECT weight, sum(tf) / count(DISTINCT chunk_id) AS average FROM terms GROUP BY weight
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY term) AS n, (SELECT chunk_count FROM ai_coach_lexical_indexes
            WHERE course_id = %(course)s AND generation = %(generation)s) AS total,
           CASE WHEN weight = 1 THEN (SELECT average FROM sizes WHERE weight = 1)
                ELSE (SELECT average FROM sizes WHERE weight < 1) END AS average
      FROM terms WHERE length(term) <= {TERM_LIMIT}
), weighed AS (
    SELECT *, ln(1 + (total - n + 0.5::float) / (n + 0.5::float)) AS idf FROM counted
)
INSERT INTO ai_coach_lexical_impacts (course_id, generation, term, idf, chunk_ids, impacts)
SELECT %(course)s, %(generation)s, term, min(idf), array_agg(chunk_id),
       array_agg(weight * idf * tf * ({K1} + 1) / (tf + {K1} * (1 - {B} + {B} * length / average)))
  FROM weighed GROUP BY term
"""


ROOM = "SELECT set_config('work_mem', %s, true)"
BUILDING = "128MB"  # the sorts of a course of 5,000 passages stay in memory


def index_chunks(course_id: UUID, generation: int) -> int:
    """Weigh the words of a generation's chunks, anew if that was done before; the count of its terms.

    Runs in the caller's transaction, as the system, before readers are pointed at the generation. Takes some seconds for 5,000
    passages: the caller sets a statement timeout that fits.
    """
    drop_generation(course_id, generation)
    names: dict[str, Any] = {"course": course_id, "generation": generation}
    with connection.cursor() as cursor:
        cursor.execute(LANGUAGE, names)
        found = cursor.fetchone()
        names["language"] = found[0] if found else FALLBACK
        cursor.execute(ADD_INDEX, names)
        cursor.execute("SELECT current_setting('work_mem')")
        usual = cursor.fetchone()
        cursor.execute(ROOM, [BUILDING])
        cursor.execute(ADD_IMPACTS, names)
        count = int(cursor.rowcount)
        cursor.execute(ROOM, usual)
    return count


def drop_generation(course_id: UUID, generation: int) -> None:
    """Forget a generation; nothing happens when it was never indexed."""
    with connection.cursor() as cursor:
        for table in ("ai_coach_lexical_impacts", "ai_coach_lexical_indexes"):
            cursor.execute(f"DELETE FROM {table} WHERE course_id = %s AND generation = %s", [course_id, generation])
