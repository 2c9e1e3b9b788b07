"""An answer as server-sent events. The address only follows the row: a reconnect continues where it left off.

Tokens leave as escaped text; the finished turn is rendered once, behind the reader's door. Refuses strangers with 404.
"""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseForbidden, StreamingHttpResponse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.door import AWAY, Actor, actor_for, in_door
from coach.following import Beat, Piece, Settled, Stage, Told, attach
from coach.models import Query
from coach.showing import turn_html

HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between tries
MOST_OFFSET = 1_000_000  # characters; more than any answer has


@require_GET
async def turn_stream(request: HttpRequest, query_id: UUID) -> HttpResponseBase:
    """Follow one answer from `?from=` characters on."""
    user = await request.auser()
    if not user.is_authenticated:
        return HttpResponseForbidden()
    actor = actor_for(user)
    told = await attach(query_id, actor, offset=offset_of(request))
    if told is None:
        raise Http404
    return StreamingHttpResponse(_lines(told, query_id, actor), content_type="text/event-stream", headers=HEADERS)


def offset_of(request: HttpRequest) -> int:
    """How many characters the reader has; nonsense counts as none."""
    text = request.headers.get("Last-Event-ID") or request.GET.get("from", "0")
    return min(int(text), MOST_OFFSET) if text.isascii() and text.isdigit() else 0


async def _lines(told: AsyncIterator[Told], query_id: UUID, actor: Actor) -> AsyncIterator[str]:
    async for event in told:
        if isinstance(event, Settled):
            yield sse("done", await _finished(query_id, actor))
        else:
            yield _line(event)


async def _finished(query_id: UUID, actor: Actor) -> str:
    """The finished turn; a database that is away for a moment is waited for, because the reader has waited longer."""
    for pause in PAUSES:
        try:
            return await in_door(actor, _turn, query_id)
        except AWAY:
            await asyncio.sleep(pause)
    return await in_door(actor, _turn, query_id)


def _line(event: Stage | Piece | Beat) -> str:
    if isinstance(event, Stage):
        return sse("stage", escape(_stages()[event.name]))
    return sse("text", escape(event.text), event_id=str(event.end)) if isinstance(event, Piece) else ": still here\n\n"


def sse(name: str, data: str, *, event_id: str = "") -> str:
    """One event in the format of the HTML standard, section 9.2."""
    identity = f"id: {event_id}\n" if event_id else ""
    lines = "".join(f"data: {line}\n" for line in data.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return f"event: {name}\n{identity}{lines}\n"


def _stages() -> dict[str, str]:
    return {
        "reading": _("Reading your question…"),
        "searching": _("Searching the course…"),
        "writing": _("Writing the answer…"),
    }


def _turn(query_id: UUID) -> str:
    query = Query.objects.with_answer().select_related("course").prefetch_related("response__feedback").get(pk=query_id)
    return turn_html(query, slug=query.course.slug)
