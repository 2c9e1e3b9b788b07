"""Is this process alive, and can it serve? `/healthz` touches nothing; `/readyz` tries the parts."""

import logging
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import close_old_connections, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.celery import app

log = logging.getLogger("aicoach.health")

WORKER_WAIT = 1.0  # seconds


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when pages can be served; 503 without the database. Redis, worker and provider are told, but do not fail it."""
    parts = {name: _works(name, probe) for name, probe in PROBES.items()}
    ready = parts["database"]
    return JsonResponse({"status": "ok" if ready else "unavailable", **parts}, status=200 if ready else 503)


def _works(name: str, probe: Callable[[], bool]) -> bool:
    try:
        return probe()
    except Exception as error:  # whatever it is, the part does not work
        log.warning("not_ready part=%s error=%s", name, type(error).__name__)
        return False


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    finally:
        close_old_connections()  # the probe's thread is shared, and may not keep one


def _redis() -> bool:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=settings.REDIS_TIMEOUT, socket_connect_timeout=settings.REDIS_TIMEOUT
    )
    with client:
        return bool(client.ping())


def _worker() -> bool:
    return bool(app.control.ping(timeout=WORKER_WAIT, limit=1))


def _provider() -> bool:
    """The extractive provider needs nothing, so there is always one; a configured model is told by its name in the log."""
    return True


PROBES: dict[str, Callable[[], bool]] = {
    "database": _database,
    "redis": _redis,
    "worker": _worker,
    "provider": _provider,
}
