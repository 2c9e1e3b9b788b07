"""Hearing an objective in a learner's own words: the words, what the course says of it, how far both agree, then the evidence.

Opens the learner's door itself, twice; in between, texts become vectors and no connection is held.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.door import acting_as
from accounts.models import User
from ai.embedding import EmbeddingUnavailable, default_embedder
from courses.models import ConceptEvidence, Course, LearningConcept
from learning.confidence import confidence
from learning.retrieval import Passage
from learning.searching import search_as
from planning.concepts import evidencing, seeing
from planning.concepts.agreeing import UNJUDGED, Heard, agreement, is_copied
from planning.concepts.refusing import Refused

FOUND, HELD_AGAINST = 8, 4  # passages about the objective, and those of them that are read; the concept's own places first
SPOKEN_OF = 0.5  # confidence below which the course does not speak of the objective


def hear(*, learner: User, concept_id: UUID, objective: int, words: str, now: datetime) -> ConceptEvidence:
    """Note an objective (counted from 1) in own words, with how far it agrees. Raises Refused and Http404."""
    with acting_as(learner):
        concept = seeing.own_concept(learner, concept_id)
        text, aim = evidencing.spoken(concept=concept, objective=objective, words=words)
    passages = _passages(learner, concept, aim)
    if is_copied(text, [passage.content for passage in passages]):
        raise Refused("words", _("Those are the words of the course. Say it in your own."))
    heard = _held_against(aim, text, passages)
    detail = _detail(concept.course, passages[heard.passage]) if concept.course and heard.passage is not None else {}
    with acting_as(learner):
        found = seeing.own_concept(learner, concept_id)
        return evidencing.say(concept=found, objective=objective, words=words, now=now, heard=heard, detail=detail)


def _passages(learner: User, concept: LearningConcept, aim: str) -> list[Passage]:
    """What the course says of the objective; nothing when it does not speak of it."""
    if concept.course is None:
        return []
    found = search_as(learner, course_id=concept.course.pk, question=aim, limit=FOUND)
    if confidence(aim, found) < SPOKEN_OF:
        return []
    own = set(concept.place_ids)
    placed = [passage for passage in found if _place(passage)]
    return sorted(placed, key=lambda passage: _place(passage) not in own)[:HELD_AGAINST]


def _held_against(aim: str, text: str, passages: Sequence[Passage]) -> Heard:
    try:
        return agreement(aim, text, [passage.content for passage in passages], default_embedder().embed)
    except EmbeddingUnavailable:
        return UNJUDGED


def _detail(course: Course, passage: Passage) -> dict[str, Any]:
    """Where the course says it."""
    anchor = f"#{passage.anchor}" if passage.anchor else ""
    return {"title": passage.title, "url": reverse("place", args=[course.slug, _place(passage)]) + anchor}


def _place(passage: Passage) -> str:
    return passage.lab_id or passage.chapter_id
