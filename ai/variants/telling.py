"""Tells admins by e-mail that a variant stopped by itself. The row says that they are to be told; a worker comes by.

A mail that fails is tried three times and then left: the list of variants says it, too. Logs carry ids, never words.
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
from accounts.models import User
from ai.models import PromptVariant

log = logging.getLogger("aicoach.variants")

TRIES = 3
LATER = timedelta(minutes=5)  # between two tries; also the lease of a try


def tell_admins() -> int:
    """Send what is due; how many mails went out. The door is closed while the mail server speaks."""
    now = timezone.now()
    with acting_as(SYSTEM):
        due = list(PromptVariant.objects.filter(mail_due_at__lte=now).values_list("pk", flat=True))
    return sum(_tell(variant_id, now) for variant_id in due)


def _tell(variant_id: UUID, now: datetime) -> bool:
    mail = _take(variant_id, now)
    if mail is None:
        return False
    to, subject, text = mail
    try:
        send_mail(subject, text, None, to)
    except Exception as error:  # whatever the mail server says, the next one is tried
        log.warning("variant_mail_failed variant=%s error=%s", variant_id, type(error).__name__)
        return False
    with acting_as(SYSTEM):
        PromptVariant.objects.filter(pk=variant_id).update(mail_due_at=None)
    return True


def _take(variant_id: UUID, now: datetime) -> tuple[list[str], str, str] | None:
    """Claim one mail: its addresses, subject and text. None when it was taken, is not wanted any more, or was tried too often."""
    with acting_as(SYSTEM):
        rows = PromptVariant.objects.filter(pk=variant_id, mail_due_at__lte=now)
        if not rows.update(mail_tries=F("mail_tries") + 1, mail_due_at=now + LATER):
            return None
        variant = PromptVariant.objects.get(pk=variant_id)
        admins = User.objects.filter(role=User.Role.ADMIN, is_staff=True, is_active=True)
        to = list(admins.order_by("email").values_list("email", flat=True))
        if variant.is_active or variant.mail_tries > TRIES or not to:
            PromptVariant.objects.filter(pk=variant_id).update(mail_due_at=None)
            return None
        return to, *_letter(variant)


def _letter(variant: PromptVariant) -> tuple[str, str]:
    address = f"{settings.SITE_URL.rstrip('/')}{reverse('admin:ai_promptvariant_change', args=[variant.pk])}"
    context = {"variant": variant, "address": address}
    subject = " ".join(loader.render_to_string("variants/stopped_subject.txt", context).split())
    return subject, loader.render_to_string("variants/stopped_email.txt", context)
