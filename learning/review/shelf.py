"""Which items a reviewer looks at, in which order: the addresses of the queue's list, and the rows behind them.

Made for millions of rows. Each shelf and its order is served by an index; pages are cut by the last row's place instead of a
count; words and traits that no index serves are looked for among the first `REACH` rows of the shelf.
"""

import operator
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import reduce
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Left
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.door import planned_once
from learning.models import LearningItem
from learning.queue_models import RECHECK

PAGE = 50  # items of a list
REACH = 10_000  # rows of a shelf that words and traits are looked for in
CAP = 1_000  # counts say "1,000+" above this
EXCERPT = 400  # characters of a question or an answer in a list

SHELVES: dict[str, Any] = {
    "pending": _("To review"),
    "recheck": _("Re-check"),
    "approved": _("Approved"),
    "held": _("Held back"),
    "applied": _("Applied"),
    "rejected": _("Rejected"),
    "all": _("All"),
}
WHERE = {
    "pending": Q(status="pending"),
    "recheck": RECHECK,
    "approved": Q(status="approved", held_reason=""),
    "held": Q(status="approved") & ~Q(held_reason=""),
    "applied": Q(status="applied"),
    "rejected": Q(status="rejected"),
    "all": Q(),
}
BY_VALUE = ("pending", "recheck")  # the others are decided: the newest first
SORTS = {"value": ("value_rank", True), "newest": ("created_at", True), "oldest": ("created_at", False)}
TRAITS: dict[str, tuple[Any, Q]] = {
    "near": (_("Something near it"), ~Q(near=[])),
    "grouped": (_("Grouped under another"), Q(duplicate_of__isnull=False)),
    "often": (_("Asked more than once"), Q(asked_count__gt=1)),
}
HEAVY = ("embedding", "question_embedding", "proposed_content", "original_answer", "receipt", "near", "place")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A view of the queue as its address says it; what cannot be read means the default."""

    state: str = "pending"
    course: str = ""
    source: str = ""
    trait: str = ""
    q: str = ""
    sort: str = ""

    @property
    def query(self) -> str:
        """For links: what differs from the default."""
        return urlencode({name: value for name, value in asdict(self).items() if value and (name, value) != ("state", "pending")})

    def query_after(self, last: UUID) -> str:
        """For the link to the page that begins after an item."""
        return "&".join(part for part in (self.query, urlencode({"after": last})) if part)

    @property
    def order(self) -> tuple[str, bool]:
        """The column and whether it falls."""
        return SORTS[self.sort or ("value" if self.state in BY_VALUE else "newest")]

    @property
    def is_narrow(self) -> bool:
        """Whether only the first rows of the shelf are looked through."""
        return bool(self.source or self.trait or self.q)

    def on(self, state: str) -> "Shelf":
        return replace(self, state=state, sort="")

    def rows(self) -> QuerySet[LearningItem]:
        """In order. For words and traits it looks up first where the part ends that is looked through."""
        if item_id := _uuid(self.q):
            return LearningItem.objects.filter(pk=item_id)  # an id finds its item on whichever shelf it stands
        rows = self._sorted(LearningItem.objects.filter(WHERE[self.state]))
        if self.course:
            rows = rows.filter(course_id=self.course)
        return self._narrowed(rows) if self.is_narrow else rows

    def after(self, place: "Place", *, backwards: bool = False) -> QuerySet[LearningItem]:
        """The rows that come after a place, in order; backwards, those before it, the nearest first."""
        name, falls = self.order
        way = "lt" if falls != backwards else "gt"
        key = place.of(name)
        rows = self.rows().filter(**{f"{name}__{way}e": key}).filter(Q(**{f"{name}__{way}": key}) | Q(**{f"id__{way}": place.id}))
        return rows.reverse() if backwards else rows

    def _sorted(self, rows: QuerySet[LearningItem]) -> QuerySet[LearningItem]:
        name, falls = self.order
        return rows.order_by(*(F(each).desc() if falls else F(each).asc() for each in (name, "id")))

    def _narrowed(self, rows: QuerySet[LearningItem]) -> QuerySet[LearningItem]:
        name, falls = self.order
        last = rows.values_list(name, flat=True)[REACH - 1 : REACH].first()
        if last is not None:
            rows = rows.filter(**{f"{name}__{'gte' if falls else 'lte'}": last})
        if self.source:
            rows = rows.filter(source_type=self.source)
        if self.trait:
            rows = rows.filter(TRAITS[self.trait][1])
        return rows.filter(_holds(self.q)) if self.q else rows


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item stands in every order."""

    COLUMNS: ClassVar = ("id", "value_rank", "created_at")

    value_rank: float
    created_at: Any
    id: UUID

    @classmethod
    def of_item(cls, item: LearningItem) -> "Place":
        return cls(item.value_rank, item.created_at, item.pk)

    def of(self, name: str) -> Any:
        return getattr(self, name)


def shelf_of(params: Mapping[str, str]) -> Shelf:
    """The shelf that an address names."""

    def known(name: str, values: Any) -> str:
        return params[name] if params.get(name) in values else ""

    state = known("state", SHELVES) or "pending"
    sorts = SORTS if state in BY_VALUE else ("newest", "oldest")  # no index orders what is decided by value
    return Shelf(
        state=state,
        course=_uuid(params.get("course", "")),
        source=known("source", LearningItem.SourceType.values),
        trait=known("trait", TRAITS),
        q=params.get("q", "").replace("\x00", "").strip()[:200],
        sort=known("sort", sorts),
    )


def for_list(rows: QuerySet[LearningItem]) -> QuerySet[LearningItem]:
    """With what a list shows: no vectors, and of long texts the beginning."""
    short = {f"short_{name}": Left(name, EXCERPT) for name in ("proposed_content", "original_answer")}
    return rows.select_related("course").defer(*HEAVY).annotate(**short)


def counts(course: str = "") -> dict[str, int]:
    """How many items stand on each shelf but the last, up to CAP + 1 each, in one statement. Behind the reader's door."""
    parts = []
    for name in list(SHELVES)[:-1]:
        rows = LearningItem.objects.filter(WHERE[name], **({"course": course} if course else {})).values("pk")[: CAP + 1]
        parts.append((name, rows))
    statements = [rows.query.sql_with_params() for _name, rows in parts]
    union = " UNION ALL ".join(f"SELECT %s, count(*) FROM ({sql}) AS part" for sql, _values in statements)
    values = [value for (name, _rows), (_sql, each) in zip(parts, statements, strict=True) for value in (name, *each)]
    with connection.cursor() as cursor:
        cursor.execute(union, values)
        return dict(cursor.fetchall())


def waiting(most: int = 99) -> int:
    """How many items wait for a person, up to `most` + 1."""
    with planned_once():
        return LearningItem.objects.pending()[: most + 1].count()


def badge(request: HttpRequest) -> str:
    """What waits for a person, beside the queue's name in the navigation; empty for nothing."""
    count = waiting()
    return "99+" if count > 99 else str(count or "")


def _holds(words: str) -> Q:
    """Every word, in the question or in the proposal."""
    each = [Q(question__icontains=word) | Q(proposed_content__icontains=word) for word in words.split()[:8]]
    return reduce(operator.and_, each)


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
