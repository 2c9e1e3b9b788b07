"""What help with a lab stands on: the lab it was asked beside or that it names, the step it names, what the lab says to those who
are stuck, and then what the search found. Never a solution.
"""

import re
from collections.abc import Sequence
from uuid import UUID

from accounts.door import Statement
from learning.intents.signs import STRUGGLE
from learning.retrieval import Passage
from learning.solutions import guarded

STEP = re.compile(r"\b(?:step|task|part|question|ex(?:ercise|\.)?) ?#?(\d{1,2})\b", re.IGNORECASE)
TROUBLE = re.compile(
    r"\b(?:stuck|troubleshoot\w*|common (?:mistakes|errors|problems)|if (?:it|something) (?:fails|goes wrong)|pitfalls|hints?)\b",
    re.IGNORECASE,
)
MOST = 3  # passages of the lab that come before those of the search
READ = 40  # passages of a lab that are looked at

LAB = f"""
SELECT id, course_id, chapter_id, lab_id, title, day, heading_path, anchor, content, content_type,
       0.5::float, NULL::float, NULL::float, NULL::int, NULL::int, 0::float, 'course', '', NULL::timestamptz
  FROM ai_coach_content_chunks
 WHERE course_id = %s AND lab_id = %s AND generation = (SELECT index_generation FROM courses WHERE id = %s)
 ORDER BY position LIMIT {READ}
"""


def lab(course_id: UUID, lab_id: str) -> Statement:
    return LAB, [course_id, lab_id, course_id]


def ordered(question: str, intent: str, own: Sequence[Passage], found: Sequence[Passage]) -> tuple[list[Passage], bool]:
    """The passages to answer from, best first, and whether the lab itself speaks of the step that was named.

    `own` are the lab's in the order of its text, `found` the search's.
    """
    step = [passage for passage in own if _is_step(passage, question)]
    trouble = [passage for passage in own if intent == STRUGGLE and any(TROUBLE.search(part) for part in passage.heading_path)]
    ids = {passage.chunk_id for passage in own}
    fitting = [passage for passage in found if passage.chunk_id in ids]
    begin = [] if step or fitting else list(own[:1])
    first = {passage.chunk_id: passage for passage in [*step[:2], *trouble[:1], *fitting, *begin]}
    chosen = list(first.values())[:MOST]
    taken = {passage.chunk_id for passage in chosen}
    return guarded([*chosen, *(passage for passage in found if passage.chunk_id not in taken)]), bool(step)


def _is_step(passage: Passage, question: str) -> bool:
    wanted = STEP.search(question)
    if wanted is None:
        return False
    name = re.compile(rf"\b(?:step|task|part|question|exercise)?\s*{wanted[1]}\b[.:)\s]", re.IGNORECASE)
    return any(name.match(f"{heading} ") for heading in passage.heading_path[1:])
