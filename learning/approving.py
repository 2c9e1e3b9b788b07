"""Judging an item of the queue: approve it, with or without a change, reject it, merge it, take it out of the archive.

Each deed is one conditional update behind the reviewer's door: when two people judge the same item, the second is told who was
first. Each needs its permission; the database writes the record. Refuses to approve nothing, and to reject without a reason.
"""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from learning.models import LearningItem
from learning.waking import wake_apply

Status = LearningItem.Status
REEMBED: dict[str, Any] = {"embedding": None, "question_embedding": None, "embedding_model": "", "embedding_tries": 0}


class ReviewRefused(ValueError):
    """Says to the reviewer why not; `code` says it to a program: `decided`, `gone`, `empty`, `reason`, `itself`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def may(reviewer: User, deed: str) -> bool:
    """Whether the person has the permission for `approve`, `reject`, `merge`, `apply` or `undo`."""
    return reviewer.has_perm(f"learning.{deed}_learningitem")


def require(reviewer: User, deed: str) -> None:
    """Raises PermissionDenied."""
    if not may(reviewer, deed):
        raise PermissionDenied(deed)


@transaction.atomic
def approve(*, item_id: UUID, reviewer: User, content: str | None = None, category: str | None = None) -> LearningItem:
    """Approve a pending item; with `content`, as the reviewer put it. Raises ReviewRefused, PermissionDenied."""
    require(reviewer, "approve")
    item = _item(item_id)
    text = item.proposed_content if content is None else content.replace("\x00", "")
    if not text.strip():
        raise ReviewRefused("empty", _("There is nothing to learn yet: write what the coach should say."))
    changes: dict[str, Any] = {"category": category} if category else {}
    if text != item.proposed_content:
        changes |= {"proposed_content": text, **REEMBED}
    if text != item.proposed_content or item.verified_by_id is None:
        changes |= {"verified_by": reviewer, "verified_by_name": reviewer.name}
    _decide(item_id, reviewer, Status.APPROVED, held_reason="", reason="", **changes)
    wake_apply()
    return _item(item_id)


@transaction.atomic
def reject(*, item_id: UUID, reviewer: User, reason: str) -> LearningItem:
    """Put a pending item away, with the reason. An approved one too, as long as it is not applied."""
    require(reviewer, "reject")
    if not reason.strip():
        raise ReviewRefused("reason", _("Say why it is rejected; it stays with the item."))
    _decide(item_id, reviewer, Status.REJECTED, reason=reason.strip(), held_reason="", of=(Status.PENDING, Status.APPROVED))
    return _item(item_id)


@transaction.atomic
def merge(*, item_id: UUID, into_id: UUID, reviewer: User) -> LearningItem:
    """The item asks for the same as another: it is put away with a link, and the other counts it. The other one is returned."""
    require(reviewer, "merge")
    if item_id == into_id:
        raise ReviewRefused("itself", _("An item cannot be merged into itself."))
    item, into = _item(item_id), _item(into_id)
    if into.course_id != item.course_id or into.status == Status.REJECTED:
        raise ReviewRefused("gone", _("That item cannot take another in."))
    reason = _("Merged into another item.")
    _decide(item_id, reviewer, Status.REJECTED, reason=reason, duplicate_of_id=into_id)
    LearningItem.objects.filter(pk=into_id).update(asked_count=F("asked_count") + item.asked_count)
    return _item(into_id)


@transaction.atomic
def reopen(*, item_id: UUID, reviewer: User) -> LearningItem:
    """Take a rejected item out of the archive, or an approved one back, to be judged again."""
    require(reviewer, "approve")
    _decide(item_id, reviewer, Status.PENDING, of=(Status.REJECTED, Status.APPROVED))
    return _item(item_id)


def _decide(item_id: UUID, reviewer: User, status: str, *, of: tuple[str, ...] = (Status.PENDING,), **changes: Any) -> None:
    judged = LearningItem.objects.filter(pk=item_id, status__in=of)
    if not judged.update(status=status, reviewed_by=reviewer, reviewed_at=timezone.now(), **changes):
        raise _too_late(item_id)


def _too_late(item_id: UUID) -> ReviewRefused:
    item = _item(item_id)
    who = item.reviewed_by.name if item.reviewed_by else _("somebody")
    said = {"who": who, "state": item.get_status_display()}
    return ReviewRefused("decided", _("%(who)s was faster: this item is now “%(state)s”.") % said)


def _item(item_id: UUID) -> LearningItem:
    item = LearningItem.objects.select_related("reviewed_by").filter(pk=item_id).first()
    if item is None:
        raise ReviewRefused("gone", _("This item does not exist any more."))
    return item
