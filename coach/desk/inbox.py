"""The list of the desk: which questions, in which order, page by page, and the counts above it.

It runs behind the trainer's door and adds no right of its own. Waiting questions come oldest first, the others newest first;
a page begins after a moment and an id, so that it costs the same at any depth.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from accounts.ids import uuid_or_none
from accounts.models import User
from coach.likeness import MOST_ALIKE, SAME
from coach.models import Escalation
from courses.models import Course

PAGE = 30  # tickets at a time
SEARCH_LIMIT = 200  # characters
TABS = {"waiting": "pending", "answered": "responded", "settled": "resolved", "archived": "archived"}
AGES = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
WHOSE = ("", "mine", "unassigned")

COUNTS = "SELECT id, slug, title, waiting, oldest, unassigned, mine, changed FROM desk_counts()"
# What an entry of the list needs; the conversation and the sources stay where they are.
LISTED = (
    "course", "learner", "trainer", "original_question", "ai_confidence", "place", "reason", "status", "claimed_by", "claimed_at",
    "reply", "replied_at", "seen_by", "asked_times", "same_key", "created_at", "updated_at",
    "course__slug", "course__title",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filters:
    """What a trainer wants to see."""

    tab: str = "waiting"
    course: str = ""
    age: str = ""
    whose: str = ""
    words: str = ""
    like: UUID | None = None  # this question and those that ask the same
    after: tuple[datetime, UUID] | None = None

    @property
    def is_narrowed(self) -> bool:
        return bool(self.course or self.age or self.whose or self.words or self.like)

    def address(self, **changes: Any) -> str:
        """The part of an address after the path that asks for these filters."""
        chosen = replace(self, **changes) if changes else self
        cursor = f"{chosen.after[0].isoformat()}~{chosen.after[1]}" if chosen.after else ""
        tab = chosen.tab if chosen.tab != "waiting" else ""
        names = ("tab", "course", "age", "whose", "q", "like", "after")
        values = (tab, chosen.course, chosen.age, chosen.whose, chosen.words, str(chosen.like or ""), cursor)
        parts = dict(zip(names, values, strict=True))
        text = urlencode({name: value for name, value in parts.items() if value})
        return f"?{text}" if text else ""


@dataclass(frozen=True, slots=True)
class CourseCount:
    """What waits in one course."""

    id: UUID
    slug: str
    title: str
    waiting: int
    oldest: datetime | None
    unassigned: int
    mine: int
    changed: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """What waits in all courses of the trainer."""

    courses: tuple[CourseCount, ...]

    @property
    def waiting(self) -> int:
        return sum(course.waiting for course in self.courses)

    @property
    def unassigned(self) -> int:
        return sum(course.unassigned for course in self.courses)

    @property
    def mine(self) -> int:
        return sum(course.mine for course in self.courses)

    @property
    def oldest(self) -> datetime | None:
        return min((course.oldest for course in self.courses if course.oldest), default=None)

    @property
    def stamp(self) -> str:
        """Changes whenever a question of these courses does; what the page compares to learn whether there is news."""
        changed = max((course.changed for course in self.courses if course.changed), default=None)
        return f"{self.waiting}.{changed.timestamp() if changed else 0}"

    def title(self, course_id: UUID) -> str:
        return next((course.title for course in self.courses if course.id == course_id), "")


def read_filters(query: QueryDict) -> Filters:
    """The filters of an address; what makes no sense counts as not said."""
    whose, age, tab = query.get("whose", ""), query.get("age", ""), query.get("tab", "")
    return Filters(
        tab=tab if tab in TABS else "waiting",
        course=query.get("course", "").replace("\x00", "")[:100],
        age=age if age in AGES else "",
        whose=whose if whose in WHOSE else "",
        words=query.get("q", "").replace("\x00", "").strip()[:SEARCH_LIMIT],
        like=uuid_or_none(query.get("like", "")),
        after=_cursor(query.get("after", "")),
    )


def counts() -> Counts:
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return Counts(tuple(CourseCount(*row) for row in cursor.fetchall()))


def page(filters: Filters, person: User, now: datetime, *, limit: int = PAGE) -> tuple[list[Escalation], Filters | None]:
    """The tickets, and the filters of the next page when there is one."""
    rows = _ordered(_chosen(filters, person, now), filters)
    found = list(rows.select_related("course").only(*LISTED)[: limit + 1])
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], replace(filters, after=(last.created_at, last.pk))


def _chosen(filters: Filters, person: User, now: datetime) -> QuerySet[Escalation]:
    rows = Escalation.objects.for_desk(person).filter(status=TABS[filters.tab])
    if filters.course:
        rows = rows.filter(course__in=Course.objects.filter(slug=filters.course).values("pk"))
    if filters.age:
        rows = rows.filter(created_at__lt=now - AGES[filters.age])
    if filters.whose == "mine":
        rows = rows.filter(Q(trainer=person) | Q(claimed_by=person) | Q(replied_by=person))
    elif filters.whose == "unassigned":
        rows = rows.filter(trainer=None)
    if filters.words:
        rows = rows.filter(Q(original_question__icontains=filters.words) | Q(reply__icontains=filters.words))
    if filters.like:
        same = RawSQL(f"SELECT id FROM escalations_near(%s, {MOST_ALIKE}) WHERE {SAME}", [filters.like])  # noqa: S611 (constants)
        rows = rows.filter(Q(pk=filters.like) | Q(pk__in=same))
    return rows


def _ordered(rows: QuerySet[Escalation], filters: Filters) -> QuerySet[Escalation]:
    oldest_first = filters.tab == "waiting"
    if filters.after:
        moment, key = filters.after
        later = Q(created_at__gt=moment) | Q(created_at=moment, pk__gt=key)
        earlier = Q(created_at__lt=moment) | Q(created_at=moment, pk__lt=key)
        rows = rows.filter(later if oldest_first else earlier)
    return rows.order_by("created_at", "pk") if oldest_first else rows.order_by("-created_at", "-pk")


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    moment, _separator, key = text.replace(" ", "+").partition("~")
    try:
        parsed = parse_datetime(moment)
        return (parsed, UUID(key)) if parsed and parsed.tzinfo else None
    except ValueError:
        return None
