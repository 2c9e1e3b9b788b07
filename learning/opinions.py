"""What somebody thinks of an answer, as the learning loop keeps it: one opinion of each person on each turn.

Behind the person's own door: the database refuses an opinion on another's turn. An opinion that is taken back takes its item
along, as long as nobody has judged it.
"""

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as, planned_once
from learning.models import ConversationFeedback, ConversationMemory, LearningItem

UNHAPPY = 2  # stars at most


def give_opinion(
    *, conversation: ConversationMemory, feedback_type: str, rating: int | None = None, reason: str = ""
) -> ConversationFeedback:
    """Save or change the opinion of the turn's own person."""
    opinion = opinion_on(conversation)
    if opinion is None:
        return ConversationFeedback.objects.create(
            conversation=conversation,
            learner_id=conversation.user_id,
            course_id=conversation.course_id,
            feedback_type=feedback_type,
            rating=rating,
            reason=reason or None,
        )
    opinion.feedback_type, opinion.rating, opinion.reason = feedback_type, rating, reason or None
    opinion.save(update_fields=["feedback_type", "rating", "reason"])
    if is_unhappy(opinion):
        _reopen_item(opinion)
    else:
        _close_item(opinion)
    return opinion


def opinion_on(conversation: ConversationMemory, using: str = DEFAULT_DB_ALIAS) -> ConversationFeedback | None:
    """What the turn's own person thinks of it."""
    rows = ConversationFeedback.objects.using(using)
    with planned_once(using):
        return rows.filter(conversation_id=conversation.pk, learner_id=conversation.user_id).first()


def take_back(conversation: ConversationMemory) -> None:
    """The opinion is gone, and the item that it made is put away."""
    for opinion in ConversationFeedback.objects.filter(conversation=conversation, learner_id=conversation.user_id):
        _close_item(opinion)
        opinion.delete()


def is_unhappy(opinion: ConversationFeedback) -> bool:
    stars = opinion.rating is not None and opinion.rating <= UNHAPPY
    return stars or opinion.feedback_type == ConversationFeedback.Type.THUMBS_DOWN


def _reopen_item(opinion: ConversationFeedback) -> None:
    """Unhappy once more: the item that was put away with the earlier opinion waits again, unless somebody judged it."""
    with acting_as(SYSTEM):
        items = LearningItem.objects.filter(source_type=LearningItem.SourceType.FEEDBACK, source_id=opinion.pk)
        items.filter(status=LearningItem.Status.REJECTED, reviewed_by=None).update(status=LearningItem.Status.PENDING, reason="")


def _close_item(opinion: ConversationFeedback) -> None:
    with acting_as(SYSTEM):
        item = LearningItem.objects.pending().filter(source_type=LearningItem.SourceType.FEEDBACK, source_id=opinion.pk)
        item.update(
            status=LearningItem.Status.REJECTED, reviewed_at=timezone.now(), reason=_("The learner took the opinion back.")
        )
