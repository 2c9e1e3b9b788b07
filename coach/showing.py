"""A question and its answer as pages show them: words, state, labels of provenance, sources, and what may be done.

Takes rows that were read behind the door and asks the database nothing more.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.template import loader
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from coach.models import QUESTION_LIMIT, Feedback, Query, Response
from coach.showing_replies import Passed, passed
from learning.showing import LABEL_CLASSES, Mark, Source, label_meaning, label_words, limited_words, rendered, sources_of
from learning.verified import CERTAIN


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its answer, ready to be shown. `state` is `streaming`, `answered` or `failed`."""

    id: UUID
    conversation: UUID
    state: str
    question: str
    asked_at: datetime
    place_title: str
    place_url: str
    stream_url: str
    text: str
    html: SafeString
    label: str
    label_class: str
    sure: int | None
    sources: tuple[Source, ...] = ()
    marks: tuple[Mark, ...] = ()
    rating: str = ""
    feedback_text: str = ""
    may_rate: bool = False
    may_retry: bool = False
    may_escalate: bool = False
    straight: str = ""  # "learner" or "trainer": who wrote, when the coach has no part in it
    passed: Passed | None = None
    answered_before: datetime | None = None
    label_why: str = ""
    is_outdated: bool = False
    limit: int = field(default=QUESTION_LIMIT)


def shown(query: Query, *, slug: str, is_outdated: bool = False) -> Turn:
    """The turn of a query that was read with `with_answer()`; `slug` is its course's.

    `is_outdated` when the course no longer holds what the answer cites.
    """
    response: Response | None = getattr(query, "response", None)
    if query.is_open:
        return _open_turn(query, response, slug)
    feedback = next(iter(response.feedback.all()), None) if response else None
    return replace(_settled_turn(query, response, feedback, slug), is_outdated=is_outdated)


def just_asked(query: Query, *, slug: str) -> Turn:
    """The turn of a question that was put just now, with its answer when that was given before; asks the database nothing."""
    return _open_turn(query, None, slug) if query.is_open else _settled_turn(query, query.response, None, slug)


def turn_html(query: Query, *, slug: str) -> str:
    """The turn as a fragment of a page: what the stream's last event carries."""
    return loader.render_to_string("coach/_turn.html", {"turn": shown(query, slug=slug)})


def _common(query: Query, slug: str) -> dict[str, Any]:
    place = query.context.get("place", "")
    return {
        "id": query.pk,
        "conversation": query.conversation_id,
        "question": query.question,
        "asked_at": query.created_at,
        "place_title": query.context.get("title", "") if place else "",
        "place_url": reverse("place", args=[slug, place]) if place else "",
    }


def _open_turn(query: Query, response: Response | None, slug: str) -> Turn:
    text = response.answer if response else ""
    stream = f"{reverse('turn-stream', args=[query.pk])}?from={len(text)}"
    return Turn(
        **_common(query, slug),
        state="streaming",
        stream_url=stream,
        text=text,
        html=mark_safe(""),
        label="",
        label_class="",
        sure=None,
    )


def _settled_turn(query: Query, response: Response | None, feedback: Feedback | None, slug: str) -> Turn:
    sources = sources_of(response.reference_locations, response.evidence, slug=slug) if response else ()
    answer = response.answer if response else ""
    straight = str(query.context.get("straight", ""))
    failed = not straight and (response is None or response.state == Response.State.FAILED or not answer.strip())
    confidence = response.confidence_score if response else None
    return Turn(
        **_common(query, slug),
        state="failed" if failed else "answered",
        stream_url="",
        text=answer,
        html=rendered(answer, sources),
        label=label_words(response.label, response.reference_locations) if response and not failed else "",
        label_class=LABEL_CLASSES.get(response.label, "draft") if response else "",
        label_why=label_meaning(response.label) if response and not failed else "",
        sure=None if failed or confidence is None else round(confidence * 100),
        sources=sources,
        marks=tuple(_marks(query, response, failed)),
        rating=feedback.rating if feedback else "",
        feedback_text=feedback.feedback_text if feedback else "",
        may_rate=not failed and not straight,
        may_retry=failed or bool(response and response.state == Response.State.INTERRUPTED),
        may_escalate=getattr(query, "escalation", None) is None,
        straight=straight,
        passed=passed(query),
        answered_before=parse_datetime(str(response.notes.get("answered_before") or "")) if response else None,
    )


def _marks(query: Query, response: Response | None, failed: bool) -> Iterable[Mark]:
    if failed:
        yield Mark("alert", _("There is no answer: the coach was interrupted. Your question is kept."))
    elif response and response.state == Response.State.INTERRUPTED:
        yield Mark("", _("Stopped here. What was written is kept."))
    if response and response.label == Response.Label.VERIFIED and _surety(response) < CERTAIN:
        yield Mark("", _("This answer was given to a similar question. If it is not what you meant, ask your trainer."))
    if response and response.notes.get("switched"):
        yield Mark("", _("Another model took over in the middle of this answer."))
    for sentence in (response.notes.get("unsupported") or ()) if response and not failed else ():
        yield Mark("alert", _("Not in the sources: “%(words)s”") % {"words": sentence})
    if response and response.notes.get("limited"):
        yield Mark("", limited_words(str(response.notes["limited"])))


def _surety(response: Response) -> float:
    """How surely the verified answers were given to this very question, 0 to 1."""
    return max((float(item.get("score") or 0) for item in response.reference_locations), default=0.0)
