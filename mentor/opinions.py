"""What a learner thinks of an answer: a rating from 1 to 5 with a comment, and a flag for somebody to look at it."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ai.asking import QUESTION_LIMIT
from mentor.models import Chat
from planning.concepts import evidencing

LEAST, MOST = 1, 5
WELL = 4  # from which rating on a question counts as answered well


class OpinionRefused(ValueError):
    """Says to the person what is wrong with it; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def rate(*, chat: Chat, rating: int, feedback: str | None = None) -> None:
    """Save a rating; saying it again changes it. `feedback` None keeps the comment. Behind the learner's door."""
    if not LEAST <= rating <= MOST:
        raise OpinionRefused("rating", _("Choose from 1 to 5."))
    if chat.is_open:
        raise OpinionRefused("open", _("The answer is still being written."))
    chat.student_rating, chat.rated_at = rating, timezone.now()
    if feedback is not None:
        chat.student_feedback = readable_note(feedback) or None
    chat.save(update_fields=["student_rating", "student_feedback", "rated_at"])
    _move_concept(chat)


def withdraw(chat: Chat) -> None:
    """Take rating and comment back."""
    chat.student_rating = chat.student_feedback = chat.rated_at = None
    chat.save(update_fields=["student_rating", "student_feedback", "rated_at"])
    _move_concept(chat)


def _move_concept(chat: Chat) -> None:
    """A question that its learner calls answered well moves the concept that the thread is about, until that is taken back."""
    concept_id = chat.conversation.concept_id
    if concept_id is None:
        return
    source, now = f"mentor:{chat.pk}", timezone.now()
    if (chat.student_rating or 0) >= WELL:
        evidencing.note_question(concept_id=concept_id, source=source, question=chat.question, url=chat_url(chat), now=now)
    else:
        evidencing.forget_question(learner_id=chat.user_id, source=source, now=now)


def chat_url(chat: Chat) -> str:
    return f"{reverse('mentor-thread', args=[chat.conversation_id])}?chat={chat.pk}#turn-{chat.pk}"


def flag(chat: Chat, *, is_flagged: bool) -> None:
    """Ask that a person looks at the answer, or take that back. The learner's trainer may read a flagged chat."""
    chat.flagged_for_review = is_flagged
    chat.save(update_fields=["flagged_for_review"])


def readable_note(note: str) -> str:
    """The note without space around it. Raises OpinionRefused."""
    if len(note) > QUESTION_LIMIT or "\x00" in note:
        raise OpinionRefused("note", _("The note may have %(limit)d characters, none of them null.") % {"limit": QUESTION_LIMIT})
    return note.strip()
