"""A trainer answers a learner: the reply, the wish to teach it, and the news to the learner, in one transaction.

Only one reply wins: the row is taken by one conditional update. Refuses an empty, endless or unreadable reply, and one to a
question that somebody else holds or has answered meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coach.escalation_models import UNDO
from coach.holding import free_for
from coach.models import Escalation
from coach.teaching import teach

REPLY_LIMIT = 20_000  # characters
PENDING, RESPONDED = Escalation.Status.PENDING, Escalation.Status.RESPONDED


class ReplyRefused(ValueError):
    """Says to the trainer why the reply cannot be sent; `code` says it to a program."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True, slots=True)
class Reply:
    """What a trainer wrote. `teach` hands it to the coach; `anyway` overrides a colleague's hold."""

    text: str
    teach: bool = True
    priority: str = Escalation.Priority.NORMAL
    anyway: bool = False


def reply(escalation: Escalation, written: Reply, trainer: User) -> Escalation:
    """Send a reply to a waiting question. Behind the trainer's door. Raises ReplyRefused."""
    text, now = readable(written.text), timezone.now()
    _check_priority(written.priority)
    rows = Escalation.objects.filter(pk=escalation.pk, status=PENDING)
    free = rows if written.anyway else rows.filter(free_for(trainer.pk, now))
    earlier = _with_earlier(escalation)
    if not _write(free, text, trainer, now, earlier_replies=earlier):
        raise _taken(escalation)
    escalation.refresh_from_db()
    if written.teach:
        teach(escalation, written.priority)
    return escalation


def is_sent(escalation: Escalation, written: Reply, trainer: User) -> bool:
    """Whether this very reply is there already: sent twice, it is one reply. Behind the trainer's door."""
    text = written.text.strip().replace("\r\n", "\n")
    sent = Escalation.objects.filter(pk=escalation.pk, status=RESPONDED, replied_by=trainer, reply=text)
    return bool(text) and sent.filter(replied_at__gt=timezone.now() - UNDO).exists()


def reply_to_same(escalation: Escalation, ids: list[UUID], written: Reply, trainer: User) -> int:
    """Send the same reply to others of the course who asked the same; how many got it. What somebody holds is left out."""
    others = (
        Escalation.objects.for_desk(trainer)
        .filter(pk__in=ids, course_id=escalation.course_id, status=PENDING)
        .exclude(pk=escalation.pk)
    )
    sent = 0
    for other in others:
        try:
            reply(other, Reply(written.text, teach=False, priority=written.priority), trainer)
        except ReplyRefused:
            continue
        sent += 1
    return sent


def edit(escalation: Escalation, written: Reply, trainer: User) -> Escalation:
    """Change a reply that was sent; the learner is told of the new text only by the page. Raises ReplyRefused."""
    text, now = readable(written.text), timezone.now()
    _check_priority(written.priority)
    changed = Escalation.objects.filter(pk=escalation.pk, status=RESPONDED).update(
        reply=text, replied_by=trainer, replied_at=now, signed=str(trainer), updated_at=now
    )
    if not changed:
        raise ReplyRefused("closed", _("This question is closed; the reply stays as it is."))
    escalation.refresh_from_db()
    if written.teach:
        teach(escalation, written.priority)
    return escalation


def undo(escalation: Escalation, trainer: User) -> str:
    """Take a reply back within a minute of sending; returns its text, to go on writing. Raises ReplyRefused."""
    now = timezone.now()
    rows = Escalation.objects.filter(
        pk=escalation.pk, status=RESPONDED, replied_by=trainer, replied_at__gt=now - UNDO, mailed_at=None
    )
    text = escalation.reply
    if not rows.update(
        status=PENDING, reply="", replied_by=None, replied_at=None, signed="", mail_due_at=None, teach=False,
        claimed_by=trainer, claimed_at=now, updated_at=now,
    ):  # fmt: skip
        raise ReplyRefused("late", _("A reply can be taken back for a minute. You can still change its text."))
    return text


def readable(text: str) -> str:
    """The reply as it is kept. Raises ReplyRefused."""
    text = text.strip().replace("\r\n", "\n")
    if not text:
        raise ReplyRefused("empty", _("Write a reply first."))
    if len(text) > REPLY_LIMIT:
        raise ReplyRefused("too_long", _("The reply may have %(limit)d characters.") % {"limit": REPLY_LIMIT})
    if "\x00" in text:
        raise ReplyRefused("unreadable", _("The reply holds a null character, which cannot be stored. Remove it and send again."))
    return text


def _check_priority(priority: str) -> None:
    if priority not in Escalation.Priority.values:
        raise ReplyRefused("priority", _("The priority is low, normal, high or urgent."))


def _with_earlier(escalation: Escalation) -> list[dict[str, str]]:
    """A reply that did not settle the question is kept beside the new one."""
    if not escalation.reply:
        return list(escalation.earlier_replies)
    at = escalation.replied_at.isoformat() if escalation.replied_at else ""
    last = {"reply": escalation.reply, "signed": escalation.signed, "at": at, "note": escalation.settled_note}
    return [*escalation.earlier_replies, last]


def _write(rows: QuerySet[Escalation], text: str, trainer: User, now: datetime, *, earlier_replies: list[dict[str, str]]) -> bool:
    return rows.update(
        status=RESPONDED, reply=text, replied_by=trainer, replied_at=now, signed=str(trainer), earlier_replies=earlier_replies,
        claimed_by=None, claimed_at=None, mail_due_at=now + UNDO, mailed_at=None, mail_tries=0, updated_at=now,
    ) == 1  # fmt: skip


def _taken(escalation: Escalation) -> ReplyRefused:
    status = Escalation.objects.filter(pk=escalation.pk).values_list("status", flat=True).first()
    if status == PENDING:
        return ReplyRefused("held", _("A colleague is answering this question at the moment."))
    return ReplyRefused("answered", _("This question has been answered or closed meanwhile. Your text is still here."))
