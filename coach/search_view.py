"""Searching a course: the same retrieval that feeds the coach, shown as a list of places."""

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.door import acting_as
from accounts.models import User
from accounts.requests import PersonRequest
from accounts.throttling import allow
from courses import access
from courses.models import Course
from learning.retrieval import Passage
from learning.searching import search_as
from learning.showing import place_url

LIMIT = 10  # places
LONGEST = 400  # characters of a search
EXCERPT = 260  # characters
MARKUP = re.compile(r"^\s*(?:[-*+]|\d+\.)\s|^\s*(?:```|~~~).*$|!\[[^\]]*\]\([^)]*\)|[`*#>|]+|\[([^\]]*)\]\([^)]*\)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A place in the course that fits the words."""

    heading: str
    crumb: str
    url: str
    excerpt: str


@require_safe
@login_required
def search(request: PersonRequest, slug: str) -> HttpResponse:
    with acting_as(request.user):
        course = access.open_course(slug)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    context: dict[str, Any] = {"course": course, "area": "course", "words": words, "hits": (), "problem": ""}
    if words and not allow("search", request.user.pk):
        context["problem"] = _("That was a lot of searches at once. Wait a minute, then go on.")
    elif words:
        context["hits"] = find(request.user, course, words)
    with acting_as(request.user):
        return render(request, "coach/search.html", context)


def find(person: User, course: Course, words: str) -> list[Hit]:
    """The places of a course that fit best, at most one for each heading."""
    places: dict[tuple[str, str], Passage] = {}
    for passage in search_as(person, course_id=course.pk, question=words, limit=LIMIT):
        places.setdefault((passage.lab_id or passage.chapter_id, passage.anchor), passage)
    return [_hit(course, passage) for passage in places.values()]


def _hit(course: Course, passage: Passage) -> Hit:
    names = [name for name in passage.heading_path if name != passage.title]
    day = _("Day %(day)s") % {"day": passage.day} if passage.day else ""
    item = {
        "chapter_id": passage.chapter_id,
        "lab_id": passage.lab_id,
        "chunk_id": passage.chunk_id,
        "content_type": passage.content_type,
        "anchor": passage.anchor,
    }
    return Hit(
        heading=names[-1] if names else passage.title,
        crumb=" · ".join(part for part in (day, passage.title if names else "") if part),
        url=place_url(course.slug, item),
        excerpt=excerpt(passage.content),
    )


def excerpt(markdown: str) -> str:
    """The first words of a passage as plain text."""
    text = " ".join(MARKUP.sub(lambda match: match[1] or " ", markdown).split())
    return text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + "…"
