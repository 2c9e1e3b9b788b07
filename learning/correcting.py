"""A trainer says what the coach should have said. The database makes the learning item of it.

Behind the trainer's door, which decides whose conversations may be corrected. The text is stored as it was said, whatever it
holds: it is shown as text and sent to models as data. Refuses nothing to correct, and what no screen could show.
"""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from learning.models import ConversationMemory, OwnerCorrection
from learning.waking import wake_apply

BY_RULE = frozenset({OwnerCorrection.Priority.HIGH, OwnerCorrection.Priority.URGENT})  # the trigger approves these by itself
LIMIT = 1_100_000  # characters: a megabyte is kept, a form of two is not


class CorrectionRefused(ValueError):
    """Says to the trainer what is wrong; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def correct(
    *,
    conversation: ConversationMemory,
    trainer: User,
    corrected_answer: str,
    priority: str = OwnerCorrection.Priority.NORMAL,
    context: str = "",
    key: UUID | None = None,
) -> OwnerCorrection:
    """Save the correction of a turn; the same key of the same trainer again gives the same one. Raises CorrectionRefused."""
    _check(corrected_answer, priority, context)
    if priority in BY_RULE:
        wake_apply()
    correction = OwnerCorrection(
        conversation=conversation,
        learner_id=conversation.user_id,
        course_id=conversation.course_id,
        trainer=trainer,
        trainer_name=trainer.name,
        original_response=conversation.metadata.get("answer", ""),
        corrected_answer=corrected_answer,
        priority=priority,
        correction_context=context or None,
        client_key=key,
    )
    try:
        with transaction.atomic():
            correction.save(force_insert=True)
    except IntegrityError:
        earlier = OwnerCorrection.objects.filter(trainer=trainer, client_key=key).first() if key else None
        if earlier is None:
            raise
        if earlier.conversation_id != conversation.pk:
            raise CorrectionRefused("key", _("This key was used for the correction of another answer.")) from None
        return earlier
    return correction


def _check(corrected_answer: str, priority: str, context: str) -> None:
    if priority not in OwnerCorrection.Priority.values:
        raise CorrectionRefused("priority", _("The priority is one of: low, normal, high, urgent."))
    if not corrected_answer.strip():
        raise CorrectionRefused("empty", _("Write the answer that the coach should have given."))
    if "\x00" in corrected_answer + context:
        raise CorrectionRefused("unreadable", _("The text holds a null character, which cannot be stored."))
    if len(corrected_answer) > LIMIT or len(context) > LIMIT:
        raise CorrectionRefused("too_long", _("The text may have %(limit)d characters.") % {"limit": LIMIT})
