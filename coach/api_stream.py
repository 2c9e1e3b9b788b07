"""An answer as server-sent events for programs: `stage`, `text` and at the end `done` with the whole question as JSON.

Each `text` carries the offset after it, also as the event's id: a reader who comes back with `Last-Event-ID` or `?from=`
gets the rest. Nobody is answered twice.
"""

import json
from collections.abc import AsyncIterator
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts.api_door import RawEndpoint
from accounts.door import Actor, actor_for, in_door
from accounts.models import User
from ai.following import Piece, Settled, Stage, Told, attach
from ai.streaming import HEADERS, STILL_HERE, offset_of, sse
from coach.answering import ANSWERS
from coach.api import own_query
from coach.api_shapes import QuerySerializer

EVENT = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"type": "string", "enum": ["stage", "text", "done"]},
        "data": {"type": "string", "description": "JSON: {name}, {text, end} or the question as in /queries/{id}."},
        "id": {"type": "string", "description": "Characters of the answer up to here."},
    },
}
FROM = OpenApiParameter("from", int, description="Characters of the answer that the reader has already.")


class QueryStream(RawEndpoint):
    """Follow an answer while it is written."""

    serializer_class = QuerySerializer

    @extend_schema(operation_id="query_stream", parameters=[FROM], responses={(200, "text/event-stream"): EVENT})
    def get(self, request: Request, query_id: UUID) -> StreamingHttpResponse:
        own_query(self.person, query_id)
        events = _events(query_id, self.person, offset_of(request._request))
        return StreamingHttpResponse(events, content_type="text/event-stream", headers=HEADERS)


async def _events(query_id: UUID, person: User, offset: int) -> AsyncIterator[str]:
    actor = actor_for(person)
    told = await attach(ANSWERS, query_id, actor, offset=offset)
    if told is None:
        return
    async for event in told:
        yield await _line(event, query_id, person, actor)


async def _line(event: Told, query_id: UUID, person: User, actor: Actor) -> str:
    if isinstance(event, Settled):
        return sse("done", await in_door(actor, _settled, query_id, person))
    if isinstance(event, Stage):
        return sse("stage", json.dumps({"name": event.name}))
    if isinstance(event, Piece):
        return sse("text", json.dumps({"text": event.text, "end": event.end}), event_id=str(event.end))
    return STILL_HERE


def _settled(query_id: UUID, person: User) -> str:
    return bytes(JSONRenderer().render(QuerySerializer(own_query(person, query_id)).data)).decode()
