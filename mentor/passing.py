"""Passing a chat on to the learner's trainer: onto the same desk as the coach's questions.

The desk belongs to a room beside this one, which may not be called: the question becomes a row that the desk picks up, and its
reply comes back onto that row.
"""

import logging
from typing import Any

from celery import current_app
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from ai.models import Handover
from mentor.models import Chat
from mentor.opinions import OpinionRefused, readable_note

log = logging.getLogger("aicoach.mentor")

PICK_UP_TASK = "coach.pick_up"
EARLIER = 6  # chats of the same thread, for the trainer to read
TURN_LIMIT = 4000  # characters of each answer that are kept


def pass_on(*, chat: Chat, reason: str = "") -> Handover:
    """Ask one's trainer; again only adds nothing. Behind the learner's door. Raises OpinionRefused."""
    if chat.is_open:
        raise OpinionRefused("open", _("The answer is still being written. Wait for it, or stop it first."))
    if chat.course_id is None:
        raise OpinionRefused("course", _("This thread belongs to no course, so no trainer can be asked."))
    note = readable_note(reason)
    with transaction.atomic():
        handover, is_new = Handover.objects.get_or_create(source_id=chat.pk, defaults=_about(chat, note))
        if is_new:
            chat.escalated_to_trainer, chat.escalation_reason, chat.escalated_at = True, note or None, timezone.now()
            chat.save(update_fields=["escalated_to_trainer", "escalation_reason", "escalated_at"])
            transaction.on_commit(_wake_desk)
    return handover


def _about(chat: Chat, note: str) -> dict[str, Any]:
    return {
        "user_id": chat.user_id,
        "course_id": chat.course_id,
        "question": chat.question,
        "answer": chat.response,
        "label": chat.label,
        "confidence": chat.confidence,
        "conversation": _thread(chat),
        "evidence": chat.evidence,
        "note": note,
    }


def _thread(chat: Chat) -> list[dict[str, str]]:
    rows = Chat.objects.filter(conversation_id=chat.conversation_id, user_id=chat.user_id, pk__lte=chat.pk)
    newest = rows.order_by("-pk").values_list("question", "response", "label")[: EARLIER + 1]
    return [{"question": said, "answer": answer[:TURN_LIMIT], "label": label} for said, answer, label in reversed(newest)]


def _wake_desk() -> None:
    """If Redis is there to pass it on; the row waits for the sweeper anyway."""
    try:
        current_app.send_task(PICK_UP_TASK, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("desk_not_woken error=%s", type(error).__name__)
