"""The coach's answer as server-sent events for programs."""

from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api_door import RawEndpoint
from ai.api_streaming import EVENT, FROM, stream
from coach.answering import ANSWERS
from coach.api import own_query
from coach.api_shapes import QuerySerializer


class QueryStream(RawEndpoint):
    """Follow an answer while it is written."""

    serializer_class = QuerySerializer

    @extend_schema(operation_id="query_stream", parameters=[FROM], responses={(200, "text/event-stream"): EVENT})
    def get(self, request: Request, query_id: UUID) -> StreamingHttpResponse:
        own_query(self.person, query_id)
        person = self.person
        return stream(request, ANSWERS, query_id, person, lambda: QuerySerializer(own_query(person, query_id)).data)
