"""Questions at the desk get their meaning and are linked with those of the same course that mean nearly the same.

The escalation is there first; this only completes it, so that a model which is away costs a question its links and nothing else:
the desk then goes by words. The evidence for the figures stands in docs/decisions/0084-questions-alike-by-meaning.md. Refuses
to compare vectors of two models.
"""

from typing import Any

import numpy as np
from django.db import connection
from django.db.models import F

from accounts.door import SYSTEM, acting_as
from ai.embedding import Embedder, EmbeddingUnavailable, default_embedder
from coach.likeness import ALIKE_MEANING
from coach.models import Escalation, EscalationLink, EscalationMeaning
from learning.retrieval import literal

AT_ONCE = 64
TRIES = 3
EMBEDDED = 2000  # characters of a question that its vector speaks for
LINKS = 12  # of one question when it comes; later ones add theirs
LOOKED_AT = 20_000  # newest questions of the course

NEIGHBOURS = """
SELECT m.escalation_id, 1 - (m.embedding <=> %(vector)s::vector) FROM (
    SELECT escalation_id, embedding FROM ai_coach_escalation_meanings
     WHERE course_id = %(course)s AND embedding_model = %(model)s AND escalation_id <> %(id)s
     ORDER BY escalation_id DESC LIMIT %(looked_at)s) m
 ORDER BY m.embedding <=> %(vector)s::vector LIMIT %(links)s
"""


def link_new(*, limit: int = AT_ONCE, embedder: Embedder | None = None) -> int:
    """Complete up to `limit` new questions; how many. Without a model they are tried again, three times in all."""
    with acting_as(SYSTEM):
        rows = Escalation.objects.filter(embedding_model="", embedding_tries__lt=TRIES).order_by("created_at")
        fresh = list(rows.only("id", "course_id", "original_question").select_for_update(skip_locked=True, of=("self",))[:limit])
        Escalation.objects.filter(pk__in=[row.pk for row in fresh]).update(embedding_tries=F("embedding_tries") + 1)
    if not fresh:
        return 0
    try:
        chosen = embedder or default_embedder()
        vectors = chosen.embed([row.original_question[:EMBEDDED] for row in fresh])
    except EmbeddingUnavailable:
        return 0
    for row, vector in zip(fresh, vectors, strict=True):
        with acting_as(SYSTEM):
            _complete(row, vector, chosen.name)
    return len(fresh)


def _complete(row: Escalation, vector: np.ndarray, model: str) -> None:
    """Save a question's vector and its links, both ways, in the caller's transaction."""
    if not Escalation.objects.filter(pk=row.pk, embedding_model="").update(embedding_model=model):
        return  # another worker was quicker, or the question is gone
    asked: dict[str, Any] = {"vector": literal(vector), "course": row.course_id, "model": model, "id": row.pk}
    with connection.cursor() as cursor:
        cursor.execute(NEIGHBOURS, {**asked, "looked_at": LOOKED_AT, "links": LINKS})
        near = [(other, likeness) for other, likeness in cursor.fetchall() if likeness >= ALIKE_MEANING]
    EscalationMeaning.objects.create(escalation_id=row.pk, course_id=row.course_id, embedding=vector, embedding_model=model)
    both = [pair for other, likeness in near for pair in ((row.pk, other, likeness), (other, row.pk, likeness))]
    EscalationLink.objects.bulk_create(
        [EscalationLink(escalation_id=one, other_id=other, likeness=likeness) for one, other, likeness in both],
        ignore_conflicts=True,
    )
