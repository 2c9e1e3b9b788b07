"""The try at an explanation's question: judged at once, answered plainly, with the passage. Nothing of it is kept."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from coach.explaining.composing import Explanation
from coach.explaining.keeping import About, kept_one, without_model
from coach.session_models import SAID_LIMIT
from coach.sessions.judging import Judged, Verdict, judge
from coach.sessions.leading import nudge, reaction

TRIED = (Verdict.UNDERSTOOD, Verdict.PARTLY, Verdict.NOT_YET)


class TryRefused(ValueError):
    """Says to the person what is wrong; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Checked:
    """`shows` is the sentence of the course, for somebody who has tried; `source` the number of its passage."""

    verdict: Verdict
    words: str
    shows: str
    source: int


def check(person: User, about: About, words: str, *, token: str) -> tuple[Checked, Explanation]:
    """Opens doors itself; may speak to the embedder. Raises TryRefused."""
    said = _readable(words)
    explanation = kept_one(person, about) or without_model(person, about)
    if explanation is None:
        raise TryRefused("not_in_course", _("The course says too little about this to ask a question."))
    if token and token != explanation.token:
        raise TryRefused("moved", _("The explanation was made anew meanwhile, and so was its question. Read it and try again."))
    judged = judge(explanation.step, said)
    shows = (explanation.step.shows or explanation.step.expects) if judged.verdict in TRIED else ""
    return Checked(judged.verdict, _words(judged), shows, explanation.step.source), explanation


def _words(judged: Judged) -> str:
    if judged.verdict == Verdict.UNDERSTOOD:
        return _("Yes, that is it.")
    if judged.turned or judged.verdict not in TRIED:
        return reaction(judged)
    return f"{reaction(judged)} {nudge(judged)}" if judged.missing else reaction(judged)


def _readable(words: str) -> str:
    text = words.strip()
    if not text:
        raise TryRefused("empty", _("Write something first. A guess is fine."))
    if "\x00" in text:
        raise TryRefused("unreadable", _("Your words hold a null character. Remove it and try again."))
    if len(text) > SAID_LIMIT:
        raise TryRefused("too_long", _("This may have %(limit)d characters. Keep the part that matters.") % {"limit": SAID_LIMIT})
    return text
