"""What a learner thinks of an answer: a rating from 1 to 5 with a comment, and a flag for somebody to look at it."""

from django.utils import timezone
from django.utils.translation import gettext as _

from ai.asking import QUESTION_LIMIT
from mentor.models import Chat

LEAST, MOST = 1, 5


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


def withdraw(chat: Chat) -> None:
    """Take rating and comment back."""
    chat.student_rating = chat.student_feedback = chat.rated_at = None
    chat.save(update_fields=["student_rating", "student_feedback", "rated_at"])


def flag(chat: Chat, *, is_flagged: bool) -> None:
    """Ask that a person looks at the answer, or take that back. The learner's trainer may read a flagged chat."""
    chat.flagged_for_review = is_flagged
    chat.save(update_fields=["flagged_for_review"])


def readable_note(note: str) -> str:
    """The note without space around it. Raises OpinionRefused."""
    if len(note) > QUESTION_LIMIT or "\x00" in note:
        raise OpinionRefused("note", _("The note may have %(limit)d characters, none of them null.") % {"limit": QUESTION_LIMIT})
    return note.strip()
