"""Telling learners by e-mail that their trainer has replied. The row says who is to be told; a worker comes by.

A mail goes out once the reply can no longer be taken back, and not when the learner has seen it by then. A mail that fails is
tried three times and then left. Logs carry ids, never words.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F
from django.template import loader
from django.urls import reverse
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from coach.models import Escalation

log = logging.getLogger("aicoach.coach")

MOST = 100  # mails of one round
TRIES = 3
LATER = timedelta(minutes=5)  # between two tries; also the lease of a try


def tell_learners() -> int:
    """Send what is due; how many mails went out. The door is closed while the mail server speaks."""
    now = timezone.now()
    with acting_as(SYSTEM):
        due = Escalation.objects.filter(mail_due_at__lte=now).order_by("mail_due_at").values_list("pk", flat=True)[:MOST]
        ids = list(due)
    return sum(_tell(escalation_id, now) for escalation_id in ids)


def _tell(escalation_id: UUID, now: datetime) -> bool:
    mail = _take(escalation_id, now)
    if mail is None:
        return False
    try:
        send_mail(mail[1], mail[2], None, [mail[0]])
    except Exception as error:  # whatever the mail server says, the next learner is told
        log.warning("reply_mail_failed escalation=%s error=%s", escalation_id, type(error).__name__)
        return False
    with acting_as(SYSTEM):
        Escalation.objects.filter(pk=escalation_id).update(mailed_at=timezone.now(), mail_due_at=None)
    return True


def _take(escalation_id: UUID, now: datetime) -> tuple[str, str, str] | None:
    """Claim one mail: its address, subject and text. None when it was taken, seen already, or tried too often."""
    with acting_as(SYSTEM):
        rows = Escalation.objects.filter(pk=escalation_id, mail_due_at__lte=now)
        if not rows.update(mail_tries=F("mail_tries") + 1, mail_due_at=now + LATER):
            return None
        escalation = Escalation.objects.select_related("learner", "course").get(pk=escalation_id)
        wanted = escalation.status == Escalation.Status.RESPONDED and escalation.is_new_to_learner
        if not wanted or escalation.mail_tries > TRIES:
            Escalation.objects.filter(pk=escalation_id).update(mail_due_at=None)
            return None
        return escalation.learner.email, *_letter(escalation)


def _letter(escalation: Escalation) -> tuple[str, str]:
    address = f"{settings.SITE_URL.rstrip('/')}{reverse('coach', args=[escalation.course.slug])}?turn={escalation.query_id}"
    context = {"escalation": escalation, "course": escalation.course, "address": address}
    subject = " ".join(loader.render_to_string("coach/reply_subject.txt", context).split())
    return subject, loader.render_to_string("coach/reply_email.txt", context)
