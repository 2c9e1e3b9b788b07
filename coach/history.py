"""A learner's own questions in a course: the newest, those around one, and a search. Keyset pages by time-ordered id.

Always the reader's own questions: a trainer sees those of learners at the desk, never here.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coach.models import Escalation, Feedback, Query, Response
from courses.models import Course

PANEL = 8  # questions beside a chapter
PAGE = 20  # questions on the coach's own page
LIST = 30  # entries of the history list at a time
NEIGHBOURS = 5  # questions before and after a chosen one
SEARCH_LIMIT = 200  # characters

FILTERS: dict[str, tuple[str | Promise, Q]] = {
    "": (_("All questions"), Q()),
    "trainer": (_("With my trainer"), Q(escalation__isnull=False)),
    "missing": (_("Not in the course"), Q(response__label=Response.Label.NOT_FOUND)),
    "helpful": (_("Marked helpful"), Q(response__feedback__rating=Feedback.Rating.HELPFUL)),
    "unhelpful": (_("Marked not quite"), Q(response__feedback__rating=Feedback.Rating.NOT_HELPFUL)),
}


@dataclass(frozen=True, slots=True)
class Window:
    """Some turns in the order they were asked, and whether there are more on either side."""

    queries: tuple[Query, ...]
    has_earlier: bool
    has_later: bool


def own_queries(course: Course, learner: User) -> QuerySet[Query]:
    return Query.objects.with_answer().filter(course=course, learner=learner).prefetch_related("response__feedback")


def newest(course: Course, learner: User, *, limit: int, before: UUID | None = None) -> Window:
    """The last `limit` turns, or the last before one."""
    rows = own_queries(course, learner)
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows.order_by("-pk")[: limit + 1])
    return Window(tuple(reversed(found[:limit])), len(found) > limit, before is not None)


def around(course: Course, learner: User, turn: UUID) -> Window:
    """A turn between its neighbours; empty when it is not this learner's."""
    rows = own_queries(course, learner)
    upto = list(rows.filter(pk__lte=turn).order_by("-pk")[: NEIGHBOURS + 2])
    if not upto or upto[0].pk != turn:
        return Window((), False, False)
    later = list(rows.filter(pk__gt=turn).order_by("pk")[: NEIGHBOURS + 1])
    queries = (*reversed(upto[: NEIGHBOURS + 1]), *later[:NEIGHBOURS])
    return Window(queries, len(upto) > NEIGHBOURS + 1, len(later) > NEIGHBOURS)


def search(course: Course, learner: User, *, words: str, chosen: str, before: UUID | None) -> tuple[list[Query], UUID | None]:
    """Entries of the history list, newest first, and where the next page begins."""
    rows = own_queries(course, learner).filter(FILTERS.get(chosen, FILTERS[""])[1])
    rows = rows.containing(words) if words else rows  # type: ignore[attr-defined]
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows.order_by("-pk")[: LIST + 1])
    return found[:LIST], found[LIST - 1].pk if len(found) > LIST else None


@dataclass(frozen=True, slots=True)
class Entry:
    """A question in the history list, with what became of it."""

    id: UUID
    question: str
    asked_at: datetime
    url: str
    tag: str
    tag_class: str


def entry(query: Query, slug: str) -> Entry:
    """The entry of a query that was read with `own_queries`."""
    tag, tag_class = _tag(query)
    url = f"{reverse('coach', args=[slug])}?turn={query.pk}#turn-{query.pk}"
    return Entry(query.pk, query.question, query.created_at, url, tag, tag_class)


def _tag(query: Query) -> tuple[str, str]:
    response: Response | None = getattr(query, "response", None)
    if query.is_open:
        return gettext("being answered"), ""
    escalation: Escalation | None = getattr(query, "escalation", None)
    if escalation is not None and escalation.status != Escalation.Status.ARCHIVED:
        return (gettext("with my trainer"), "waiting") if escalation.is_waiting else (gettext("answered by my trainer"), "good")
    if query.status == Query.Status.FAILED or response is None:
        return gettext("interrupted"), "low"
    if response.label == Response.Label.NOT_FOUND:
        return gettext("not in the course"), ""
    rating = next((feedback.rating for feedback in response.feedback.all()), "")
    return {"helpful": (gettext("helpful"), "good"), "not_helpful": (gettext("not quite"), "low")}.get(rating, ("", ""))


def query_string(*, words: str, chosen: str, older: UUID | None) -> str:
    """The part of an address after the question mark that asks for the next entries of the same search."""
    parts = {"q": words, "show": chosen, "older": str(older or "")}
    return urlencode({name: value for name, value in parts.items() if value})


def filters() -> list[tuple[str, str]]:
    """The choices of the history list, for a select."""
    return [(value, str(name)) for value, (name, _rows) in FILTERS.items()]
