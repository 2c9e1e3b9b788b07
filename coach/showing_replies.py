"""What became of a question that went to a person, as its learner sees it under the answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from coach.models import QUESTION_LIMIT, Escalation, Query
from learning.showing import rendered


@dataclass(frozen=True, slots=True)
class SaidByTrainer:
    """One reply, ready to be shown."""

    signed: str
    at: datetime | None
    html: SafeString
    note: str = ""  # what the learner said to it


@dataclass(frozen=True, slots=True)
class Passed:
    """Where the question stands. `kind` is how the words look; `is_waiting` pages ask again by themselves."""

    status: str
    kind: str
    words: str
    note: str
    replies: tuple[SaidByTrainer, ...]
    is_waiting: bool
    may_settle: bool
    may_withdraw: bool
    is_new: bool
    limit: int = QUESTION_LIMIT


def passed(query: Query) -> Passed | None:
    """What the learner sees of the escalation of a query that was read with `with_answer()`."""
    escalation: Escalation | None = getattr(query, "escalation", None)
    if escalation is None:
        return None
    kind, words = _words(escalation)
    is_answered = escalation.status == Escalation.Status.RESPONDED
    return Passed(
        status=escalation.status,
        kind=kind,
        words=words,
        note=escalation.learner_note,
        replies=tuple(replies_of(escalation)),
        is_waiting=escalation.is_waiting,
        may_settle=is_answered,
        may_withdraw=escalation.is_waiting,
        is_new=escalation.is_new_to_learner,
    )


def replies_of(escalation: Escalation) -> Iterator[SaidByTrainer]:
    """All replies, oldest first."""
    for earlier in escalation.earlier_replies:
        at = parse_datetime(earlier.get("at") or "")
        yield SaidByTrainer(earlier.get("signed", ""), at, rendered(earlier.get("reply", "")), earlier.get("note", ""))
    if escalation.reply:
        note = escalation.settled_note if escalation.is_waiting else ""
        yield SaidByTrainer(escalation.signed, escalation.replied_at, rendered(escalation.reply), note)


def _words(escalation: Escalation) -> tuple[str, str]:
    if escalation.is_waiting:
        return "waiting", _waiting_words(escalation)
    if escalation.status == Escalation.Status.RESOLVED:
        return "", _("Settled.")
    if escalation.status == Escalation.Status.ARCHIVED:
        return "", _("Closed. Your trainer does not have this question any more.")
    return "", ""


def _waiting_words(escalation: Escalation) -> str:
    if escalation.reply:
        return _("Your trainer has this question again. The next reply will appear here.")
    if escalation.reason == Escalation.Reason.UNSURE:
        return _("The coach is not sure of this, so your trainer has the question too. The reply will appear here.")
    if escalation.reason == Escalation.Reason.FAILED:
        return _("No model could answer, so your trainer has the question. The reply will appear here.")
    return _("Your trainer has this question. The reply will appear here.")
