"""An answer and its sources as pages show them. What a model or a person wrote leaves through the one renderer; places in the
course are addressed by the ids that were sent to the model, never by ids it wrote.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from courses.markdown import render_message
from courses.wide_parts import scrolling

MARKER = re.compile(r'<a href="(?P<href>[^"]*)" rel="[^"]*">\[(?P<number>\d{1,3})\]</a>')
TEXTS_KEPT = 256  # of 20,000 characters at most
LABEL_CLASSES = {"course_text": "course-text", "verified": "verified", "ai_draft": "draft", "not_found": "draft"}


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


def rendered(answer: str, sources: Iterable[Source] = ()) -> SafeString:
    """Sanitised HTML; the markers of our own sources become small numbered links. The same text is rendered once in this
    process.
    """
    return _rendered(answer, tuple((source.number, source.url) for source in sources), get_language())


@lru_cache(maxsize=TEXTS_KEPT)
def _rendered(answer: str, cited: tuple[tuple[int, str], ...], language: str | None) -> SafeString:
    if not answer.strip():
        return mark_safe("")
    addresses = dict(cited)
    html = scrolling(render_message(answer, citations=addresses))
    return mark_safe(MARKER.sub(lambda match: _marker(match, addresses), html))  # noqa: S308 (sanitised)


def _marker(match: re.Match[str], addresses: Mapping[int, str]) -> str:
    number = int(match["number"])
    if match["href"] != escape(addresses.get(number, "")):
        return match[0]
    return format_html('<a class="cite" href="{}" aria-label="{}">{}</a>', addresses[number], _("Source %d") % number, number)


def label_words(label: str, references: list[dict[str, Any]]) -> str:
    """Where an answer comes from, in words."""
    if label == "ai_draft":
        return _("AI draft · from the course") if references else _("AI draft · not in the course")
    if label == "verified" and references:
        return verified_words(references[0])
    return {"course_text": _("Course text"), "verified": _("Verified"), "not_found": _("Not in the course")}.get(label, "")


def label_meaning(label: str) -> str:
    """What a label promises, for whoever asks."""
    return {
        "course_text": _("Every sentence stands in the course as it is here. The numbers lead to the places."),
        "verified": _("A trainer checked this answer, on the date it bears. When the lesson changes, it is checked again."),
        "ai_draft": _("A language model wrote this, and nobody has checked it. The numbers lead to the passages it was given: "
                      "compare before you rely on it."),
        "not_found": _("The course does not seem to speak of this, so nothing was made up."),
    }.get(label, "")  # fmt: skip


def limited_words(scope: str) -> str:
    """Why no model was asked."""
    why = {
        "learner": _("You have had today's answers by the language model."),
        "course": _("This course's share of the language model is used up for today."),
    }.get(scope, _("The language model's budget is used up for today."))
    return f"{why} {_('This answer is put together from the course itself; tomorrow the model is back.')}"


def sources_of(references: list[dict[str, Any]], evidence: list[dict[str, Any]], *, slug: str) -> tuple[Source, ...]:
    """The citations of an answer by their numbers, each with the address of its exact place."""
    passages = {str(item.get("chunk_id", "")): str(item.get("content", "")) for item in evidence}
    sources = (
        Source(
            number=int(item.get("number", index)),
            place=place_words(item),
            url=place_url(slug, item),
            passage=passages.get(str(item.get("chunk_id", "")), ""),
        )
        for index, item in enumerate(references, start=1)
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
    if item.get("chunk_id") and item.get("content_type") not in {"knowledge", "place"}:
        address += f"?passage={item['chunk_id']}"
    return f"{address}#{quote(str(item['anchor']))}" if item.get("anchor") else address
