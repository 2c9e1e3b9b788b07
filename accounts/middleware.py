"""Who is asking, and which clock they read."""

import zoneinfo
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.decorators import sync_and_async_middleware
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
        return await sync_to_async(lambda: _known(request))()

    request.user = SimpleLazyObject(lambda: _known(request))  # type: ignore[assignment]
    request.auser = auser


def _known(request: HttpRequest) -> User | AnonymousUser:
    if not hasattr(request, "known_person"):
        request.known_person = person_of(request.session) or AnonymousUser()  # type: ignore[attr-defined]
    return request.known_person  # type: ignore[attr-defined]


@sync_and_async_middleware
def time_zone(get_response: Any) -> Any:
    """Times are shown in the reader's zone: the browser's own, which a script keeps in a cookie, else the site's."""

    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> Any:
            with timezone.override(_zone(request)):
                return await get_response(request)

        return asynchronous

    def synchronous(request: HttpRequest) -> Any:
        with timezone.override(_zone(request)):
            return get_response(request)

    return synchronous


def _zone(request: HttpRequest) -> Any:
    name = request.COOKIES.get(ZONE_COOKIE, "")
    try:
        return zoneinfo.ZoneInfo(name) if name else timezone.get_default_timezone()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return timezone.get_default_timezone()
