"""A question and its answer as pages show them: words, state, labels of provenance, sources, and what may be done.

Takes rows that were read behind the door and asks the database nothing more. What a model or a person wrote leaves through
the one renderer; places in the course are addressed by the ids that were sent to the model, never by ids it wrote.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.template import loader
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from coach.models import QUESTION_LIMIT, Query, Response
from coach.showing_replies import Passed, passed
from coach.wide_parts import scrolling
from courses.markdown import render_message
from learning.verified import CERTAIN

MARKER = re.compile(r'<a href="(?P<href>[^"]*)" rel="[^"]*">\[(?P<number>\d{1,3})\]</a>')
LABEL_CLASSES = {
    Response.Label.COURSE_TEXT: "course-text",
    Response.Label.VERIFIED: "verified",
    Response.Label.AI_DRAFT: "draft",
    Response.Label.NOT_FOUND: "draft",
}


@dataclass(frozen=True, slots=True)
class Source:
    """One place in the course that an answer stands on."""

    number: int
    place: str
    url: str
    passage: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A remark of the house under an answer; `kind` is how it looks."""

    kind: str
    words: str


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
    passed: Passed | None = None
    limit: int = field(default=QUESTION_LIMIT)


def shown(query: Query, *, slug: str) -> Turn:
    """The turn of a query that was read with `with_answer()`; `slug` is its course's."""
    response: Response | None = getattr(query, "response", None)
    return _open_turn(query, response, slug) if query.is_open else _settled_turn(query, response, slug)


def just_asked(query: Query, *, slug: str) -> Turn:
    """The turn of a question that nobody has begun to answer; asks the database nothing."""
    return _open_turn(query, None, slug)


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


def _settled_turn(query: Query, response: Response | None, slug: str) -> Turn:
    sources = sources_of(response, slug=slug) if response else ()
    answer = response.answer if response else ""
    failed = response is None or response.state == Response.State.FAILED or not answer.strip()
    feedback = next(iter(response.feedback.all()), None) if response else None
    confidence = response.confidence_score if response else None
    return Turn(
        **_common(query, slug),
        state="failed" if failed else "answered",
        stream_url="",
        text=answer,
        html=_rendered(answer, sources),
        label=_label(response) if response and not failed else "",
        label_class=LABEL_CLASSES.get(response.label, "draft") if response else "",  # type: ignore[call-overload]
        sure=None if failed or confidence is None else round(confidence * 100),
        sources=sources,
        marks=tuple(_marks(query, response, failed)),
        rating=feedback.rating if feedback else "",
        feedback_text=feedback.feedback_text if feedback else "",
        may_rate=not failed,
        may_retry=failed or bool(response and response.state == Response.State.INTERRUPTED),
        may_escalate=getattr(query, "escalation", None) is None,
        passed=passed(query),
    )


def _rendered(answer: str, sources: Iterable[Source]) -> SafeString:
    """Sanitised HTML; the markers of our own sources become small numbered links."""
    if not answer.strip():
        return mark_safe("")
    addresses = {source.number: source.url for source in sources}
    html = scrolling(render_message(answer, citations=addresses))
    return mark_safe(MARKER.sub(lambda match: _marker(match, addresses), html))  # noqa: S308 (sanitised)


def _marker(match: re.Match[str], addresses: Mapping[int, str]) -> str:
    number = int(match["number"])
    if match["href"] != escape(addresses.get(number, "")):
        return match[0]
    return format_html('<a class="cite" href="{}" aria-label="{}">{}</a>', addresses[number], _("Source %d") % number, number)


def _label(response: Response) -> str:
    if response.label == Response.Label.AI_DRAFT:
        return _("AI draft · from the course") if response.reference_locations else _("AI draft · not in the course")
    if response.label == Response.Label.VERIFIED and response.reference_locations:
        return verified_words(response.reference_locations[0])
    return {
        Response.Label.COURSE_TEXT: _("Course text"),
        Response.Label.VERIFIED: _("Verified"),
        Response.Label.NOT_FOUND: _("Not in the course"),
    }.get(response.label, "")  # type: ignore[call-overload]


def _marks(query: Query, response: Response | None, failed: bool) -> Iterable[Mark]:
    if failed:
        yield Mark("alert", _("There is no answer: the coach was interrupted. Your question is kept."))
    elif response and response.state == Response.State.INTERRUPTED:
        yield Mark("", _("Stopped here. What was written is kept."))
    if response and response.label == Response.Label.VERIFIED and _surety(response) < CERTAIN:
        yield Mark("", _("This answer was given to a similar question. If it is not what you meant, ask your trainer."))
    if response and response.notes.get("switched"):
        yield Mark("", _("Another model took over in the middle of this answer."))
    if response and response.notes.get("limited"):
        yield Mark("", limited_words(str(response.notes["limited"])))


def limited_words(scope: str) -> str:
    """Why no model was asked."""
    why = {
        "learner": _("You have had today's answers by the language model."),
        "course": _("This course's share of the language model is used up for today."),
    }.get(scope, _("The language model's budget is used up for today."))
    return f"{why} {_('This answer is put together from the course itself; tomorrow the model is back.')}"


def _surety(response: Response) -> float:
    """How surely the verified answers were given to this very question, 0 to 1."""
    return max((float(item.get("score") or 0) for item in response.reference_locations), default=0.0)


def sources_of(response: Response, *, slug: str) -> tuple[Source, ...]:
    """The citations of an answer by their numbers, each with the address of its exact place."""
    passages = {str(item.get("chunk_id", "")): str(item.get("content", "")) for item in response.evidence}
    sources = (
        Source(
            number=int(item.get("number", index)),
            place=place_words(item),
            url=place_url(slug, item),
            passage=passages.get(str(item.get("chunk_id", "")), ""),
        )
        for index, item in enumerate(response.reference_locations, start=1)
    )
    return tuple(sorted(sources, key=lambda source: source.number))


def place_words(item: Mapping[str, Any]) -> str:
    """`Day 2 · Volumes and bind mounts › Which one to choose`, or `Verified by Tess, 22 November 2026`"""
    if item.get("content_type") == "knowledge":
        return verified_words(item)
    parts = [str(item.get("title", ""))]
    path = [str(part) for part in item.get("heading_path") or ()]
    parts += path[1:] if path[:1] == parts else path
    place = " › ".join(part for part in parts if part)
    day = item.get("day")
    return _("Day %(day)s · %(place)s") % {"day": day, "place": place} if day else place


def verified_words(item: Mapping[str, Any]) -> str:
    """Who vouches for the answer, and since when."""
    at = parse_datetime(str(item.get("verified_at") or ""))
    names = {"name": item.get("verified_by") or _("a trainer"), "date": date_format(localtime(at), "DATE_FORMAT") if at else ""}
    return _("Verified by %(name)s, %(date)s") % names if at else _("Verified by %(name)s") % names


def place_url(slug: str, item: Mapping[str, Any]) -> str:
    """The address of a passage: its page, the passage to mark, and the heading above it."""
    place_id = item.get("lab_id") or item.get("chapter_id") or ""
    address = reverse("place", args=[slug, place_id]) if place_id else reverse("course", args=[slug])
    if item.get("chunk_id") and item.get("content_type") != "knowledge":
        address += f"?passage={item['chunk_id']}"
    return f"{address}#{quote(str(item['anchor']))}" if item.get("anchor") else address
