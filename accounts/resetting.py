"""A link by mail to choose a new password.

Looking the account up, making the token and sending the mail all happen on a thread of their own, for known and unknown
addresses alike: how long the page takes says nothing about who has an account. A mail that cannot be sent is logged; the
person asks again.
"""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import connections
from django.template import loader
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.door import signing_in_as
from accounts.models import Session, User
from accounts.signing_in import account_by_email, account_by_id

log = logging.getLogger("aicoach.security")

MAIL_THREAD = ThreadPoolExecutor(1, thread_name_prefix="mail")


@dataclass(frozen=True)
class Site:
    """How the link in the mail begins."""

    protocol: str
    domain: str
    language: str


def send_link(email: str, site: Site) -> "Future[None]":
    """Send a link to the account with this address, if there is one. Returns at once and never raises."""
    return MAIL_THREAD.submit(_send, email, site)


def account_of_link(uidb64: str) -> User | None:
    """The account that the first part of a link names."""
    try:
        return account_by_id(UUID(urlsafe_base64_decode(uidb64).decode("ascii")))
    except ValueError:
        return None


def close_sessions(person: User, *, but: str | None = None) -> None:
    """Sign `person` out of every browser, the one with the session key `but` excepted. Works without being signed in."""
    with signing_in_as(user_id=person.pk):
        Session.objects.filter(user=person).exclude(session_key=but or "").delete()


def _send(email: str, site: Site) -> None:
    try:
        person = account_by_email(email)
    finally:
        connections.close_all()
    if person is None or not person.has_usable_password():
        log.info("reset_for_unknown_address")
        return
    try:
        with translation.override(site.language):
            _mail(person, site)
    except Exception as error:
        log.exception("reset_mail_failed user=%s error=%s", person.pk, type(error).__name__)


def _mail(person: User, site: Site) -> None:
    context = {
        "email": person.email,
        "protocol": site.protocol,
        "domain": site.domain,
        "uid": urlsafe_base64_encode(force_bytes(person.pk)),
        "token": default_token_generator.make_token(person),
    }
    subject = " ".join(loader.render_to_string("accounts/password_reset_subject.txt", context).split())
    body = loader.render_to_string("accounts/password_reset_email.txt", context)
    send_mail(subject, body, None, [person.email])
