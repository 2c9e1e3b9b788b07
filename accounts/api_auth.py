"""Who calls the API: by a personal token, or by the session of the page (then with its CSRF token)."""

import base64
import binascii
import logging

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from accounts.models import User
from accounts.throttling import address_of
from accounts.tokens import person_by_token

log = logging.getLogger("aicoach.security")

SCHEME = "Bearer"


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer aic_...`. A wrong token is refused even when a session would do."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != SCHEME.lower():
            return None
        person = person_by_token(secret.strip())
        if person is None:
            log.warning("token_refused from=%s", address_of(request))
            raise exceptions.AuthenticationFailed(_("This token is unknown, has expired or was revoked."))
        return person, "token"

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


class BasicTokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Basic` with one's e-mail address and a personal token as the password, for clients that know nothing else.
    Passwords are not taken.
    """

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        scheme, _space, encoded = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return None
        email, secret = _name_and_secret(encoded.strip())
        person = person_by_token(secret) if secret else None
        if person is None or person.email.lower() != email.lower():
            log.warning("token_refused from=%s", address_of(request))
            raise exceptions.AuthenticationFailed(_("This token is unknown, has expired or was revoked."))
        return person, "token"

    def authenticate_header(self, request: Request) -> str:
        return SCHEME


def _name_and_secret(encoded: str) -> tuple[str, str]:
    try:
        name, _colon, secret = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name.strip(), secret.strip()


class SessionAuthentication(authentication.SessionAuthentication):
    """The signed-in browser; unsafe methods need the CSRF token."""


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "personalToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": str(_("A personal token from the account page."))}


class BasicTokenScheme(OpenApiAuthenticationExtension):
    target_class = BasicTokenAuthentication
    name = "basicToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        description = str(_("An e-mail address, and a personal token as the password."))
        return {"type": "http", "scheme": "basic", "description": description}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
