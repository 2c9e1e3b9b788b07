"""What holds for every request: health is asked before anything else is touched, and every response has a strict policy."""

from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.http import HttpRequest
from django.utils.decorators import sync_and_async_middleware

from config.health import healthz, readyz

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
EVAL, INLINE = "script-src 'self' 'unsafe-eval'", "script-src 'self' 'unsafe-inline' 'unsafe-eval'"
STYLED = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
# Unfold's scripts in Django admin read expressions from its own attributes; the API's documentation writes scripts into its page.
LOOSER = {
    "/admin/": STYLED.replace("script-src 'self'", EVAL),
    "/api/docs/": STYLED.replace("script-src 'self'", INLINE),
}


PROBES = {"/healthz": healthz, "/readyz": readyz}


@sync_and_async_middleware
def health_first(get_response: Any) -> Any:
    """Answers the probes before sessions, cookies or the names of hosts are looked at."""

    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> Any:
            probe = PROBES.get(request.path)
            return await (sync_to_async(probe, thread_sensitive=False)(request) if probe else get_response(request))

        return asynchronous
    return lambda request: PROBES.get(request.path, get_response)(request)


@sync_and_async_middleware
def content_security_policy(get_response: Any) -> Any:
    """Adds the policy to every response that has none of its own."""

    def add(request: HttpRequest, response: Any) -> Any:
        policy = next((looser for path, looser in LOOSER.items() if request.path.startswith(path)), POLICY)
        response.headers.setdefault("Content-Security-Policy", policy)
        return response

    if iscoroutinefunction(get_response):

        async def asynchronous(request: HttpRequest) -> Any:
            return add(request, await get_response(request))

        return asynchronous
    return lambda request: add(request, get_response(request))
