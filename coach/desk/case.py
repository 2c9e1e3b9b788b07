"""One question on the desk with all that a trainer needs to answer it: what the coach read and said, who asks, who asked alike.

Two queries for the context. What the acting trainer may not see of a learner (a question handed on by a colleague) is not
there; the escalation itself carries the question, the conversation and the sources.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from ai.providers import Source
from ai.providers.extractive import compose
from coach.likeness import ALIKE, MOST_ALIKE, SAME
from coach.models import Escalation, Response
from coach.showing_replies import SaidByTrainer, replies_of
from courses.markdown import plain_text
from learning.differing import Likeness, likeness
from learning.showing import LABEL_CLASSES, TEXTS_KEPT, place_url, place_words, rendered

MOST_ANSWERED = 5  # earlier answers beside a question
MOST_SHARED = 50  # questions that one reply can go to
DRAFT_SOURCES = 5
EXCERPT = 300  # characters of a passage before it is opened
DRAFTS_KEPT = 256  # in this process: moving to and fro between questions composes nothing anew

LIKE = f"""
SELECT e.*, l.likeness, l.by_meaning, {SAME} AS is_same_question FROM escalations_near(%s, {MOST_ALIKE}) l CROSS JOIN LATERAL (
    SELECT id, course_id, original_question, status, reply, signed, replied_at, same_key, created_at
      FROM ai_coach_escalations WHERE id = l.id OFFSET 0) e  -- OFFSET: by its key, row for row
 WHERE {ALIKE} AND (e.reply <> '' OR e.status = 'pending') ORDER BY l.likeness DESC, e.created_at DESC
"""
FACTS = """
SELECT EXISTS (SELECT 1 FROM enrolments n WHERE n.learner_id = %(learner)s AND n.course_id = %(course)s),
       (SELECT count(*) FROM chapters c WHERE c.course_id = %(course)s AND c.removed_at IS NULL)
       + (SELECT count(*) FROM labs b WHERE b.course_id = %(course)s AND b.removed_at IS NULL),
       (SELECT count(*) FROM place_progress p WHERE p.learner_id = %(learner)s AND p.course_id = %(course)s
           AND p.done_at IS NOT NULL),
       (SELECT count(DISTINCT a.lab_id) FROM lab_attempts a WHERE a.learner_id = %(learner)s AND a.course_id = %(course)s
           AND a.passed),
       (SELECT count(*) FROM lab_attempts a WHERE a.learner_id = %(learner)s AND a.course_id = %(course)s),
       (SELECT count(*) FROM (SELECT 1 FROM ai_coach_queries q WHERE q.learner_id = %(learner)s AND q.course_id = %(course)s
           AND q.created_at > now() - interval '7 days' LIMIT 100) asked),
       (SELECT count(*) FROM (SELECT 1 FROM ai_coach_escalations x WHERE x.learner_id = %(learner)s AND x.course_id = %(course)s
           AND x.created_at > now() - interval '7 days' LIMIT 100) passed_on)
"""


@dataclass(frozen=True, slots=True)
class Passage:
    """What the coach read, with the address of its place."""

    place: str
    url: str
    excerpt: str
    html: SafeString
    score: float


@dataclass(frozen=True, slots=True)
class Said:
    """A turn of the conversation."""

    question: str
    html: SafeString
    label: str
    label_class: str


@dataclass(frozen=True, slots=True)
class Alike:
    """A question like this one."""

    escalation: Escalation
    likeness: float
    by_meaning: bool
    may_share: bool
    is_same: bool  # the same words


@dataclass(frozen=True, slots=True)
class Facts:
    """How the learner fares; None in `Case.facts` when that is a colleague's to know."""

    places: int
    done: int
    labs_passed: int
    attempts: int
    asked: int
    passed_on: int


@dataclass(frozen=True, slots=True)
class Case:
    """An escalation, ready to be shown."""

    row: Escalation
    place: str
    place_url: str
    said: Said
    earlier: tuple[Said, ...]
    sure: int | None
    passages: tuple[Passage, ...]
    answered: tuple[Alike, ...]
    shared: tuple[Alike, ...]
    facts: Facts | None
    draft: str
    replies: tuple[SaidByTrainer, ...]
    straight: str  # "learner" or "trainer": who wrote, when the coach has no part in it


def case_of(escalation: Escalation) -> Case:
    """Everything about a row that was read through the trainer's door with its course."""
    slug = escalation.course.slug
    *earlier, said = [_said(turn) for turn in escalation.conversation] or [_said({"question": escalation.original_question})]
    alike = _alike(escalation)
    confidence = escalation.ai_confidence
    return Case(
        row=escalation,
        place=_place(escalation),
        place_url=place_url(slug, _place_item(escalation)) if escalation.place.get("place") else "",
        said=said,
        earlier=tuple(earlier),
        sure=None if confidence is None else round(confidence * 100),
        passages=tuple(_passages(escalation, slug)),
        answered=tuple(one for one in alike if one.escalation.reply)[:MOST_ANSWERED],
        shared=tuple(one for one in alike if one.may_share)[:MOST_SHARED],
        facts=_facts(escalation),
        draft=draft_of(escalation) if escalation.is_waiting else "",
        replies=tuple(replies_of(escalation)),
        straight=str(escalation.place.get("straight", "")),
    )


def place_of(escalation: Escalation) -> str:
    """`Day 2 · Volumes`, or the course when the learner was nowhere in particular."""
    return _place(escalation)


def draft_of(escalation: Escalation) -> str:
    """A reply from the sentences of the passages, without a model; empty when none answers. No network."""
    items = sorted(escalation.ai_context, key=lambda item: -float(item.get("score") or 0))[:DRAFT_SOURCES]
    return _drafted(escalation.original_question, tuple(_source(number, item) for number, item in enumerate(items, start=1)))


@lru_cache(maxsize=TEXTS_KEPT)
def _excerpt(text: str) -> str:
    return " ".join(plain_text(text).split())[:EXCERPT]


@lru_cache(maxsize=DRAFTS_KEPT)
def _drafted(question: str, sources: tuple[Source, ...]) -> str:
    composed = compose(question, sources, None)
    if not composed.is_answered:
        return ""
    text = composed.text
    for number in range(1, len(sources) + 1):
        text = text.replace(f" [{number}]", "").replace(f"[{number}]", "")
    return text


def _source(number: int, item: dict[str, Any]) -> Source:
    path = tuple(str(part) for part in item.get("heading_path") or ())
    return Source(number=number, title=str(item.get("title", "")), text=str(item.get("content", "")), heading_path=path)


def _said(turn: dict[str, str]) -> Said:
    label, answer = turn.get("label", ""), turn.get("answer", "")
    words = str(Response.Label(label).label) if label in Response.Label.values else ""
    html = rendered(answer) if answer.strip() else mark_safe("")
    return Said(turn.get("question", ""), html, words, LABEL_CLASSES.get(Response.Label(label), "draft") if words else "")


def _place(escalation: Escalation) -> str:
    place = escalation.place
    if not place.get("place"):
        return escalation.course.title
    if place.get("kind") == "lab":
        return _("Lab · %(title)s") % {"title": place.get("title", "")}
    return place_words({"title": place.get("title", ""), "day": place.get("day")})


def _place_item(escalation: Escalation) -> dict[str, Any]:
    return {"chapter_id": escalation.place.get("place")}


def _passages(escalation: Escalation, slug: str) -> Iterable[Passage]:
    items = sorted(escalation.ai_context, key=lambda item: -float(item.get("score") or 0))
    for item in items:
        text = str(item.get("content", ""))
        yield Passage(place_words(item), place_url(slug, item), _excerpt(text), rendered(text), float(item.get("score") or 0))


def _alike(escalation: Escalation) -> list[Alike]:
    rows: Iterable[Any] = Escalation.objects.raw(LIKE, [escalation.pk])
    return [_as_alike(row, escalation) for row in rows]


def _as_alike(row: Any, escalation: Escalation) -> Alike:
    """One reply does not serve both "before the deadline" and "after the deadline", near as they are: it is not offered to."""
    may_share = row.is_waiting and escalation.is_waiting and row.is_same_question
    said = _likeness(row, escalation) if may_share else Likeness.OTHER
    return Alike(
        escalation=row,
        likeness=row.likeness,
        by_meaning=row.by_meaning,
        may_share=may_share and said != Likeness.OTHER,
        is_same=said == Likeness.SAME and bool(row.same_key) and row.same_key == escalation.same_key,
    )


def _likeness(one: Escalation, other: Escalation) -> Likeness:
    same = one.original_question == other.original_question
    return Likeness.SAME if same else likeness(one.original_question, other.original_question, None)


def _facts(escalation: Escalation) -> Facts | None:
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"learner": escalation.learner_id, "course": escalation.course_id})
        row = cursor.fetchone()
    return Facts(*row[1:]) if row and row[0] else None
