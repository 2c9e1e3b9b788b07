"""Where a plan leads: a chapter, a practice set, a coaching session. A room that is not open has no address; then there is no link."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from planning.models import Subject


def chapter_url(subject: Subject, place_id: str) -> str:
    """A chapter of the subject's course; empty without either."""
    return reverse("place", args=[subject.course.slug, place_id]) if subject.course and place_id else ""


def practice_url(subject: Subject, codes: Sequence[str] = (), *, is_timed: bool = False) -> str:
    """The page where practice on these points begins."""
    wish = {"subject": subject.code, "points": ",".join(codes), "mode": "timed" if is_timed else ""}
    return _named("practice", {key: value for key, value in wish.items() if value})


def session_url(topic: str) -> str:
    """The page where a coaching session about a topic begins."""
    return _named("coaching-session-new", {"topic": topic})


def _named(name: str, query: dict[str, str]) -> str:
    try:
        return f"{reverse(name)}?{urlencode(query)}"
    except NoReverseMatch:
        return ""
