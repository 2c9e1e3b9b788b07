"""The mentor's answer as server-sent events for programs."""

from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.api_door import RawEndpoint
from ai.api_streaming import EVENT, FROM, stream
from mentor.answering import ANSWERS
from mentor.api_shapes import ChatSerializer
from mentor.threads import own_chat


class MessageStream(RawEndpoint):
    """Follow an answer while it is written."""

    serializer_class = ChatSerializer

    @extend_schema(operation_id="mentor_stream", parameters=[FROM], responses={(200, "text/event-stream"): EVENT})
    def get(self, request: Request, chat_id: UUID) -> StreamingHttpResponse:
        own_chat(self.person, chat_id)
        person = self.person
        return stream(request, ANSWERS, chat_id, person, lambda: ChatSerializer(own_chat(person, chat_id)).data)
