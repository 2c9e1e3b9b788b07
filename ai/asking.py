"""What can be a question, in either conversation. Refuses what cannot, in words for the person."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

QUESTION_LIMIT = 4000  # characters


class QuestionRefused(ValueError):
    """Says to the person what is wrong with the question; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def readable(question: str) -> str:
    """The question without the space around it; raises QuestionRefused."""
    text = question.strip()
    if not text:
        raise QuestionRefused("empty", _("Write a question first."))
    if "\x00" in text:
        raise QuestionRefused(
            "unreadable", _("The question holds a null character, which cannot be stored. Remove it and ask again.")
        )
    if len(text) > QUESTION_LIMIT:
        over = len(text) - QUESTION_LIMIT
        message = ngettext("The question is %(over)d character too long.", "The question is %(over)d characters too long.", over)
        hint = _("It may have %(limit)d. Keep the part that shows the problem.") % {"limit": QUESTION_LIMIT}
        raise QuestionRefused("too_long", f"{message % {'over': over}} {hint}")
    return text
