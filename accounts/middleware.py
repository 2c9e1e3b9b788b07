"""Who is asking, and which clock they read."""

import zoneinfo
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.db import close_old_connections, connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.decorators import sync_only_middleware
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from accounts.signing_in import person_of

ZONE_COOKIE = "zone"


class PersonMiddleware(AuthenticationMiddleware):
    """Sets `request.user` from the session: lazily, and without a query beside the session's own."""

    def process_request(self, request: HttpRequest) -> None:
        _introduce(request)


def _introduce(request: HttpRequest) -> None:
    async def auser() -> User | AnonymousUser:
        return getattr(request, "known_person", None) or await sync_to_async(_looked_up)(request)

    request.user = SimpleLazyObject(lambda: _known(request))  # type: ignore[assignment]
    request.auser = auser


def _looked_up(request: HttpRequest) -> User | AnonymousUser:
    """For async views: the connection is back in the pool at once, for what follows may be a long stream."""
    try:
        return _known(request)
    finally:
        close_old_connections()


def _known(request: HttpRequest) -> User | AnonymousUser:
    if not hasattr(request, "known_person"):
        request.known_person = person_of(request.session) or AnonymousUser()  # type: ignore[attr-defined]
    return request.known_person  # type: ignore[attr-defined]


@sync_only_middleware
def time_zone(get_response: Any) -> Any:
    """Times are shown in the zone that the reader chose, else in the browser's, which a script keeps in a cookie.

    Synchronous and innermost on purpose: it makes Django run the middleware above it in one thread, instead of hopping
    between threads twice for each of them.
    """

    def middleware(request: HttpRequest) -> Any:
        zone = _zone(request)
        if not connection.in_atomic_block:
            connection.close()  # back to the pool: what follows may be a long stream
        with timezone.override(zone):
            return get_response(request)

    return middleware


def _zone(request: HttpRequest) -> Any:
    name = _chosen_zone(request) or request.COOKIES.get(ZONE_COOKIE, "")
    try:
        return zoneinfo.ZoneInfo(name) if name else timezone.get_default_timezone()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return timezone.get_default_timezone()


def _chosen_zone(request: HttpRequest) -> str:
    """The zone of the account; empty for strangers, and for those who left it to the browser."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return ""
    return "" if request.user.time_zone == User.BROWSER_ZONE else request.user.time_zone
