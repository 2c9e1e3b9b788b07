"""Who calls the API: by a personal token, or by the session of the page (then with its CSRF token)."""

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


class SessionAuthentication(authentication.SessionAuthentication):
    """The signed-in browser; unsafe methods need the CSRF token."""


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = TokenAuthentication
    name = "personalToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": str(_("A personal token from the account page."))}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = SessionAuthentication
    name = "session"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
