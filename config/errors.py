"""What a person sees when something of ours fails: a plain page, never a stack trace; 503 while the database is away."""

import contextlib
import logging
import sys
import threading

from django.db import connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import loader

from accounts.door import AWAY

log = logging.getLogger("aicoach.web")

RETRY_AFTER = 5  # seconds


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500: tells an absent database from a fault of ours."""
    error = sys.exc_info()[1]
    if isinstance(error, AWAY):
        log.error("database_away path=%s error=%s", request.path, type(error).__name__)
        threading.Thread(target=_replace_broken_connections, daemon=True).start()
        return _answer(request, 503, "unavailable", "The database is away. Try again in a few seconds.")
    return _answer(request, 500, "fault", "Something went wrong on our side. It is in the log.")


def _replace_broken_connections() -> None:
    """One broken connection means that its neighbours in the pool are broken too: throw them out now, not one by one."""
    with contextlib.suppress(Exception):
        pool = getattr(connections["default"], "pool", None)
        if pool is not None:
            pool.check()


def _answer(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    headers = {"Retry-After": str(RETRY_AFTER)} if status == 503 else {}
    if request.path.startswith("/api/"):
        return JsonResponse({"error": {"code": code, "message": message}}, status=status, headers=headers)
    return HttpResponse(loader.render_to_string(f"{status}.html"), status=status, headers=headers)
