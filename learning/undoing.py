"""Taking knowledge back: by a person who changed their mind, and by a lesson that has changed.

The version leaves the search at once, because retrieval reads only what is live; the one before it returns. The item goes
back to review and says why. Refuses to take back what is not applied.
"""

from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.door import Actor, acting_as
from accounts.models import User
from learning.approving import ReviewRefused, decided, require
from learning.models import ContentChunk, Knowledge, LearningItem, OwnerCorrection

CHANGED = """
SELECT k.item_id FROM knowledge_base_rag k JOIN courses c ON c.id = k.course_id
 WHERE k.course_id = %s AND k.is_live AND k.chunk_hash <> '' AND k.item_id IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM ai_coach_content_chunks h
        WHERE h.course_id = k.course_id AND h.generation = c.index_generation AND h.content_hash = k.chunk_hash)
"""


@transaction.atomic
def undo(*, item_id: UUID, reviewer: User, reason: str = "") -> LearningItem:
    """Take an applied item back to review. Behind the reviewer's door. Raises ReviewRefused, PermissionDenied."""
    require(reviewer, "undo")
    item = LearningItem.objects.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise ReviewRefused("gone", _("This item does not exist any more."))
    if item.status != LearningItem.Status.APPLIED:
        raise decided(item)
    with acting_as(Actor(reviewer.pk, "system")):  # a worker's right, and the reviewer's name in the record
        withdraw(item, restore=True)
    LearningItem.objects.filter(pk=item.pk).update(
        status=LearningItem.Status.PENDING,
        reviewed_by=reviewer,
        reviewed_at=timezone.now(),
        reason=reason.strip() or _("Undone by %s.") % reviewer.name,
    )
    return LearningItem.objects.get(pk=item.pk)


def recheck(course_id: UUID) -> int:
    """Send verified answers whose lesson has changed back to review, in the caller's transaction as the system; how many.

    The version before it corrected the same old text, so it does not return either.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [course_id])
        changed = [row[0] for row in cursor.fetchall()]
    items = LearningItem.objects.select_for_update().filter(pk__in=changed, status=LearningItem.Status.APPLIED)
    for item in items:
        withdraw(item, restore=False)
        LearningItem.objects.filter(pk=item.pk).update(
            status=LearningItem.Status.PENDING,
            reason=_("Re-check: the lesson that it corrects has changed."),
            chunk_hash=_hash_now(item),
            metadata={**item.metadata, "recheck": {"old_hash": item.chunk_hash, "at": timezone.now().isoformat()}},
        )
    return len(changed)


def withdraw(item: LearningItem, *, restore: bool) -> None:
    """Take the item's version out of the search; with `restore`, the newest one before it that nobody took back returns."""
    gone = Knowledge.objects.filter(pk=item.knowledge_id).first() if item.knowledge_id else None
    if gone is None:
        return
    was_live, now = gone.is_live, timezone.now()
    gone.is_live, gone.retired_at, gone.updated_at = False, now, now
    gone.metadata = {**gone.metadata, "withdrawn": True}
    gone.save(update_fields=["is_live", "retired_at", "updated_at", "metadata"])
    if item.source_id:
        OwnerCorrection.objects.filter(pk=item.source_id).update(applied_at=None)
    if restore and was_live:
        earlier = Knowledge.objects.filter(entry_id=gone.entry_id, version__lt=gone.version)
        before = earlier.exclude(metadata__has_key="withdrawn").order_by("-version").first()
        if before:
            Knowledge.objects.filter(pk=before.pk).update(is_live=True, retired_at=None, updated_at=now)


def _hash_now(item: LearningItem) -> str:
    """The hash of the passage that stands at the item's place today; empty when the place is gone."""
    place = item.place
    today = ContentChunk.objects.filter(course_id=item.course_id, generation=item.course.index_generation)
    here = today.filter(chapter_id=place.get("chapter_id") or "", lab_id=place.get("lab_id"), anchor=place.get("anchor") or "")
    return here.order_by("position").values_list("content_hash", flat=True).first() or ""
