"""Judging an item of the queue: approve it, with or without a change, reject it, merge it, take it out of the archive.

Each deed is one conditional update behind the reviewer's door: when two people judge the same item, the second is told who did
what and when. Each needs its permission; the database writes the record. Refuses to approve nothing, to approve what the reviewer
has not seen, and to reject without a reason.
"""

import hashlib
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from learning.models import LearningItem
from learning.waking import wake_apply

Status = LearningItem.Status
REEMBED: dict[str, Any] = {"embedding": None, "question_embedding": None, "embedding_model": "", "embedding_tries": 0}


class ReviewRefused(ValueError):
    """Says to the reviewer why not; `code` says it to a program: `decided`, `changed`, `gone`, `empty`, `reason`, `itself`."""

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


def fingerprint(item: LearningItem) -> str:
    """Of the proposed content, so that a deed can say which text it was decided on."""
    return hashlib.sha256(item.proposed_content.encode()).hexdigest()[:16]


@transaction.atomic
def approve(
    *, item_id: UUID, reviewer: User, content: str | None = None, category: str | None = None, seen: str = ""
) -> LearningItem:
    """Approve a pending item; with `content`, as the reviewer put it. Raises ReviewRefused, PermissionDenied.

    `seen` is the fingerprint of the text that the reviewer had before them: when the item has another one by now, it is refused.
    """
    require(reviewer, "approve")
    item = _locked(item_id)
    if item.status != Status.PENDING:
        raise decided(item)
    if seen and seen != fingerprint(item):
        raise ReviewRefused("changed", _("The proposed text has changed since you opened this page. Look at it again."))
    text = item.proposed_content if content is None else content.replace("\x00", "")
    if not text.strip():
        raise ReviewRefused("empty", _("There is nothing to learn yet: write what the coach should say."))
    changes: dict[str, Any] = {"category": category} if category else {}
    if "recheck" in item.metadata:  # somebody has looked
        changes["metadata"] = {name: value for name, value in item.metadata.items() if name != "recheck"}
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
    """The item asks for the same as another: it is put away with a link, and the other counts it. The other one is returned.

    What was grouped under it goes along. Who asked is counted once: what was grouped under the other is counted there already.
    """
    require(reviewer, "merge")
    if item_id == into_id:
        raise ReviewRefused("itself", _("An item cannot be merged into itself."))
    list(LearningItem.objects.select_for_update().filter(pk__in=[item_id, into_id]).order_by("pk"))  # always in this order
    item, into = _item(item_id), _item(into_id)
    if into.course_id != item.course_id or into.status == Status.REJECTED:
        raise ReviewRefused("gone", _("That item cannot take another in."))
    _decide(item_id, reviewer, Status.REJECTED, reason=_("Merged into another item."), duplicate_of_id=into_id)
    _regroup(item, into)
    return _item(into_id)


def _regroup(item: LearningItem, into: LearningItem) -> None:
    """Move what the merged item counts: from the head it was grouped under, and with the items grouped under it."""
    rows = LearningItem.objects
    rows.filter(duplicate_of=item.pk).exclude(pk=into.pk).update(duplicate_of=into.pk)
    more = item.asked_count
    if item.duplicate_of_id == into.pk:
        more = item.asked_count - 1  # as one of the other's already
    elif item.duplicate_of_id:
        rows.filter(pk=item.duplicate_of_id).update(asked_count=Greatest(F("asked_count") - 1, 1))
    if into.duplicate_of_id == item.pk:  # the other was one of the item's
        more -= 1
        rows.filter(pk=into.pk).update(duplicate_of=None)
    rows.filter(pk=into.pk).update(asked_count=F("asked_count") + more)


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
    return decided(_item(item_id))


def decided(item: LearningItem) -> ReviewRefused:
    """The refusal that says who did what and when."""
    when = formats.date_format(timezone.localtime(item.reviewed_at), "SHORT_DATETIME_FORMAT") if item.reviewed_at else "-"
    who = item.reviewed_by.name if item.reviewed_by else _("Somebody")
    said = {"who": who, "state": item.get_status_display(), "when": when}
    return ReviewRefused("decided", _("%(who)s was faster: this item is “%(state)s” since %(when)s.") % said)


def _locked(item_id: UUID) -> LearningItem:
    """The item as it is, and as it stays until the deed is done."""
    LearningItem.objects.select_for_update().filter(pk=item_id).values_list("pk").first()
    return _item(item_id)


def _item(item_id: UUID) -> LearningItem:
    item = LearningItem.objects.select_related("reviewed_by").filter(pk=item_id).first()
    if item is None:
        raise ReviewRefused("gone", _("This item does not exist any more."))
    return item
