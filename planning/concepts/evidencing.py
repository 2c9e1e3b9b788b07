"""Evidence that no trigger can see: objectives said in one's own words, questions answered well, and corrections by hand.

Behind the learner's door. What is taken back stays in the record, marked as taken back.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from courses.concept_models import objective_source
from courses.models import ConceptEvidence, LearningConcept
from planning.concepts.agreeing import UNJUDGED, Heard
from planning.concepts.refusing import Refused

FEWEST_WORDS = 8  # of an objective in own words
FRESH_WORDS = 4  # different ones among them that the objective does not have
LONGEST = 4000  # characters
SHOWN = 200  # characters of a question that the record quotes


def spoken(*, concept: LearningConcept, objective: int, words: str) -> tuple[str, str]:
    """The words and the objective (counted from 1) that they are about. Raises Refused for what nobody took pains over."""
    text = words.replace("\x00", "").strip()
    if not 1 <= objective <= len(concept.learning_objectives):
        raise Refused("objective", _("The concept has no such objective."))
    if len(text.split()) < FEWEST_WORDS or len(text) > LONGEST:
        raise Refused(
            "words",
            _("Say it in %(least)d words or more, in at most %(most)d characters.") % {"least": FEWEST_WORDS, "most": LONGEST},
        )
    aim = concept.learning_objectives[objective - 1]
    if len(_words(text) - _words(aim)) < FRESH_WORDS:
        raise Refused("words", _("Those are the words of the objective. Say it in your own."))
    return text, aim


def say(
    *,
    concept: LearningConcept,
    objective: int,
    words: str,
    now: datetime,
    heard: Heard = UNJUDGED,
    detail: Mapping[str, Any] | None = None,
) -> ConceptEvidence:
    """An objective in one's own words, with how far they agree with the course; saying it again replaces it. Raises Refused."""
    text, aim = spoken(concept=concept, objective=objective, words=words)
    kept = {"text": aim, "verdict": heard.verdict, "near": heard.near, **(detail or {})}
    return _noted(concept, "self_check", objective_source(aim), now, said=text, value=heard.share, detail=kept)


def take_back(*, concept: LearningConcept, objective: int, now: datetime) -> None:
    """What was said of an objective no longer counts."""
    if 1 <= objective <= len(concept.learning_objectives):
        _withdraw(concept, objective_source(concept.learning_objectives[objective - 1]), now)


def correct(*, concept: LearningConcept, percent: int, why: str, now: datetime) -> ConceptEvidence:
    """Set the progress by hand; evidence moves it on from there. Raises Refused."""
    if not 0 <= percent <= 100:
        raise Refused("percent", _("Choose from 0 to 100 per cent."))
    note = why.replace("\x00", "").strip()[:LONGEST]
    return _noted(concept, "by_hand", f"hand:{uuid.uuid4()}", now, said=note, value=percent / 100)


def uncorrect(concept: LearningConcept, now: datetime) -> None:
    """Let evidence alone speak again."""
    ConceptEvidence.objects.filter(concept=concept, kind="by_hand", withdrawn_at=None).update(withdrawn_at=now)


def note_question(*, concept_id: UUID, source: str, question: str, url: str, now: datetime) -> None:
    """A question about the concept was answered well."""
    concept = LearningConcept.objects.there().filter(pk=concept_id).first()
    if concept:
        _noted(concept, "question", source, now, said=question[:SHOWN], detail={"url": url})


def note_question_of_place(
    *, learner_id: UUID, course_id: UUID, place_id: str, source: str, question: str, now: datetime
) -> None:
    """A question that was asked in a chapter or lab was answered well: it counts for the concepts with that place."""
    rows = LearningConcept.objects.there().filter(user_id=learner_id, course_id=course_id, place_ids__contains=[place_id])
    for concept in rows:
        _noted(concept, "question", source, now, said=question[:SHOWN], place_id=place_id)


def forget_question(*, learner_id: UUID, source: str, now: datetime) -> None:
    """The learner no longer says that it was answered well."""
    rows = ConceptEvidence.objects.filter(user_id=learner_id, source=source, withdrawn_at=None)
    rows.update(withdrawn_at=now)


def _noted(concept: LearningConcept, kind: str, source: str, now: datetime, **columns: object) -> ConceptEvidence:
    values = {"kind": kind, "user_id": concept.user_id, "course_id": concept.course_id, "noted_at": now, "withdrawn_at": None}
    row, _made = ConceptEvidence.objects.update_or_create(concept=concept, source=source, defaults={**values, **columns})
    return row


def _withdraw(concept: LearningConcept, source: str, now: datetime) -> None:
    ConceptEvidence.objects.filter(concept=concept, source=source, withdrawn_at=None).update(withdrawn_at=now)


def _words(text: str) -> set[str]:
    return set("".join(each if each.isalnum() else " " for each in text.lower()).split())
