"""How far an application is that somebody asked for. The items themselves say it; the session knows which ones they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from learning.models import LearningItem

RUN = "learning_run"
SLOW = timedelta(seconds=45)  # above the pause between two looks of the worker


@dataclass(frozen=True, slots=True)
class Run:
    items: list[LearningItem]
    asked: int
    applied: int
    held: int
    is_slow: bool

    @property
    def settled(self) -> int:
        """Applied, held back, or taken away by somebody meanwhile."""
        return self.asked - sum(_waits(item) for item in self.items)

    @property
    def is_over(self) -> bool:
        return self.settled >= self.asked


def remember_run(request: HttpRequest, ids: Sequence[UUID]) -> None:
    request.session[RUN] = {"ids": [str(pk) for pk in ids], "at": timezone.now().isoformat()}


def progress_of(request: HttpRequest) -> Run | None:
    """The reader's last run; None when there was none. Behind the reader's door."""
    kept = request.session.get(RUN)
    if not kept:
        return None
    rows = LearningItem.objects.filter(pk__in=kept["ids"]).order_by("created_at")
    items = list(rows.only("pk", "status", "question", "held_reason", "created_at"))
    return Run(
        items=items,
        asked=len(kept["ids"]),
        applied=sum(item.status == LearningItem.Status.APPLIED for item in items),
        held=sum(bool(item.held_reason) for item in items),
        is_slow=_age(kept["at"]) > SLOW,
    )


def _waits(item: LearningItem) -> bool:
    return item.status == LearningItem.Status.APPROVED and not item.held_reason


def _age(at: str) -> timedelta:
    asked: datetime | None = parse_datetime(at)
    return timezone.now() - asked if asked else timedelta()
