"""Where the pages of review are, and what they say of an item's state and of the last deed."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from learning.models import LearningItem
from learning.review import doors
from learning.review.shelf import Shelf

DEEDS = {"approved": "approve", "rejected": "reject"}
UNDONE_BY = "reopen"  # what was applied meanwhile is taken back on its own page, with a reason
TONES = {"pending": "waiting", "approved": "good", "applied": "good", "rejected": ""}


def state_of(item: LearningItem) -> Mapping[str, str]:
    """The state in words and in colour."""
    if item.status == LearningItem.Status.APPROVED and item.held_reason:
        return {"label": _("Held back"), "tone": "low"}
    if item.status == LearningItem.Status.PENDING and "recheck" in item.metadata:
        return {"label": _("Re-check"), "tone": "low"}
    return {"label": item.get_status_display(), "tone": TONES[item.status]}


def done(params: QueryDict, person: User) -> Mapping[str, Any] | None:
    """The last deed as its items show it, and whether the reader may undo it; None once it was undone. Behind their door."""
    ids = [item_id for each in params.getlist("undo")[: doors.AT_ONCE] if (item_id := uuid_of(each))]
    if not ids:
        return None
    rows = LearningItem.objects.filter(pk__in=ids, reviewed_by=person, status__in=DEEDS)
    items = list(rows.only("pk", "status", "question", "duplicate_of"))
    if len({item.status for item in items}) != 1:
        return None
    deed = DEEDS[items[0].status]
    if deed == "reject" and all(item.duplicate_of_id for item in items):
        deed = "merge"
    return {"said": doors.SAID[deed](len(items)), "items": items, "may_undo": doors.rights(person)[UNDONE_BY]}


def uuid_of(text: str) -> UUID | None:
    """The id that the text is; None when it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def item_address(item_id: UUID, shelf: Shelf) -> str:
    return _with(reverse("admin:learning_learningitem_change", args=[item_id]), shelf.query)


def list_address(shelf: Shelf) -> str:
    return _with(reverse("admin:learning_learningitem_changelist"), shelf.query)


def with_undo(address: str, ids: Sequence[UUID]) -> str:
    """The address of a page that tells of the deed on these items."""
    return _with(address, urlencode({"undo": ids}, doseq=True))


def _with(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}" if query else address
