"""An answer as server-sent events for programs: `stage`, `text` and at the end `done` with the whole question as JSON.

Each `text` carries the offset after it, also as the event's id: a reader who comes back with `Last-Event-ID` or `?from=`
gets the rest. Nobody is answered twice.
"""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts.door import Actor, actor_for, in_door
from accounts.models import User
from ai.following import Piece, Settled, Source, Stage, Told, attach
from ai.streaming import HEADERS, STILL_HERE, offset_of, sse

EVENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"type": "string", "enum": ["stage", "text", "done"]},
        "data": {"type": "string", "description": "JSON: {name}, {text, end} or the settled question with its answer."},
        "id": {"type": "string", "description": "Characters of the answer up to here."},
    },
}
FROM = OpenApiParameter("from", int, description="Characters of the answer that the reader has already.")


def stream(request: Request, source: Source, turn_id: UUID, person: User, shown: Callable[[], Any]) -> StreamingHttpResponse:
    """The response that follows one answer; `shown` gives its settled form, behind the reader's door."""
    lines = _lines(source, turn_id, actor_for(person), offset_of(request._request), shown)
    return StreamingHttpResponse(lines, content_type="text/event-stream", headers=HEADERS)


async def _lines(source: Source, turn_id: UUID, actor: Actor, offset: int, shown: Callable[[], Any]) -> AsyncIterator[str]:
    told = await attach(source, turn_id, actor, offset=offset)
    if told is None:
        return
    async for event in told:
        yield await _line(event, actor, shown)


async def _line(event: Told, actor: Actor, shown: Callable[[], Any]) -> str:
    if isinstance(event, Settled):
        return sse("done", await in_door(actor, lambda: bytes(JSONRenderer().render(shown())).decode()))
    if isinstance(event, Stage):
        return sse("stage", json.dumps({"name": event.name}))
    if isinstance(event, Piece):
        return sse("text", json.dumps({"text": event.text, "end": event.end}), event_id=str(event.end))
    return STILL_HERE
