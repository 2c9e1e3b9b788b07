"""Where practice and plans lead: a chapter, a practice set, a coaching session, an explanation. A room that is not open has no
address; then there is no link."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from planning.models import Subject

SESSIONS, EXPLAIN = "sessions", "explain"  # of the room above this one, by name only


def chapter_url(subject: Subject, place_id: str) -> str:
    """A chapter of the subject's course; empty without either."""
    return reverse("place", args=[subject.course.slug, place_id]) if subject.course and place_id else ""


def practice_url(subject: Subject, codes: Sequence[str] = ()) -> str:
    """The page where practice in the subject begins, with these points chosen."""
    chosen = urlencode([("points", code) for code in codes])
    place = reverse("practice-begin", args=[subject.code])
    return f"{place}?{chosen}" if chosen else place


def session_url(subject: Subject, topic: str, point_id: UUID | None = None) -> str:
    """The page where a coaching session about a topic of the subject's course begins; with its point, if it is one."""
    if not subject.course:
        return ""
    wanted: dict[str, Any] = {"topic": topic, "course": subject.course.slug} | ({"point": point_id} if point_id else {})
    place = _above(SESSIONS)
    return f"{place}?{urlencode(wanted)}" if place else ""


def explain_url(subject: Subject, point_id: UUID) -> str:
    """The page that explains a point from the subject's course; empty without one."""
    return _above(EXPLAIN, point_id) if subject.course_id else ""


def _above(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
