"""Where a plan leads: a chapter, a practice set, a coaching session. A room that is not open has no address; then there is no
link."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from planning.models import Subject

SESSIONS = "sessions"  # of the room above this one, by name only


def chapter_url(subject: Subject, place_id: str) -> str:
    """A chapter of the subject's course; empty without either."""
    return reverse("place", args=[subject.course.slug, place_id]) if subject.course and place_id else ""


def practice_url(subject: Subject, codes: Sequence[str] = ()) -> str:
    """The page where practice in the subject begins, with these points chosen."""
    chosen = urlencode([("points", code) for code in codes])
    place = reverse("practice-begin", args=[subject.code])
    return f"{place}?{chosen}" if chosen else place


def session_url(subject: Subject, topic: str) -> str:
    """The page where a coaching session about a topic of the subject's course begins."""
    if not subject.course:
        return ""
    try:
        return f"{reverse(SESSIONS)}?{urlencode({'topic': topic, 'course': subject.course.slug})}"
    except NoReverseMatch:
        return ""
